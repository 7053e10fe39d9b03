import type {
  EvaluationWindow,
  GateDecision,
  GateGround,
  GateRules,
  IntervalDocument,
  LateAnswers,
} from '../../schemas/deploy.ts';

/** The gate's rules where the configuration says nothing else. */
export const defaultGateRules: GateRules = {
  metric: 'ndcg@10',
  minUsers: 50,
  tolerance: 0.002,
  maxGain: 5,
};

/** A model's figures on the held-out window. */
export interface Judged {
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Everything the gate looks at. All models were scored on the same users of the same window. */
export interface GateInput {
  readonly candidate: Judged;
  /** Date of the newest event the judged candidate was trained on; empty where unknown. */
  readonly trainedThrough: string;
  /** Version that is this very model already; undefined for a new one. */
  readonly sameAs?: string;
  readonly window: EvaluationWindow;
  /** The model in service, with the paired difference candidate − champion. */
  readonly champion?: Judged & { readonly difference: IntervalDocument };
  /** The popularity baseline, with the paired difference candidate − popularity. */
  readonly popularity: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly difference: IntervalDocument;
  };
  /** The candidate's lead over popularity on the newest day, and on the days of the window before it. */
  readonly newestDay?: NewestDay;
  /** Answers of the window that files of the window date before it. */
  readonly lateAnswers?: LateAnswers;
  readonly rules: GateRules;
}

/** Whether the newest day is like the days before it: a lead of the same model, learned before both. */
export interface NewestDay {
  /** Users measured on the newest day. */
  readonly users: number;
  readonly newest: IntervalDocument;
  readonly usual: IntervalDocument;
}

/** What the gate says. */
export interface GateOutcome {
  readonly decision: Exclude<GateDecision, 'restored'>;
  readonly ground: GateGround;
  readonly why: string;
}

/**
 * Decides whether a candidate may serve.
 *
 * In this order: a model that is registered already changes nothing; training events inside the window reject (leak), and
 * so do answers that files of the window date before it (a leak too); too few users decide nothing; a newest day whose users do not act as they used to rejects (what is learned from it would be noise: events
 * under wrong users, say); below popularity rejects. Then, without a champion, at least popularity's figure promotes; with one,
 * a gain above `maxGain` rejects (suspected leak), an interval wholly below 0 or a mean below 0 that may reach below
 * −tolerance rejects, a lower bound above −tolerance promotes, and what is left decides nothing. Unless it says `promoted`, the
 * champion stays.
 */
export function judgeCandidate(input: GateInput): GateOutcome {
  return (
    sameModel(input) ??
    leak(input) ??
    lateAnswers(input) ??
    tooFew(input) ??
    newestDayUnlike(input) ??
    belowPopularity(input) ??
    compare(input)
  );
}

function sameModel({ sameAs, champion }: GateInput): GateOutcome | undefined {
  if (sameAs === undefined) return undefined;
  const serving = champion?.version === sameAs ? 'it serves' : 'it was judged already';
  return {
    decision: 'unchanged',
    ground: 'same-model',
    why: `The training gave ${sameAs} again, byte for byte: ${serving}, nothing changes`,
  };
}

function leak({ trainedThrough, window, candidate }: GateInput): GateOutcome | undefined {
  if (trainedThrough === '' || trainedThrough < window.from) return undefined;
  return {
    decision: 'rejected',
    ground: 'leak',
    why: `${candidate.version} was trained on events up to ${trainedThrough}, inside the window from ${window.from}: its figures mean nothing`,
  };
}

/** Fewest answers that say anything, and how far their late part may lie above the usual one. */
const [leastAnswers, mostAboveUsual] = [100, 0.1];

/** What is held out was told to the training by files that had not come when the window began. */
function lateAnswers({ lateAnswers: found, window, candidate }: GateInput): GateOutcome | undefined {
  if (!found || found.answers < leastAnswers || found.share - found.usual <= mostAboveUsual) return undefined;
  return {
    decision: 'rejected',
    ground: 'late-answers',
    why: `${percent(found.share)} of the ${found.answers} answers from ${window.from} to ${window.to} are dated before it by files that came within it, ${percent(found.usual)} in the window before: the figures of ${candidate.version} are of what it was told. Look for repeated events with old time stamps; 'stocktake models promote ${candidate.version} --reason …' overrides`,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function tooFew({ window, rules, champion }: GateInput): GateOutcome | undefined {
  if (window.users >= rules.minUsers) return undefined;
  const stays = champion ? `${champion.version} stays` : 'no model serves yet';
  return {
    decision: 'undecided',
    ground: 'too-few-users',
    why: `The window ${window.from} to ${window.to} has ${window.users} users, ${rules.minUsers} are needed to decide; ${stays}`,
  };
}

/** Fewest users on the newest day that say anything. */
const leastUsersOfDay = 20;

/** A lead that was proven before and is, at its upper bound, less than half of what it was: the pattern is gone. */
function newestDayUnlike({ newestDay, window, candidate }: GateInput): GateOutcome | undefined {
  if (!newestDay || newestDay.users < leastUsersOfDay) return undefined;
  const { newest, usual } = newestDay;
  if (usual.low <= 0 || newest.high >= usual.mean / 2) return undefined;
  return {
    decision: 'rejected',
    ground: 'newest-day',
    why: `${window.to} is unlike the days before it: the lead over popularity is ${span(newest)} there, ${span(usual)} before. Look at what was collected for it; 'stocktake models promote ${candidate.version} --reason …' overrides`,
  };
}

function belowPopularity({ candidate, popularity, rules }: GateInput): GateOutcome | undefined {
  if (popularity.difference.mean >= 0) return undefined;
  const clear = popularity.difference.high < 0;
  const first = figure(candidate.metrics, rules.metric);
  const second = figure(popularity.metrics, rules.metric);
  if (!clear && popularity.difference.low > -rules.tolerance) return undefined;
  return {
    decision: 'rejected',
    ground: 'worse-than-popularity',
    why: `${candidate.version} ranks worse than plain popularity: ${rules.metric} ${first} against ${second}, difference ${span(popularity.difference)}`,
  };
}

function compare(input: GateInput): GateOutcome {
  const { candidate, champion, popularity, rules } = input;
  if (!champion) {
    const difference = span(popularity.difference);
    return {
      decision: 'promoted',
      ground: 'first',
      why: `${candidate.version} is the first model and not worse than popularity: ${rules.metric} ${figure(candidate.metrics, rules.metric)}, difference ${difference}`,
    };
  }
  const { difference } = champion;
  const said = `${rules.metric} ${figure(candidate.metrics, rules.metric)} against ${figure(champion.metrics, rules.metric)} of ${champion.version}, difference ${span(difference)}`;
  const gain =
    (candidate.metrics[rules.metric] ?? 0) / (champion.metrics[rules.metric] || Number.POSITIVE_INFINITY);
  if (gain > rules.maxGain) {
    return {
      decision: 'rejected',
      ground: 'implausible',
      why: `${candidate.version} is ${gain.toFixed(1)} times as good, too good to be true: ${said}. Look for a leak; 'stocktake models promote ${candidate.version} --reason …' overrides`,
    };
  }
  return { ...between(difference, rules), why: `${candidate.version}: ${said}${ending(difference, rules)}` };
}

function between(
  { mean, low, high }: IntervalDocument,
  { tolerance }: GateRules,
): Pick<GateOutcome, 'decision' | 'ground'> {
  if (high < 0) return { decision: 'rejected', ground: 'worse' };
  if (low > 0) return { decision: 'promoted', ground: 'better' };
  if (low > -tolerance) return { decision: 'promoted', ground: 'as-good' };
  return mean < 0 ? { decision: 'rejected', ground: 'worse' } : { decision: 'undecided', ground: 'unclear' };
}

function ending(difference: IntervalDocument, rules: GateRules): string {
  const { decision, ground } = between(difference, rules);
  if (ground === 'as-good') return `; as good within ${rules.tolerance}, and it knows the newer data`;
  if (decision === 'undecided')
    return `; the window cannot tell (it may be worse by more than ${rules.tolerance}), the champion stays`;
  return decision === 'rejected' ? '; the champion stays' : '; it is better';
}

function figure(metrics: Readonly<Record<string, number>>, metric: string): string {
  return metrics[metric] === undefined ? 'unknown' : metrics[metric].toFixed(4);
}

function span({ mean, low, high }: IntervalDocument): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}
