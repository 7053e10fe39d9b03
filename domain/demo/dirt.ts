import type { Random } from '../math/random.ts';
import type { DirtMark, Handling } from './truth.ts';

/** One kind of fault to plant among the records of a file. */
export interface Plant<Item> {
  readonly kind: string;
  readonly expected: Handling;
  /** Share of the records, 0-1. */
  readonly share: number;
  /** Planted at least this often at full dirt; in files of less than 25 records per fault, less often. */
  readonly minimum: number;
  readonly column?: string;
  /** Which records may carry it. Default: all. */
  readonly suits?: (record: Item) => boolean;
  /** Spoils a value; `clean` are the records that carry no fault. */
  readonly spoil?: (record: Item, random: Random, clean: readonly Item[]) => Item;
  /** Spoils the written form, so that the record cannot be parsed any more. */
  readonly tear?: (text: string, random: Random) => string;
  /** Writes the record, unspoiled, once more further down. */
  readonly repeats?: boolean;
}

/** The records of one file and how they are written. */
export interface RecordFile<Item> {
  readonly header?: string;
  readonly records: readonly Item[];
  readonly plants: readonly Plant<Item>[];
  readonly random: Random;
  /** 0-1, multiplies the number of faults. */
  readonly dirt: number;
  keyOf(record: Item): string;
  toText(record: Item): string;
}

/** A written file: its text, and for each fault the mark with the record as it was written. */
export interface WrittenRecords<Item> {
  readonly text: string;
  readonly records: number;
  readonly malformed: number;
  readonly rejected: number;
  readonly repeated: number;
  readonly marks: readonly { readonly mark: DirtMark; readonly record: Item }[];
}

/**
 * Writes records as lines and plants faults among them, at most one per record, so that they can be counted one by one.
 *
 * Lines end in `\n`. Cost: one pass; memory: the text of the file.
 */
export function writeRecords<Item>(file: RecordFile<Item>): WrittenRecords<Item> {
  const plan = planFaults(file);
  const clean = file.records.filter((_, index) => !plan.has(index));
  const repeats = planRepeats(file, plan);
  const texts: string[] = file.header === undefined ? [] : [file.header];
  const marks: { mark: DirtMark; record: Item }[] = [];
  let line = file.header === undefined ? 1 : 2;
  const put = (text: string, record: Item, key: string, plant?: Plant<Item>): void => {
    if (plant) marks.push({ mark: markOf(plant, line, key), record });
    texts.push(text);
    line += 1 + newlinesIn(text);
  };
  file.records.forEach((original, index) => {
    const plant = plan.get(index);
    const record = plant?.spoil ? plant.spoil(original, file.random, clean) : original;
    const text = file.toText(record);
    const written = plant?.tear ? plant.tear(text, file.random) : text;
    put(written, record, file.keyOf(original), plant?.repeats ? undefined : plant);
    for (const copy of repeats.get(index) ?? []) {
      put(file.toText(copy.record), copy.record, file.keyOf(copy.record), copy.plant);
    }
  });
  return {
    text: texts.length === 0 ? '' : `${texts.join('\n')}\n`,
    ...countsOf(file, plan, marks.length),
    marks,
  };
}

/** A whole number around `mean`: the part after the point is the chance of one more. */
export function roundByChance(mean: number, random: Random): number {
  const whole = Math.floor(mean);
  return whole + (random.chance(mean - whole) ? 1 : 0);
}

/** Draws which record carries which fault. */
function planFaults<Item>(file: RecordFile<Item>): Map<number, Plant<Item>> {
  const plan = new Map<number, Plant<Item>>();
  for (const plant of file.plants) {
    const least = Math.min(plant.minimum, file.records.length / 25);
    const mean = Math.max(least, plant.share * file.records.length) * file.dirt;
    const wanted = roundByChance(mean, file.random);
    const fitting = fittingIndexes(file.records, plan, plant, wanted);
    for (let taken = 0; taken < wanted && fitting.length > 0; taken++) {
      const place = file.random.between(0, fitting.length - 1);
      const index = fitting[place] ?? 0;
      fitting[place] = fitting[fitting.length - 1] ?? 0;
      fitting.pop();
      plan.set(index, plant);
    }
  }
  return plan;
}

function fittingIndexes<Item>(
  records: readonly Item[],
  plan: ReadonlyMap<number, Plant<Item>>,
  plant: Plant<Item>,
  wanted: number,
): number[] {
  const fitting: number[] = [];
  if (wanted === 0) return fitting;
  records.forEach((record, index) => {
    if (!plan.has(index) && (plant.suits?.(record) ?? true)) fitting.push(index);
  });
  return fitting;
}

/** Draws after which record each repeat is written: the record itself or any later one. */
function planRepeats<Item>(
  file: RecordFile<Item>,
  plan: ReadonlyMap<number, Plant<Item>>,
): Map<number, { record: Item; plant: Plant<Item> }[]> {
  const repeats = new Map<number, { record: Item; plant: Plant<Item> }[]>();
  for (const [index, plant] of plan) {
    const record = file.records[index];
    if (!plant.repeats || record === undefined) continue;
    const after = file.random.between(index, file.records.length - 1);
    repeats.set(after, [...(repeats.get(after) ?? []), { record, plant }]);
  }
  return repeats;
}

function markOf<Item>(plant: Plant<Item>, line: number, key: string): DirtMark {
  const column = plant.column === undefined ? {} : { column: plant.column };
  return { line, kind: plant.kind, expected: plant.expected, ...column, key };
}

function countsOf<Item>(file: RecordFile<Item>, plan: ReadonlyMap<number, Plant<Item>>, marks: number) {
  const plants = [...plan.values()];
  const malformed = plants.filter((plant) => plant.tear).length;
  const repeated = plants.filter((plant) => plant.repeats).length;
  const rejected = plants.filter((plant) => plant.expected === 'reject' && !plant.tear).length;
  if (marks !== plan.size) throw new RangeError(`${marks} marks for ${plan.size} faults`);
  return { records: file.records.length + repeated, malformed, rejected, repeated };
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
