import { CliError } from '../domain/runtime/errors.ts';
import { putDecision } from '../domain/store/decisions.ts';
import type { RepairDecision } from '../schemas/repair-decision.ts';
import { type DecideOptions, decidedNow } from './decided.ts';
import type { GlobalOptions } from './options.ts';
import { currentSnapshot } from './read-table.ts';
import { cellOfId, type RepairedCell } from './repairs-rows.ts';
import { openReading } from './session.ts';

/** `stocktake repairs revert <ids...>`: the cells keep what was received from the next night on, for ever. */
export async function revertRepairs(
  ids: readonly string[],
  options: DecideOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const snapshot = await currentSnapshot(store);
  const cells: RepairedCell[] = [];
  for (const id of new Set(ids)) cells.push(await cellOfId(store, snapshot, id));
  const source = cells[0]?.source ?? '';
  if (cells.some((cell) => cell.source !== source)) {
    throw new CliError('The cells are of several sources, expected one; revert those of each source alone', {
      code: 'STK-REPAIRS-SOURCES',
      exitCode: 2,
    });
  }
  const decision: RepairDecision = {
    ...decidedNow(options),
    source,
    action: 'revert',
    cells: cells.flatMap(({ identity }) => identity ?? []),
  };
  const id = await putDecision(store.dir, 'cells', decision);
  if (globals.json) out.json({ format: 1, decision: id, action: 'revert', source, cells: cells.length });
  else {
    out.data(
      `Decision ${id}: ${cells.length} ${cells.length === 1 ? 'cell stays' : 'cells stay'} as received. It counts from the next night: stocktake run`,
    );
  }
  return 0;
}
