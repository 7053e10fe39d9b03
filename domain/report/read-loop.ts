import { quotedString } from '../warehouse/quoting.ts';
import type { Row } from '../warehouse/warehouse.ts';
import type {
  LoopStep,
  ReportLabel,
  ReportLabelled,
  ReportLabels,
  ReportLabelTask,
  ReportMethod,
  ReportOrigin,
  ReportText,
} from './loop-model.ts';
import { memberOf, type Reader, textOf } from './reader.ts';
import type { SampleRecommendations } from './sample-model.ts';
import type { ReportWork } from './work.ts';

/** Plain methods the others must beat. */
const baselines: readonly string[] = ['popularity', 'recency-popularity', 'cosine-knn', 'simple-rule'];

/** What a step of the loop did; `absent` where the run has no such step. */
export function stepOf({ steps }: ReportWork, name: string): LoopStep {
  const result = steps.find(({ result: { step } }) => step === name)?.result;
  return { decision: result?.decision ?? 'absent', why: result?.why ?? '' };
}

/** A fact the step of a run left; undefined where it left none. */
export function factOf({ steps }: ReportWork, step: string, fact: string): unknown {
  return steps.find(({ result }) => result.step === step)?.result.facts?.[fact];
}

/** What was encoded in this run, what had a vector already, and whose texts they are. */
export async function readText(read: Reader, work: ReportWork): Promise<ReportText> {
  const rows = await read(
    'feature.texts',
    (relation) => `
      select kind, count(*) as owners, count(distinct hash) as texts
      from ${relation}
      group by kind
      order by kind`,
  );
  return {
    step: stepOf(work, 'embed'),
    encoder: textOf(factOf(work, 'embed', 'encoder')),
    dimensions: Number(factOf(work, 'embed', 'dimensions') ?? 0),
    encoded: Number(factOf(work, 'embed', 'encoded') ?? 0),
    kept: Number(factOf(work, 'embed', 'kept') ?? 0),
    kinds: rows.map((row) => ({
      kind: textOf(row.kind),
      owners: Number(row.owners),
      texts: Number(row.texts),
    })),
  };
}

/** Held-out figures by task and how many things carry labels. */
export async function readLabels(read: Reader, work: ReportWork): Promise<ReportLabels> {
  const rows = await read(
    'evaluation.labels',
    (relation) => `
      select task, label, recipe, precision, recall, f1, support, accuracy, macro_f1, ece, majority, note
      from ${relation}
      order by task, support desc, label`,
  );
  return {
    step: stepOf(work, 'classify'),
    tasks: rows.filter(({ label }) => label === '').map((row) => taskOf(row, rows)),
    labelled: [
      ...(await readLabelled(read, 'items', 'item_id', 'known')),
      ...(await readLabelled(read, 'reviews', 'review_id', 'known')),
      ...(await readLabelled(read, 'users', 'user_id', 'false')),
    ],
  };
}

/** Every method with its figures on the test window, best first. */
export async function readMethods(read: Reader): Promise<ReportMethod[]> {
  const rows = await read(
    'evaluation.models',
    (relation) => `
      select model, chosen, ndcg10, ndcg10_low, ndcg10_high, hr10, recall20, validation, trials, parameters
      from ${relation}
      order by ndcg10 desc, model`,
  );
  return rows.map((row) => ({
    model: textOf(row.model),
    chosen: row.chosen === true,
    baseline: baselines.includes(textOf(row.model)),
    ndcg10: Number(row.ndcg10),
    ndcg10Low: Number(row.ndcg10_low),
    ndcg10High: Number(row.ndcg10_high),
    hr10: Number(row.hr10),
    recall20: Number(row.recall20),
    validation: row.validation === null ? null : Number(row.validation),
    trials: Number(row.trials),
    parameters: textOf(row.parameters),
  }));
}

/** The file and line the title of the first sampled item was read from; null where nothing is known of it. */
export async function readOrigin(
  read: Reader,
  samples: SampleRecommendations | null,
): Promise<ReportOrigin | null> {
  const item = samples?.users[0]?.items[0]?.item;
  if (item === undefined) return null;
  const [row] = await read(
    'unified.items',
    (relation) => `
      select json_extract_string(_provenance, '$.title') as place
      from ${relation}
      where item_id = ${quotedString(item)}`,
  );
  const place: unknown = row && textOf(row.place) !== '' ? JSON.parse(textOf(row.place)) : undefined;
  if (place === undefined) return null;
  const [source, slice, file] = ['source', 'slice', 'file'].map((name) => textOf(memberOf(place, name)));
  return {
    item,
    source: source ?? '',
    slice: slice ?? '',
    file: file ?? '',
    line: Number(memberOf(place, 'line') ?? 0),
  };
}

function taskOf(whole: Row, rows: readonly Row[]): ReportLabelTask {
  return {
    task: textOf(whole.task),
    recipe: textOf(whole.recipe),
    support: Number(whole.support),
    accuracy: Number(whole.accuracy),
    majority: Number(whole.majority),
    macroF1: Number(whole.macro_f1),
    ece: Number(whole.ece),
    note: textOf(whole.note),
    labels: rows.filter(({ task, label }) => task === whole.task && label !== '').map(labelOf),
  };
}

function labelOf(row: Row): ReportLabel {
  return {
    label: textOf(row.label),
    precision: Number(row.precision),
    recall: Number(row.recall),
    f1: Number(row.f1),
    support: Number(row.support),
  };
}

/** Grain: one kind of label. Reads: the labels of one kind of things. Key: label_kind. */
async function readLabelled(
  read: Reader,
  things: ReportLabelled['things'],
  id: string,
  given: string,
): Promise<ReportLabelled[]> {
  const rows = await read(
    `label.${things}`,
    (relation) => `
      select
        label_kind,
        count(distinct ${id}) filter (label is not null) as labelled,
        count(distinct ${id}) filter (label is not null and ${given}) as given,
        count(distinct ${id}) filter (label is null) as unknown,
        count(distinct label) as labels
      from ${relation}
      group by label_kind
      order by label_kind`,
  );
  return rows.map((row) => ({
    things,
    kind: textOf(row.label_kind),
    labelled: Number(row.labelled),
    given: Number(row.given),
    unknown: Number(row.unknown),
    labels: Number(row.labels),
  }));
}
