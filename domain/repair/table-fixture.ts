import { openStream, type Random } from '../math/random.ts';
import type { Finding, Reason } from './finding.ts';
import { openSheet, type Sheet } from './sheet.ts';
import type { TextTable } from './text-table.ts';

/** A table from its columns. */
export function tableOf(columns: Readonly<Record<string, readonly string[]>>): TextTable {
  return { columns: Object.entries(columns).map(([name, values]) => ({ name, values })) };
}

/** A value repeated. */
export function times<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}

/** What one detector says of a table: `row column: value → repair`. */
export function said(detect: (sheet: Sheet) => void, table: TextTable): string[] {
  const sheet = openSheet(table);
  detect(sheet);
  return lines(sheet.findings());
}

/** Findings as lines. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ row, column, value, repair }) =>
      `${row} ${column}: ${value}${repair === undefined ? ' ?' : ` → ${repair}`}`,
  );
}

/** Kinds of dirt that `dirtyOrders` can put into a table. */
export type Dirt =
  | 'typo'
  | 'swap'
  | 'missing'
  | 'unit'
  | 'missing-spelling'
  | 'date'
  | 'scale'
  | 'letter-in-number'
  | 'shift';

/** A dirty table, the same clean, and the cells that differ by kind of dirt. */
export interface DirtyTable {
  readonly dirty: TextTable;
  readonly clean: TextTable;
  readonly planted: ReadonlyMap<Dirt, readonly (readonly [number, string])[]>;
}

const branches = [
  ['101', 'Harbour Depot', '14 Quay Road', 'Aldmouth', 'NE'],
  ['102', 'Mill Lane Store', '2 Mill Lane', 'Brackwell', 'SW'],
  ['103', 'Station Shop', '77 Station Approach', 'Corvale', 'SW'],
  ['104', 'Old Market', '5 Market Square', 'Dunhaven', 'NE'],
  ['105', 'Riverside', '310 River Walk', 'Aldmouth', 'NE'],
  ['106', 'Garden Centre', '9 Orchard Close', 'Elmstead', 'MD'],
  ['107', 'North Gate', '41 Gate Street', 'Farnley', 'MD'],
  ['108', 'Castle Yard', '1 Castle Yard', 'Grimsdale', 'NW'],
] as const;
const goods = [
  ['G-01', 'garden hose', 'outdoor', '19.5'],
  ['G-02', 'watering can', 'outdoor', '12.0'],
  ['G-03', 'desk lamp', 'lighting', '34.9'],
  ['G-04', 'floor lamp', 'lighting', '79.0'],
  ['G-05', 'bread knife', 'kitchen', '15.2'],
  ['G-06', 'cutting board', 'kitchen', '22.4'],
  ['G-07', 'wool blanket', 'textiles', '45.0'],
  ['G-08', 'linen towel', 'textiles', '9.9'],
] as const;
const names = 'order,branch,name,street,town,region,code,article,group,price,weight,date,note'.split(',');

/** Orders of a made-up chain with dirt of the given kinds in about `share` of the cells where each can stand. */
export function dirtyOrders(rows: number, share: number, kinds: readonly Dirt[], seed = 1): DirtyTable {
  const random = openStream(seed, 'dirty-orders');
  const clean = Array.from({ length: rows }, (_, row) => orderOf(random, row));
  const planted = new Map<Dirt, (readonly [number, string])[]>();
  const dirty = clean.map((cells, row) => {
    const copy = [...cells];
    for (const kind of kinds) {
      if (!random.chance(share)) continue;
      const before = [...copy];
      plant(random, kind, copy, clean);
      for (const [at, value] of copy.entries()) {
        if (value === before[at] || value === cells[at]) continue;
        planted.set(kind, [...(planted.get(kind) ?? []), [row, names[at] ?? '']]);
      }
    }
    return copy;
  });
  const table = (lists: readonly (readonly string[])[]): TextTable =>
    tableOf(Object.fromEntries(names.map((name, at) => [name, lists.map((cells) => cells[at] ?? '')])));
  return { dirty: table(dirty), clean: table(clean), planted };
}

/** Share of planted cells of a kind that are found, and that are repaired rightly. */
export function caught(
  { clean, planted }: DirtyTable,
  kind: Dirt,
  findings: readonly Finding[],
): [number, number] {
  const cells = planted.get(kind) ?? [];
  const byCell = new Map(findings.map((finding) => [`${finding.row} ${finding.column}`, finding]));
  const found = cells.flatMap(([row, column]) => byCell.get(`${row} ${column}`) ?? []);
  const right = found.filter(
    ({ row, column, repair }) => repair === clean.columns.find(({ name }) => name === column)?.values[row],
  );
  return [found.length / Math.max(1, cells.length), right.length / Math.max(1, cells.length)];
}

/** Reasons of findings. */
export function reasonsOf(findings: readonly Finding[]): Set<Reason> {
  return new Set(findings.map(({ reason }) => reason));
}

function orderOf(random: Random, row: number): string[] {
  const [branch, name, street, town, region] = random.pick(branches);
  const [code, article, group, price] = random.pick(goods);
  const weight = `${random.between(1, 40)} kg`;
  const date = `2023-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;
  const note = random.chance(0.3) ? random.pick(['gift', 'express', 'fragile']) : '';
  return [
    `${5000 + row}`,
    branch,
    name,
    street,
    town,
    region,
    code,
    article,
    group,
    price,
    weight,
    date,
    note,
  ];
}

function plant(random: Random, kind: Dirt, cells: string[], others: readonly (readonly string[])[]): void {
  const told = random.pick([1, 2, 3, 4, 7]);
  const change = (at: number, write: (text: string) => string): void =>
    void cells.splice(at, 1, write(cells[at] ?? ''));
  if (kind === 'typo') change(told, (text) => slipIn(random, text));
  else if (kind === 'swap') change(told, () => random.pick(others)[told] ?? '');
  else if (kind === 'missing') change(told, () => '');
  else if (kind === 'unit')
    change(10, (text) => text.replace(' kg', random.pick(['kg', ' KG', ' kgs', ' kilo'])));
  else if (kind === 'missing-spelling') change(12, (text) => (text === '' ? 'N/A' : text));
  else if (kind === 'date') change(11, (text) => text.split('-').reverse().join('.'));
  else if (kind === 'scale') change(9, (text) => String(Number(text) * 10));
  else if (kind === 'letter-in-number') change(11, (text) => text.replace(/\d$/, 'o'));
  else if (cells[5] !== '') {
    change(4, (text) => `${text} ${cells[5]}`);
    change(5, () => '');
  }
}

function slipIn(random: Random, text: string): string {
  const at = random.between(0, Math.max(0, text.length - 2));
  const letter = random.pick([...'abcdefghijklmnopqrstuvwyz']);
  return random.chance(0.5)
    ? `${text.slice(0, at)}${letter}${text.slice(at + 1)}`
    : `${text.slice(0, at)}${text[at + 1] ?? ''}${text[at] ?? ''}${text.slice(at + 2)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
