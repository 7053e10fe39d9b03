import type { Config } from '../../schemas/config.ts';
import { type EntityName, entities } from '../../schemas/entities.ts';
import type { ColumnRow, Evidence } from '../../schemas/inventory.ts';
import { alertsOf } from './alerts.ts';
import type { Asset, SourceExpression } from './assets.ts';
import { type ColumnLabel, columnKey, decided, isPersonalLabel } from './column-decisions.ts';
import type { Guess, Kind } from './kind.ts';
import { guessKind, guessKinds, kindMeanings, kindOfEntityColumn } from './kinds.ts';
import { isPlain } from './mapping-columns.ts';
import { shownValue } from './patterns.ts';
import { type PersonalVerdict, personalVerdict } from './personal.ts';
import { type ColumnProfile, share } from './profile-columns.ts';
import { notProfiled } from './schema-changes.ts';

/** What is known about a column beside its profile. */
interface Knowledge {
  readonly kind: Kind;
  readonly meaning: string;
  readonly evidence: Evidence;
  readonly why: string;
  readonly links: readonly string[];
  readonly unit: string;
  readonly declaredPersonal: boolean;
  /** Whether a person labelled it as something that tells who somebody is. */
  readonly decidedPersonal?: boolean;
  /** Entity columns it feeds or is. */
  readonly feeds: readonly string[];
}

/**
 * Turns the profiles of one asset into its lines of `inventory.columns`: what each column is, why we think so, what it
 * holds, and what is notable. Values of personal columns, and single values that look personal, are never shown.
 *
 * @param labels what people called columns, by `columnKey`; a label wins over everything else that is known
 */
export function columnRows(
  asset: Asset,
  profiles: readonly ColumnProfile[],
  expressions: readonly SourceExpression[],
  config: Pick<Config, 'sources'>,
  labels: ReadonlyMap<string, ColumnLabel> = new Map(),
): ColumnRow[] {
  const guesses = guessKinds(profiles);
  return profiles.map((profile, position) => {
    const guess = guesses[position] ?? guessKind(profile);
    const known =
      asset.kind === 'source'
        ? sourceKnowledge(asset, profile, guess, expressions, config)
        : unifiedKnowledge(asset, profile, guess, expressions, config);
    const label = labels.get(columnKey({ asset: asset.asset, column: profile.column }));
    return columnRow(asset.asset, position + 1, profile, label ? labelled(known, label) : known);
  });
}

/** Lines of columns beyond the profile's limit: they are known to be there and nothing else. */
export function skippedColumnRows(asset: string, after: number, names: readonly string[]): ColumnRow[] {
  return names.map((column, index) => ({
    asset,
    column,
    position: after + index + 1,
    type: '',
    looks_like: notProfiled,
    kind: 'unknown',
    meaning: '',
    evidence: 'none',
    why: 'only the fullest columns of so wide a source are profiled',
    links: [],
    unit: '',
    personal: false,
    personal_why: '',
    rows: 0,
    nulls: 0,
    null_share: 0,
    distinct_values: 0,
    sampled: false,
    min: null,
    max: null,
    mean: null,
    p05: null,
    p25: null,
    median: null,
    p75: null,
    p95: null,
    zeros: null,
    negatives: null,
    top: [],
    signature: '',
    signature_share: 0,
    average_length: 0,
    alerts: [],
  }));
}

function labelled(known: Knowledge, label: ColumnLabel): Knowledge {
  return { ...known, ...decided(label), decidedPersonal: isPersonalLabel(label.label) };
}

function sourceKnowledge(
  asset: Asset,
  profile: ColumnProfile,
  guess: Guess,
  expressions: readonly SourceExpression[],
  config: Pick<Config, 'sources'>,
): Knowledge {
  const source = asset.sources[0] ?? '';
  const declared = config.sources[source]?.columns[profile.column];
  const reading = expressions
    .filter((found) => found.source === source && found.reads.includes(profile.column))
    .sort((a, b) => Number(isPlain(b)) - Number(isPlain(a)));
  const feeds = reading
    .filter(({ target }) => target !== 'where')
    .map(({ entity, target }) => `${entity}.${target}`);
  const base = {
    links: reading.map(({ entity, target, expression }) => `${entity}.${target} = ${expression}`),
    unit: declared?.unit ?? '',
    declaredPersonal: declared?.personal ?? false,
    feeds,
  };
  const mapped = reading.find(({ target }) => target !== 'where' && !target.startsWith('attributes.'));
  const kind = mapped
    ? kindOfEntityColumn(mapped.target, entities[mapped.entity].columns[mapped.target])
    : guess.kind;
  if (declared?.description) {
    return {
      ...base,
      kind,
      meaning: declared.description,
      evidence: 'declared',
      why: 'described in temporal.config.ts',
    };
  }
  if (mapped) return { ...base, kind, ...mappedMeaning(mapped) };
  return { ...base, kind, meaning: kindMeanings[kind], evidence: guess.evidence, why: guess.why };
}

function mappedMeaning(mapped: SourceExpression): Pick<Knowledge, 'meaning' | 'evidence' | 'why'> {
  return {
    meaning: entities[mapped.entity].columns[mapped.target]?.meaning ?? '',
    evidence: 'mapping',
    why: `it feeds ${mapped.entity}.${mapped.target} as ${mapped.expression}`,
  };
}

function unifiedKnowledge(
  asset: Asset,
  profile: ColumnProfile,
  guess: Guess,
  expressions: readonly SourceExpression[],
  config: Pick<Config, 'sources'>,
): Knowledge {
  const entity = asset.entities[0] as EntityName;
  const spec = entities[entity].columns[profile.column];
  const filling = expressions.filter((found) => found.entity === entity && fills(found, profile.column));
  const declared = (source: string, column: string) => config.sources[source]?.columns[column];
  const known = {
    links: filling.map(({ source, target, expression }) =>
      target === profile.column ? `${source}: ${expression}` : `${source}: ${target} = ${expression}`,
    ),
    unit: '',
    declaredPersonal: filling.some(({ source, reads }) =>
      reads.some((column) => declared(source, column)?.personal),
    ),
    feeds: [`${entity}.${profile.column}`],
  };
  if (spec) {
    const sources = [...new Set(filling.map(({ source }) => source))].join(', ');
    return {
      ...known,
      kind: kindOfEntityColumn(profile.column, spec),
      meaning: spec.meaning,
      evidence: 'mapping',
      why: sources ? `mapped by ${sources}` : unmapped(profile),
    };
  }
  const own = stageColumns[profile.column];
  const plain = filling.find(isPlain);
  const told = plain && declared(plain.source, plain.reads[0] ?? '')?.description;
  if (told) {
    return {
      ...known,
      kind: guess.kind,
      meaning: told,
      evidence: 'declared',
      why: 'described in temporal.config.ts',
    };
  }
  return own
    ? { ...known, kind: own.kind, meaning: own.meaning, evidence: 'mapping', why: 'written by Stocktake' }
    : {
        ...known,
        kind: guess.kind,
        meaning: kindMeanings[guess.kind],
        evidence: guess.evidence,
        why: guess.why,
      };
}

/** Whether an expression fills a column of its entity; all attributes together fill the JSON object. */
function fills({ target }: SourceExpression, column: string): boolean {
  return target === column || (column === 'attributes' && target.startsWith('attributes.'));
}

/** Why a column no source maps holds values all the same: only the currency is filled in. */
function unmapped({ looksLike }: ColumnProfile): string {
  return looksLike === 'empty' ? 'no source maps it' : 'filled in by the project’s configuration';
}

/** Columns unification adds to the entities' own. */
const stageColumns: Readonly<Record<string, { kind: Kind; meaning: string }>> = {
  namespaces: { kind: 'category', meaning: 'Id spaces the record was found in.' },
  namespace: { kind: 'category', meaning: 'Id space the record’s id belongs to.' },
  event_date: { kind: 'time', meaning: 'Date of the event in the business time zone.' },
  source_rows: { kind: 'quantity', meaning: 'Source rows merged into the record.' },
  sources: { kind: 'category', meaning: 'Sources the record was merged from.' },
  records: { kind: 'quantity', meaning: 'Source records merged into it.' },
  members: { kind: 'quantity', meaning: 'Source records merged into it.' },
  first_seen: { kind: 'time', meaning: 'First slice that had the record.' },
  last_seen: { kind: 'time', meaning: 'Last slice that had the record.' },
  gone_since: { kind: 'time', meaning: 'Slice since which the record is missing from a full list.' },
};

function personalOf(profile: ColumnProfile, known: Knowledge): PersonalVerdict {
  const verdict = personalVerdict(profile, known.declaredPersonal, known.feeds);
  return known.decidedPersonal && !verdict.personal ? { personal: true, why: known.why } : verdict;
}

function columnRow(asset: string, position: number, profile: ColumnProfile, known: Knowledge): ColumnRow {
  const verdict = personalOf(profile, known);
  const hidden = verdict.personal || known.kind === 'json';
  const numbers = hidden || known.kind === 'id' ? undefined : profile.numbers;
  return {
    asset,
    column: profile.column,
    position,
    type: profile.storedType,
    looks_like: profile.looksLike,
    kind: known.kind,
    meaning: known.meaning,
    evidence: known.evidence,
    why: known.why,
    links: known.links,
    unit: known.unit,
    personal: verdict.personal,
    personal_why: verdict.why,
    rows: profile.rows,
    nulls: profile.nulls,
    null_share: share(profile.nulls, profile.rows),
    distinct_values: profile.distinct,
    sampled: !profile.whole,
    min: hidden || profile.min === undefined ? null : shownValue(profile.min),
    max: hidden || profile.max === undefined ? null : shownValue(profile.max),
    mean: numbers?.mean ?? null,
    p05: numbers?.p05 ?? null,
    p25: numbers?.p25 ?? null,
    median: numbers?.median ?? null,
    p75: numbers?.p75 ?? null,
    p95: numbers?.p95 ?? null,
    zeros: numbers?.zeros ?? null,
    negatives: numbers?.negatives ?? null,
    top: hidden ? [] : profile.top.map(({ value, rows }) => ({ value: shownValue(value), rows })),
    signature: hidden ? '' : profile.signature,
    signature_share: profile.signatureShare,
    average_length: profile.averageLength,
    alerts: alertsOf(profile, known.kind),
  };
}
