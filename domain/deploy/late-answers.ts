import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { LateAnswers } from '../../schemas/deploy.ts';
import type { StageContext } from '../runtime/stage.ts';
import { upTo } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';
import { interactionsStep } from '../warehouse/interactions-sql.ts';
import { quotedList } from '../warehouse/quoting.ts';
import { runSteps } from '../warehouse/steps.ts';
import { withWorkspace } from '../warehouse/workspace.ts';

/** What is looked through for answers that came late. */
export interface LateAnswersWork {
  /** Last day that counts, YYYY-MM-DD. */
  readonly dataDate: string;
  /** `unified.events`. */
  readonly events: readonly DatasetSlice[];
  /** `match.clusters`; empty where no items are mapped. */
  readonly clusters: readonly DatasetSlice[];
  /** `match.clusters.users`. Default: none, users are of one system. */
  readonly userClusters?: readonly DatasetSlice[];
  /** Source → namespace of its items. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Event kinds that count as interest. */
  readonly kinds: readonly string[];
}

/**
 * Counts how many of the window's answers stand before the window only by files that came within it.
 *
 * An answer is a user and an item: an event in the window, and none before it in a file that had come before it. It came late
 * where an event dated before the window lies in a file dated in the window: whoever had learned then could not have known
 * it. Files without a date count as there from the start. The same is counted for the window of equal length before, as if it
 * were its last day: feeds that are always late show there as well.
 */
export async function countLateAnswers(
  store: Store,
  context: StageContext,
  work: LateAnswersWork,
  window: { readonly from: string; readonly to: string },
): Promise<LateAnswers> {
  const days = (Date.parse(window.to) - Date.parse(window.from)) / dayMs + 1;
  const earlier = { from: daysBefore(window.from, days), to: daysBefore(window.from, 1) };
  return withWorkspace(store, context, async ({ warehouse }) => {
    const files = (slices: readonly DatasetSlice[]): Promise<string[]> =>
      store.objects.openAll(slices.flatMap((slice) => slice.files));
    const [events, clusters, userClusters] = [
      await files(upTo(work.events, work.dataDate)),
      await files(work.clusters),
      await files(work.userClusters ?? []),
    ];
    await runSteps(warehouse, [interactionsStep({ ...work, events, clusters, userClusters })]);
    const count = async ({ from, to }: typeof window): Promise<[answers: number, late: number]> => {
      const [row] = await warehouse.rows('late_answers', lateAnswersSql(work.kinds), { from, to });
      return [Number(row?.answers ?? 0), Number(row?.late ?? 0)];
    };
    const [now, before] = [await count(window), await count(earlier)];
    return { answers: now[0], share: shareOf(now), usual: shareOf(before) };
  });
}

const dayMs = 86_400_000;

/** Grain: one row. Reads: interactions. Parameters: $from, $to, the window's first and last day. */
function lateAnswersSql(kinds: readonly string[]): string {
  return `
with arrived as (
  select
    user_id,
    item_id,
    event_date,
    coalesce(try_cast(_slice as date), date '0001-01-01') as file_date
  from interactions
  where user_id is not null
    and kind in (select unnest(${quotedList(kinds)}))
), pairs as (
  select
    user_id,
    item_id,
    bool_or(event_date between cast($from as date) and cast($to as date)) as wanted,
    bool_or(event_date < cast($from as date) and file_date < cast($from as date)) as known,
    bool_or(event_date < cast($from as date) and file_date >= cast($from as date)) as late
  from arrived
  where file_date <= cast($to as date)
  group by user_id, item_id
)
select
  count(*) filter (wanted and not known) as answers,
  count(*) filter (wanted and not known and late) as late
from pairs`;
}

function shareOf([answers, late]: readonly [number, number]): number {
  return answers === 0 ? 0 : late / answers;
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10);
}
