import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { ChangeRow } from '../../schemas/inventory.ts';
import type { Asset } from './assets.ts';
import type { Baseline } from './baseline.ts';
import type { SliceFacts, SourceFacts } from './normalize-facts.ts';
import { counted, grouped } from './words.ts';
import type { InventoryWork } from './work.ts';

/**
 * Sources that came or went, slices that arrived or were refused, and how the volume of every asset moved.
 */
export function sourceChanges(
  work: InventoryWork,
  baseline: Baseline,
  assets: readonly Asset[],
  facts: ReadonlyMap<string, SourceFacts>,
): ChangeRow[] {
  const changes = assets.flatMap((asset) => {
    const source = asset.kind === 'source' ? (asset.sources[0] ?? '') : '';
    if (!source) return volume(asset, baseline);
    return [
      ...arrivals(baseline, asset, source),
      ...refusals(baseline, asset, facts.get(source)?.slices ?? []),
      ...volume(asset, baseline),
    ];
  });
  return [...changes, ...vanished(work, baseline)];
}

const line = (given: Pick<ChangeRow, 'kind' | 'asset' | 'sentence'> & Partial<ChangeRow>): ChangeRow => ({
  column: '',
  slice: '',
  before: '',
  after: '',
  rows: 0,
  ...given,
});

function arrivals(baseline: Baseline, { asset, slices }: Asset, source: string): ChangeRow[] {
  const arrived = new Set(baseline.arrived[source]);
  const fresh = slices.filter(({ slice }) => arrived.has(slice));
  const rows = rowsOf(fresh);
  const replaced = baseline.replaced[source] ?? 0;
  const first = Object.keys(baseline.rows).length === 0;
  const added = !first && !(asset in baseline.rows) && fresh.length > 0;
  return [
    ...(added ? [line({ kind: 'source_added', asset, rows, sentence: `Source ${source} is new.` })] : []),
    ...(fresh.length > 0
      ? [
          line({
            kind: 'slices_arrived',
            asset,
            before: String(replaced),
            after: String(fresh.length),
            rows,
            slice: fresh.at(-1)?.slice ?? '',
            sentence: `${counted(fresh.length, 'slice')} of ${source} arrived with ${counted(rows, 'row')}${replaced > 0 ? `; ${grouped(replaced)} replaced earlier ones` : ''}.`,
          }),
        ]
      : []),
  ];
}

function refusals(baseline: Baseline, { asset, sources }: Asset, slices: readonly SliceFacts[]): ChangeRow[] {
  const arrived = new Set(baseline.arrived[sources[0] ?? '']);
  const refused = slices.filter((slice) => slice.refused && arrived.has(slice.slice));
  return refused.map(({ slice, refused: reason }) =>
    line({
      kind: 'slice_refused',
      asset,
      slice,
      after: reason?.code ?? '',
      rows: reason?.rows ?? 0,
      sentence: `Slice ${slice} of ${asset} was refused: ${reason?.message ?? ''}`,
    }),
  );
}

function volume({ asset, slices }: Asset, baseline: Baseline): ChangeRow[] {
  const [was, is] = [baseline.rows[asset], rowsOf(slices)];
  if (was === undefined || was === is) return [];
  return [
    line({
      kind: 'volume',
      asset,
      before: String(was),
      after: String(is),
      rows: Math.abs(is - was),
      sentence: `${asset} has ${counted(is, 'row')}, had ${grouped(was)}.`,
    }),
  ];
}

function vanished(work: InventoryWork, baseline: Baseline): ChangeRow[] {
  return Object.entries(baseline.rows)
    .filter(
      ([dataset]) => dataset.startsWith('raw.') && !(dataset.slice('raw.'.length) in work.config.sources),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([asset, rows]) =>
      line({
        kind: 'source_vanished',
        asset,
        before: String(rows),
        sentence: `Source ${asset.slice('raw.'.length)} is no longer configured; its last data stays.`,
      }),
    );
}

function rowsOf(slices: readonly DatasetSlice[]): number {
  return slices.reduce((sum, { rows }) => sum + rows, 0);
}
