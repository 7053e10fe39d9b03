import type { CheckRow, Health } from '../../schemas/inventory.ts';
import type { Asset } from './assets.ts';

/**
 * The health of an asset: the worst of the checks that concern it, in Dagster's words, and which they are.
 *
 * A source is judged by its own checks; a unified entity by its sources' checks on that entity and on the source as a
 * whole. Told figures (`info`) never count. Without rows, or without any judged check, it is unknown.
 */
export function healthOf(
  asset: Asset,
  rows: number,
  checks: readonly CheckRow[],
): { health: Health; why: string } {
  const judged = checks.filter(
    ({ source, entity, status }) =>
      status !== 'info' &&
      asset.sources.includes(source) &&
      (asset.kind === 'source' || entity === '' || asset.entities.some((own) => own === entity)),
  );
  const failing = (status: CheckRow['status']): string[] => [
    ...new Set(judged.filter((check) => check.status === status).map(nameOf)),
  ];
  const [errors, warnings] = [failing('error'), failing('warn')];
  if (errors.length > 0) return { health: 'Degraded', why: errors.join(', ') };
  if (rows === 0 || judged.length === 0)
    return { health: 'Unknown', why: rows === 0 ? 'no rows' : 'no check' };
  return warnings.length > 0
    ? { health: 'Warning', why: warnings.join(', ') }
    : { health: 'Healthy', why: `${judged.length} checks passed` };
}

function nameOf({ source, entity, type, column }: CheckRow): string {
  const place = [entity, column].filter((part) => part !== '').join('.');
  return place ? `${type} ${source} ${place}` : `${type} ${source}`;
}
