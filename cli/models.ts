import pc from 'picocolors';
import { type Moved, promoteTo, rollbackTo } from '../domain/deploy/alias.ts';
import { findVersion, type RegisteredVersion, readRegistry } from '../domain/deploy/registry.ts';
import type { IntervalDocument, Verdict } from '../schemas/deploy.ts';
import type { GlobalOptions } from './options.ts';
import { type Output, table } from './output.ts';
import { openReading } from './session.ts';

/** `stocktake models list`: every version, what became of it and how it did. */
export async function list(globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const registry = await readRegistry(store, await store.snapshots.current());
  if (globals.json) {
    out.json({ champion: registry.champion ?? null, versions: registry.versions.map(summary) });
    return 0;
  }
  if (registry.versions.length === 0) {
    out.data('The registry is empty: no model was trained yet. Train one with: stocktake run');
    return 0;
  }
  out.data(
    table([...registry.versions].reverse(), [
      { title: 'version', value: ({ document }) => document.version },
      { title: 'state', value: ({ state }) => state },
      { title: 'model', value: ({ document }) => document.name },
      { title: 'data date', value: ({ document }) => document.dataDate },
      { title: 'ndcg@10', value: ({ document }) => figure(document.metrics['ndcg@10']), align: 'right' },
      { title: 'last verdict', value: ({ verdicts }) => verdicts.at(-1)?.why ?? '' },
    ]),
  );
  return 0;
}

/** `stocktake models show`: one version with its metrics, files and every verdict about it. */
export async function show(version: string, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const registry = await readRegistry(store, await store.snapshots.current());
  const found = findVersion(registry, version);
  if (globals.json) {
    out.json({ ...summary(found), files: found.document.files, verdicts: found.verdicts });
    return 0;
  }
  const { document, state, verdicts } = found;
  out.data(pc.bold(`${document.version} (${state}): ${document.name}, trained on ${document.dataDate}`));
  for (const [metric, value] of Object.entries(document.metrics)) out.data(`  ${metric}  ${figure(value)}`);
  for (const verdict of verdicts) printVerdict(out, verdict);
  for (const [role, refs] of Object.entries(document.files))
    for (const ref of refs) out.data(`  ${role}  ${ref.uri}`);
  return 0;
}

/** `stocktake models promote`: lets a version serve by hand; what the gate refused needs a reason. */
export async function promote(
  version: string,
  options: { readonly reason?: string },
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  return told(out, globals, await promoteTo(store, version, options.reason ?? ''));
}

/** `stocktake models rollback`: puts an earlier version back into service, by default the one before. */
export async function rollback(version: string | undefined, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  return told(out, globals, await rollbackTo(store, version));
}

function told(out: Output, globals: GlobalOptions, moved: Moved): number {
  if (globals.json) out.json(moved);
  else if (moved.outcome === 'unchanged') out.data(`${moved.to} serves already; nothing changed`);
  else {
    out.data(`${moved.to} serves now (before: ${moved.from || 'none'}), snapshot ${moved.snapshot}`);
    out.note('A running stocktake serve takes it up within a second');
  }
  return 0;
}

function summary({ document, state, verdicts }: RegisteredVersion) {
  const { version, name, dataDate, metrics, modelHash, trainedBy } = document;
  const last = verdicts.at(-1);
  return {
    version,
    state,
    name,
    dataDate,
    metrics,
    modelHash,
    trainedBy,
    decision: last?.decision ?? null,
    ground: last?.ground ?? null,
    why: last?.why ?? null,
  };
}

function printVerdict(out: Output, verdict: Verdict): void {
  out.data(`  ${verdict.dataDate}  ${verdict.decision} (${verdict.ground}): ${verdict.why}`);
  if (verdict.againstChampion)
    out.data(`    against ${verdict.champion}: ${intervalText(verdict.againstChampion)}`);
  if (verdict.againstPopularity)
    out.data(`    against popularity: ${intervalText(verdict.againstPopularity)}`);
}

function intervalText({ mean, low, high }: IntervalDocument): string {
  return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

function figure(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(4);
}
