import {
  columnKey,
  columnLabels,
  type LabelState,
  labelStates,
} from '../domain/inventory/column-decisions.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { putDecision, readDecisions } from '../domain/store/decisions.ts';
import type { Store } from '../domain/store/store.ts';
import { nearest } from '../schemas/config-parse.ts';
import { type DecideOptions, decidedNow } from './decided.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { openReading } from './session.ts';

/** A column of the current inventory. */
interface NamedColumn {
  readonly asset: string;
  readonly column: string;
}

/** `stocktake inventory decide <asset>.<column> --label L`: says what a column holds, from the next night on and for ever. */
export async function decide(
  name: string,
  { label, ...options }: DecideOptions & { readonly label: string },
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  if (!columnLabels.some((one) => one === label)) throw unknownLabel(label);
  const { asset, column } = await columnNamed(store, name);
  const last = (await readDecisions(store.dir, 'columns')).at(-1)?.decision.at;
  const decision = { ...decidedNow(options, last), action: 'label' as const, asset, column, label };
  const id = await putDecision(store.dir, 'columns', decision);
  if (globals.json) out.json({ format: 1, decision: id, action: 'label', asset, column, label });
  else
    out.data(
      `Decision ${id}: ${asset}.${column} is ${label}. It counts from the next night: stocktake run (undo: stocktake inventory undecide ${id})`,
    );
  return 0;
}

/** `stocktake inventory decisions`: every label people gave columns, and which are in force. */
export async function decisions(globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const states = labelStates(await readDecisions(store.dir, 'columns'));
  if (globals.json) {
    const lines = states.map(({ id, state, decision: { asset, column, label, by, at, why } }) => {
      return { id, state, asset, column, label, by, at, why };
    });
    out.json({ format: 1, decisions: lines });
    return 0;
  }
  if (states.length === 0)
    out.note(
      'Nobody has decided about a column: stocktake inventory decide <asset>.<column> --label <label>',
    );
  else
    out.data(
      table(states, [
        { title: 'id', value: ({ id }) => id },
        { title: 'column', value: ({ decision }) => `${decision.asset}.${decision.column}` },
        { title: 'label', value: ({ decision }) => decision.label },
        { title: 'state', value: ({ state }) => state },
        { title: 'by', value: ({ decision }) => decision.by },
        { title: 'on', value: ({ decision }) => decision.at.slice(0, 10) },
        { title: 'why', value: ({ decision }) => decision.why },
      ]),
    );
  return 0;
}

/** `stocktake inventory undecide <id>`: takes a label back; the decision stays in the list as undone. */
export async function undecide(id: string, options: DecideOptions, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const before = await readDecisions(store.dir, 'columns');
  const found = stateNamed(labelStates(before), id);
  const last = before.at(-1)?.decision.at;
  const decision = { ...decidedNow(options, last), action: 'undo' as const, decision: found.id };
  const undo = await putDecision(store.dir, 'columns', decision);
  const { asset, column } = found.decision;
  const left = labelStates(await readDecisions(store.dir, 'columns')).find(
    (one) => one.state === 'in force' && columnKey(one.decision) === columnKey(found.decision),
  );
  const now = left
    ? `${left.decision.label} (${left.id}) counts again`
    : 'the inventory judges by itself again';
  if (globals.json) {
    out.json({
      format: 1,
      decision: undo,
      action: 'undo',
      undone: found.id,
      asset,
      column,
      inForce: left?.id ?? null,
    });
  } else
    out.data(
      `Decision ${found.id} about ${asset}.${column} is taken back: ${now}, from the next night: stocktake run`,
    );
  return 0;
}

/** The column of the current inventory that `<asset>.<column>` names; either part may have dots. */
async function columnNamed(store: Store, name: string): Promise<NamedColumn> {
  const rows = await readTable(
    store,
    await currentSnapshot(store),
    'inventory.columns',
    (relation) => `select asset, "column" from ${relation} order by asset, position, "column"`,
  );
  const columns = rows.map((row) => ({ asset: String(row.asset), column: String(row.column) }));
  const found = columns.find(({ asset, column }) => `${asset}.${column}` === name);
  if (found) return found;
  const assets = [...new Set(columns.map(({ asset }) => asset))];
  const asset = assets.find((one) => name.startsWith(`${one}.`) || name === one);
  if (asset === undefined) {
    throw new CliError(
      `There is no asset '${name}' names, expected <asset>.<column>; the assets with columns are ${assets.join(', ') || 'none yet: stocktake run'}`,
      { code: 'STK-ASSET-UNKNOWN', exitCode: 2 },
    );
  }
  throw unknownColumn(asset, name.slice(asset.length + 1), columns);
}

function unknownColumn(asset: string, column: string, columns: readonly NamedColumn[]): CliError {
  const own = columns.filter((one) => one.asset === asset).map((one) => one.column);
  const near = nearest(column, own);
  return new CliError(
    `${asset} has no column '${column}'; ${near ? `did you mean ${near}? ` : ''}it has ${own.join(', ')}`,
    { code: 'STK-COLUMN-UNKNOWN', exitCode: 2 },
  );
}

function unknownLabel(label: string): CliError {
  return new CliError(`--label: there is no label '${label}', expected one of ${columnLabels.join(', ')}`, {
    code: 'STK-LABEL-UNKNOWN',
    exitCode: 2,
  });
}

function stateNamed(states: readonly LabelState[], id: string): LabelState {
  const found = states.filter((one) => id !== '' && one.id.startsWith(id));
  const [only] = found;
  if (only && found.length === 1 && only.state !== 'undone') return only;
  const said =
    only && found.length === 1
      ? 'was taken back before'
      : only
        ? 'names several decisions'
        : 'is no decision';
  const open = states.filter(({ state }) => state !== 'undone').map((one) => one.id);
  throw new CliError(
    `'${id}' ${said}; ${open.length > 0 ? `decisions that can be taken back: ${open.join(', ')}` : 'there is none to take back'} (stocktake inventory decisions)`,
    { code: 'STK-DECISION-UNKNOWN', exitCode: 2 },
  );
}
