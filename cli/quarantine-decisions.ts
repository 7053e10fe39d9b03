import { type DecisionState, decisionStates, type MadeDecision } from '../domain/normalize/decisions.ts';
import { type Facts, factsOf } from '../domain/normalize/facts.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import { putDecision, readDecisions } from '../domain/store/decisions.ts';
import type { Store } from '../domain/store/store.ts';
import { type DecideOptions, decidedNow } from './decided.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { rowName } from './quarantine-rows.ts';
import { openReading } from './session.ts';

/**
 * `stocktake quarantine decisions`: every fix and release ever made, the newest first, whether it counts, and what the
 * published nights made of its rows (nothing yet where none has run since). The values a
 * fix gives may be personal: they are hidden unless asked for.
 */
export async function decisions(
  options: { readonly personal?: boolean },
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const states = decisionStates(await readDecisions(store.dir, 'rows')).reverse();
  const outcomes = await outcomesOf(store, new Set(states.map(({ decision }) => decision.source)));
  if (globals.json) {
    const decisions = states.map((state) => ({
      ...listed(state, options.personal === true),
      outcomes: outcomes.get(state.id) ?? [],
    }));
    out.json({ format: 1, decisions });
    return 0;
  }
  if (states.length === 0) {
    out.note('Nobody has decided about a rejected row; rows to decide about: stocktake quarantine list');
    return 0;
  }
  out.data(
    table(states, [
      { title: 'decision', value: ({ id }) => id },
      { title: 'state', value: ({ state }) => state },
      { title: 'what', value: ({ decision }) => whatOf(decision, options.personal === true) },
      { title: 'became', value: ({ id }) => (outcomes.get(id) ?? []).map(outcomeText).join(', ') },
      { title: 'by', value: ({ decision }) => decision.by },
      { title: 'at', value: ({ decision }) => decision.at.slice(0, 19) },
      { title: 'why', value: ({ decision }) => decision.why },
    ]),
  );
  if (!options.personal && states.some(({ decision }) => decision.action === 'fix'))
    out.note('the values of fixes are shown with --personal');
  return 0;
}

/** `stocktake quarantine withdraw <id>`: takes a fix or release back as if it had never been made, from the next night on. */
export async function withdraw(id: string, options: DecideOptions, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const all = await readDecisions(store.dir, 'rows');
  const { id: decision, decision: taken } = stateNamed(decisionStates(all), id);
  const made = await putDecision(store.dir, 'rows', {
    ...decidedNow(options, all.at(-1)?.decision.at),
    source: taken.source,
    action: 'withdraw',
    decision,
  });
  if (globals.json)
    out.json({ format: 1, decision: made, action: 'withdraw', withdrawn: decision, source: taken.source });
  else
    out.data(
      `Decision ${decision} (${whatOf(taken, false)}) is taken back: its rows are judged as received again, from the next night: stocktake run`,
    );
  return 0;
}

/** What the published nights made of a decision's rows, by entity. */
type Outcome = NonNullable<Facts['decisions']>[number];

async function outcomesOf(store: Store, sources: ReadonlySet<string>): Promise<Map<string, Outcome[]>> {
  const snapshot = await store.snapshots.current();
  const names = Object.keys(snapshot?.datasets ?? {}).filter((name) => {
    const [kind, source = ''] = name.split('.');
    return (kind === 'clean' || kind === 'quarantine') && sources.has(source);
  });
  const slices = await Promise.all(names.map((name) => slicesOf(store.objects, snapshot, name)));
  const refs = new Map(slices.flat().map(({ manifest }) => [manifest.key, manifest]));
  const manifests = await store.manifests.readAll([...refs.values()]);
  const found = manifests.flatMap((manifest) =>
    manifest.stage === 'normalize' ? (factsOf(manifest).decisions ?? []) : [],
  );
  const outcomes = new Map<string, Outcome[]>();
  for (const one of found) {
    const known = (outcomes.get(one.decision) ?? []).find(({ entity }) => entity === one.entity);
    const others = (outcomes.get(one.decision) ?? []).filter((other) => other !== known);
    const sum = {
      ...one,
      accepted: one.accepted + (known?.accepted ?? 0),
      rejected: one.rejected + (known?.rejected ?? 0),
    };
    outcomes.set(one.decision, [...others, sum]);
  }
  return outcomes;
}

function outcomeText({ entity, accepted, rejected }: Outcome): string {
  const parts = [
    ...(accepted > 0 || rejected === 0 ? [`${accepted} taken`] : []),
    ...(rejected > 0 ? [`${rejected} still rejected`] : []),
  ];
  return `${entity}: ${parts.join(', ')}`;
}

function listed({ id, state, decision }: DecisionState, isShown: boolean): object {
  const { source, action, by, at, why } = decision;
  const about =
    decision.action === 'fix'
      ? {
          rows: [rowName(source, decision.row)],
          columns: Object.keys(decision.set),
          ...(isShown ? { set: decision.set } : {}),
        }
      : {
          rows: decision.rows.map((row) => rowName(source, row)),
          checks: checksOf(decision.rows),
        };
  return { id, state, source, action, ...about, by, at, why };
}

function whatOf(decision: MadeDecision, isShown: boolean): string {
  if (decision.action === 'fix') {
    const set = Object.entries(decision.set).map(([column, value]) =>
      isShown ? `${column}=${value}` : column,
    );
    return `fix ${rowName(decision.source, decision.row)} ${set.join(', ')}`;
  }
  const [first] = decision.rows;
  const rows =
    first && decision.rows.length === 1
      ? rowName(decision.source, first)
      : `${decision.rows.length} rows of ${decision.source}`;
  return `release ${rows} ${checksOf(decision.rows).join(', ')}`;
}

type Released = Extract<MadeDecision, { action: 'release' }>['rows'];

/** Which checks were waived, each once. */
function checksOf(rows: Released): string[] {
  return [...new Set(rows.map(({ entity, column, reason }) => `${reason} ${entity}.${column}`))].sort();
}

function stateNamed(states: readonly DecisionState[], id: string): DecisionState {
  const found = states.filter((one) => id !== '' && one.id.startsWith(id));
  const [only] = found;
  if (only && found.length === 1 && only.state === 'in force') return only;
  const said =
    found.length > 1 ? 'names several decisions' : only ? 'was taken back before' : 'is no decision';
  const open = states.filter(({ state }) => state === 'in force').map((one) => one.id);
  throw new CliError(
    `'${id}' ${said}; ${open.length > 0 ? `decisions that can be taken back: ${open.join(', ')}` : 'there is none to take back'} (stocktake quarantine decisions)`,
    { code: 'STK-DECISION-UNKNOWN', exitCode: 2 },
  );
}
