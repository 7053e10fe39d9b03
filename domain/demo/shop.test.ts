import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DirtMark,
  demoShop,
  type FileTruth,
  readTruth,
  type ShopOptions,
  type ShopTruth,
  writeNight,
  writeShop,
} from './shop.ts';

const small: ShopOptions = { ...demoShop, days: 3, users: 80, items: 120, eventsPerDay: 400 };
const quiet = { changedShare: 0, newColumn: false, brokenFile: false };

let root: string;
let demo: string;
let truth: ShopTruth;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-shop-'));
  demo = join(root, 'demo');
  await writeShop(demo, demoShop);
  truth = await truthOf(demo);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('writeShop', () => {
  it('gives the same bytes for the same options, also over an earlier shop', async () => {
    const [one, two] = [join(root, 'one'), join(root, 'two')];
    await writeShop(one, small);
    await writeShop(two, { ...small, seed: 8, days: 5 });
    const other = await hashesOf(two);
    await writeShop(two, small);
    expect(await hashesOf(two)).toEqual(await hashesOf(one));
    expect(other.get('clicks/2026-10-01.jsonl.gz')).not.toBe(
      (await hashesOf(one)).get('clicks/2026-10-01.jsonl.gz'),
    );
  });

  it('writes eight files a day and says so', async () => {
    const seen: string[] = [];
    const dir = join(root, 'progress');
    const summary = await writeShop(dir, small, (done, total, what) => seen.push(`${done}/${total} ${what}`));
    expect(seen).toEqual(['0/3 2026-10-01', '1/3 2026-10-01', '2/3 2026-10-02', '3/3 2026-10-03']);
    expect(summary).toMatchObject({ files: 24, days: 3, lastDate: '2026-10-03' });
    expect((await hashesOf(dir)).size).toBe(25);
    const listed = (await truthOf(dir)).days.flatMap((day) => day.files);
    expect(summary.records).toBe(listed.reduce((sum, file) => sum + file.records, 0));
  });

  it('removes only files that its own truth lists', async () => {
    const dir = join(root, 'kept');
    await writeShop(dir, small);
    await writeFile(join(dir, 'orders', 'notes.txt'), 'mine');
    await writeShop(dir, { ...small, days: 2 });
    const names = [...(await hashesOf(dir)).keys()];
    expect(names).toContain('orders/notes.txt');
    expect(names.filter((name) => name.includes('2026-10-03'))).toEqual([]);
  });

  it('refuses a folder whose truth.json is of somebody else, and options out of range', async () => {
    const dir = await mkdtemp(join(root, 'foreign-'));
    await writeFile(join(dir, 'truth.json'), '{"theirs":true}');
    await expect(writeShop(dir, small)).rejects.toMatchObject({ code: 'STK-DEMO-FOLDER' });
    const wrong = { ...small, dirt: 2, firstDate: '2026-02-30', users: 1.5 };
    await expect(writeShop(dir, wrong)).rejects.toMatchObject({
      code: 'STK-DEMO-OPTIONS',
      details: {
        problems: [
          expect.stringContaining('users'),
          expect.stringContaining('dirt'),
          expect.stringContaining('firstDate'),
        ],
      },
    });
  });

  it('says which file could not be written', async () => {
    const dir = await mkdtemp(join(root, 'blocked-'));
    await writeFile(join(dir, 'catalog'), 'a file where a folder should be');
    await expect(writeShop(dir, small)).rejects.toMatchObject({ code: 'STK-DEMO-WRITE' });
    expect((await readdir(dir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('truth.json', () => {
  it('counts the records of every file and what must become of them', async () => {
    for (const file of allFiles()) {
      const records = await recordsOf(demo, file);
      const torn = records.filter((record) => record.values === undefined);
      expect(records.length, file.file).toBe(file.records);
      expect(torn.map((record) => record.line)).toEqual(
        linesOf(file, ['unterminated-quote', 'malformed-json']),
      );
      expect(records.length - new Set(records.map((record) => record.raw)).size, file.file).toBe(
        file.repeated,
      );
      expect(file.records).toBe(file.accepted + file.malformed + file.rejected + file.repeated);
    }
  });

  it('names every fault by its line, and no fault is left unnamed', async () => {
    for (const file of allFiles()) {
      const records = await recordsOf(demo, file);
      for (const [kind, isFault] of Object.entries(faultTests(file))) {
        const found = records
          .filter((record) => record.values && isFault(record.values))
          .map((record) => record.line);
        expect(found, `${kind} in ${file.file}`).toEqual(linesOf(file, [kind]));
      }
    }
  });

  it('has each kind of fault somewhere, one unterminated quote a night, and a latin-1 file now and then', () => {
    const kinds = new Map<string, number>();
    for (const mark of allFiles().flatMap((file) => file.dirt))
      kinds.set(mark.kind, (kinds.get(mark.kind) ?? 0) + 1);
    expect([...kinds.keys()].sort()).toEqual(allKinds);
    expect(kinds.get('unterminated-quote')).toBe(demoShop.days);
    expect(allFiles().filter((file) => file.encoding === 'latin-1')).toHaveLength(3);
  });

  it('rejects nothing that an event, a review or a match refers to', async () => {
    const rejected = allFiles().flatMap((file) =>
      file.dirt.filter((mark) => mark.expected === 'reject').map((mark) => mark.key),
    );
    const referred = new Set([...truth.matches, ...truth.nearMisses].flatMap(({ articleNo }) => [articleNo]));
    for (const { sku } of truth.matches) referred.add(sku);
    for (const file of allFiles().filter(({ file }) => /^(clicks|carts|orders|reviews)/.test(file))) {
      for (const { values } of await recordsOf(demo, file)) {
        referred.add(String(values?.sku));
        referred.add(String(values?.user_id).toLowerCase());
      }
    }
    expect(rejected.length).toBeGreaterThan(100);
    expect(rejected.filter((key) => referred.has(key))).toEqual([]);
  });

  it('says where personal data stands in free texts', async () => {
    let spans = 0;
    for (const file of allFiles().filter((candidate) => candidate.file.startsWith('reviews/'))) {
      const records = await recordsOf(demo, file);
      for (const span of file.personal) {
        const text = String(records.find((record) => record.line === span.line)?.values?.text);
        expect(text.slice(span.start, span.end)).toBe(span.value);
        spans += 1;
      }
      const others = records.filter((record) => !file.personal.some((span) => span.line === record.line));
      expect(others.filter((record) => /@|\+\d/.test(record.raw.replace(/"ts":.*/, '')))).toEqual([]);
    }
    expect(spans).toBeGreaterThan(20);
  });

  it('tells for every article whether it is one of our items, a near-miss or neither', async () => {
    const [items, articles] = await Promise.all([latest('catalog'), latest('supplier')]);
    const names = new Map(articles.map((record) => [record.values?.article_no, record.values]));
    const skus = new Set(items.map((record) => record.values?.sku));
    const offered = truth.matches.filter(({ sku }) => skus.has(sku));
    expect(offered.length).toBeGreaterThan(200);
    expect(offered.filter(({ articleNo }) => !names.has(articleNo))).toEqual([]);
    const known = [...truth.matches, ...truth.nearMisses]
      .map(({ articleNo }) => articleNo)
      .concat(truth.supplierOnly);
    expect(new Set(known).size).toBe(known.length);
    expect([...names.keys()].filter((articleNo) => articleNo && !known.includes(String(articleNo)))).toEqual(
      [],
    );
  });

  it('shows in the clicks: favourites lead among a user’s categories', async () => {
    const categoryOf = new Map(truth.items.map((item) => [item.sku, item.category]));
    const favourite = new Map(truth.users.map((user) => [user.userId, user.tastes[0]?.[0]]));
    let [own, all] = [0, 0];
    for (const file of allFiles().filter((candidate) => candidate.file.startsWith('clicks/'))) {
      for (const { values } of await recordsOf(demo, file)) {
        const user = favourite.get(String(values?.user_id));
        if (user === undefined) continue;
        all += 1;
        own += categoryOf.get(String(values?.sku)) === user ? 1 : 0;
      }
    }
    expect(own / all).toBeGreaterThan(0.4);
    expect(Math.max(...truth.seasons.map((season) => season.baseShare))).toBeLessThan(0.15);
  });

  it('shows in the catalogue: rows differ from the night before exactly where changes are named', async () => {
    const clean = join(root, 'clean-changes');
    await writeShop(clean, { ...demoShop, days: 6, dirt: 0 });
    const { days } = await truthOf(clean);
    let before = new Map<string, string>();
    for (const day of days) {
      const rows = await recordsOf(
        clean,
        day.files.find((file) => file.file.startsWith('catalog/')),
      );
      const now = new Map(rows.map((record) => [String(record.values?.sku), record.raw]));
      const added = [...now.keys()].filter((sku) => !before.has(sku));
      const changed = [...now.keys()].filter((sku) => before.has(sku) && before.get(sku) !== now.get(sku));
      if (day.day > 0) {
        expect(added).toEqual(day.launched);
        expect(changed).toEqual(day.changedItems.map((change) => change.sku));
      }
      before = now;
    }
  });
});

describe('a clean shop', () => {
  it('has no fault at all and the same behaviour', async () => {
    const dir = join(root, 'clean');
    await writeShop(dir, { ...small, dirt: 0 });
    const files = (await truthOf(dir)).days.flatMap((day) => day.files);
    expect(files.flatMap((file) => [...file.dirt, ...file.personal])).toEqual([]);
    for (const file of files) {
      const records = await recordsOf(dir, file);
      expect(file).toMatchObject({ encoding: 'utf-8', records: file.accepted, malformed: 0, repeated: 0 });
      expect(records).toHaveLength(file.records);
      expect(records.every((record) => record.values !== undefined)).toBe(true);
    }
    await writeShop(join(root, 'dirty'), small);
    const clicks = await recordsOf(
      join(root, 'dirty'),
      fileOf(await truthOf(join(root, 'dirty')), 'clicks/2026-10-02'),
    );
    const cleanClicks = await recordsOf(
      dir,
      files.find((file) => file.file.startsWith('clicks/2026-10-02')),
    );
    const sessions = (list: typeof clicks) => new Set(list.map((record) => record.values?.session_id));
    expect(sessions(clicks)).toEqual(sessions(cleanClicks));
  });
});

describe('writeNight', () => {
  it('without changes writes what a longer shop would have', async () => {
    const [long, short] = [join(root, 'long'), join(root, 'short')];
    await writeShop(long, { ...small, days: 4 });
    await writeShop(short, small);
    await writeNight(short, small, 3, quiet);
    const [expected, found] = [await hashesOf(long), await hashesOf(short)];
    expected.delete('truth.json');
    found.delete('truth.json');
    expect(found).toEqual(expected);
    const { night, ...day } = (await truthOf(short)).days[3] ?? {};
    expect(night).toEqual(quiet);
    expect(day).toEqual((await truthOf(long)).days[3]);
  });

  it('brings the changed items, the new column and the broken file that were asked for', async () => {
    const dir = join(root, 'second-night');
    const changes = { changedShare: 0.02, newColumn: true, brokenFile: true };
    await writeShop(dir, demoShop);
    const summary = await writeNight(dir, demoShop, 14, changes);
    const day = (await truthOf(dir)).days[14];
    const textChanges = (day?.changedItems ?? []).filter(({ fields }) =>
      fields.some((field) => field !== 'stock'),
    );
    expect(summary).toMatchObject({
      date: '2026-10-15',
      files: 8,
      changedItems: textChanges.length,
      brokenFiles: ['reviews/2026-10-15.jsonl.gz'],
      newColumns: [{ file: 'catalog/2026-10-15.csv', column: 'eco_label' }],
    });
    expect(textChanges.length / demoShop.items).toBeCloseTo(0.02, 2);
    const header = (await readFile(join(dir, 'catalog/2026-10-15.csv'), 'utf8')).split('\n')[0];
    expect(header?.endsWith(',updated_at,eco_label')).toBe(true);
    const broken = await readFile(join(dir, 'reviews/2026-10-15.jsonl.gz'));
    expect(() => gunzipSync(broken)).toThrow(/unexpected end of file/);
    expect(day?.files.filter((file) => file.broken).map((file) => file.file)).toEqual(summary.brokenFiles);
  });

  it('keeps a night’s changes on the next night, and writes a night twice with the same bytes', async () => {
    const dir = join(root, 'nights');
    await writeShop(dir, { ...small, dirt: 0 });
    const options = { ...small, dirt: 0 };
    await writeNight(dir, options, 3, { ...quiet, changedShare: 0.1 });
    const first = await hashesOf(dir);
    await writeNight(dir, options, 3, { ...quiet, changedShare: 0.1 });
    expect(await hashesOf(dir)).toEqual(first);
    await writeNight(dir, options, 4, quiet);
    const { days } = await truthOf(dir);
    const rowsOn = async (day: number) => {
      const rows = await recordsOf(
        dir,
        days[day]?.files.find((file) => file.file.startsWith('catalog/')),
      );
      return new Map(rows.map((record) => [String(record.values?.sku), record.raw]));
    };
    const [third, fourth] = [await rowsOn(3), await rowsOn(4)];
    const differing = [...fourth.keys()].filter(
      (sku) => third.has(sku) && third.get(sku) !== fourth.get(sku),
    );
    expect(differing).toEqual(days[4]?.changedItems.map((change) => change.sku));
  });

  it('refuses a folder without that shop, and a night that cannot be', async () => {
    const dir = join(root, 'nothing');
    await expect(writeNight(dir, small, 3, quiet)).rejects.toMatchObject({ code: 'STK-DEMO-NO-SHOP' });
    await expect(writeNight(demo, { ...demoShop, seed: 9 }, 14, quiet)).rejects.toMatchObject({
      code: 'STK-DEMO-NO-SHOP',
    });
    await expect(writeNight(demo, demoShop, 0, quiet)).rejects.toMatchObject({ code: 'STK-DEMO-NIGHT' });
  });
});

interface TestRecord {
  /** First physical line. */
  readonly line: number;
  readonly raw: string;
  /** Undefined where the record cannot be parsed. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
}

const allKinds = [
  'bad-date',
  'blanks',
  'empty-text',
  'impossible-date',
  'late-event',
  'latin-1',
  'letter-case',
  'malformed-json',
  'mojibake',
  'negative-price',
  'negative-quantity',
  'non-numeric-price',
  'personal-data',
  'rating-out-of-range',
  'repeated-event',
  'repeated-row',
  'repeated-text',
  'unknown-sku',
  'unknown-user',
  'unterminated-quote',
];

type FaultTest = (values: Readonly<Record<string, unknown>>) => boolean;

/** For each kind of fault of a folder, how to tell one without the truth. */
function faultTests(file: FileTruth): Record<string, FaultTest> {
  const [folder = '', date = ''] = file.file.split(/[/.]/);
  const skus = new Set(truth.items.map((item) => item.sku));
  const isTime = (value: unknown): boolean =>
    /^\d{4}-[01]\d-\d\dT[012]\d:\d\d:\d\d[+]0[12]:00$/.test(String(value));
  const users = new Set(truth.users.map((user) => user.userId));
  const events: Record<string, FaultTest> = {
    'bad-date': ({ ts }) => !isTime(ts),
    'late-event': ({ ts }) => isTime(ts) && !String(ts).startsWith(date),
    'unknown-sku': ({ sku }) => !skus.has(String(sku)),
    'unknown-user': ({ user_id }) => user_id !== null && !users.has(String(user_id).toLowerCase()),
    'letter-case': ({ user_id }) => /^U/.test(String(user_id)),
  };
  const quantity: FaultTest = (values) => Number(values.quantity) < 0;
  const tests: Record<string, Record<string, FaultTest>> = {
    users: {
      'impossible-date': ({ signed_up_at }) => !isDay(String(signed_up_at)),
      'letter-case': ({ user_id }) => /^U/.test(String(user_id)),
      blanks: ({ city }) => String(city) !== String(city).trim(),
    },
    catalog: {
      'negative-price': ({ price }) => Number(price) < 0,
      'non-numeric-price': ({ price }) => Number.isNaN(Number(price)),
      mojibake: ({ title }) => /Ã/.test(String(title)),
      blanks: ({ brand }) => String(brand) !== String(brand).trim(),
    },
    supplier: {},
    clicks: events,
    carts: { ...events, 'negative-quantity': quantity },
    orders: { ...events, 'negative-quantity': quantity },
    reviews: {
      'rating-out-of-range': ({ rating }) => Number(rating) > 5,
      'empty-text': ({ text }) => text === '',
      'personal-data': ({ text }) => /@example|\+\d\d|0171|My name is|Regards,|Call me/.test(String(text)),
    },
    market: { 'latin-1': ({ series }) => file.encoding === 'latin-1' && /[^ -~]/.test(String(series)) },
  };
  return tests[folder] ?? {};
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function allFiles(): FileTruth[] {
  return truth.days.flatMap((day) => [...day.files]);
}

function fileOf(shop: ShopTruth, start: string): FileTruth | undefined {
  return shop.days.flatMap((day) => [...day.files]).find((file) => file.file.startsWith(start));
}

function linesOf(file: FileTruth, kinds: readonly string[]): number[] {
  const marks: readonly DirtMark[] = file.dirt;
  return marks.filter((mark) => kinds.includes(mark.kind)).map((mark) => mark.line);
}

async function truthOf(dir: string): Promise<ShopTruth> {
  const found = await readTruth(dir);
  if (!found) throw new Error(`no truth in ${dir}`);
  return found;
}

function latest(folder: string): Promise<TestRecord[]> {
  return recordsOf(
    demo,
    truth.days.at(-1)?.files.find((file) => file.file.startsWith(`${folder}/`)),
  );
}

/** Hash of every file below a folder, by its path. */
async function hashesOf(dir: string): Promise<Map<string, string>> {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
  const hashes = names.map(async (name) => {
    const bytes = await readFile(join(dir, name));
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return new Map(await Promise.all(hashes));
}

/** Reads a file as its encoding tells; malformed records cost their own line. */
async function recordsOf(dir: string, file: FileTruth | undefined): Promise<TestRecord[]> {
  if (!file) throw new Error('no such file in the truth');
  const packed = await readFile(join(dir, file.file));
  const bytes = file.file.endsWith('.gz') ? gunzipSync(packed) : packed;
  const text = new TextDecoder(file.encoding === 'latin-1' ? 'windows-1252' : 'utf-8', {
    fatal: true,
  }).decode(bytes);
  const lines = text.slice(0, -1).split('\n');
  expect(text.endsWith('\n')).toBe(true);
  return file.file.endsWith('.csv') ? csvRecords(lines) : lines.map(jsonRecord);
}

function jsonRecord(raw: string, index: number): TestRecord {
  try {
    return { line: index + 1, raw, values: JSON.parse(raw) };
  } catch {
    return { line: index + 1, raw, values: undefined };
  }
}

function csvRecords(lines: readonly string[]): TestRecord[] {
  const names = (lines[0] ?? '').split(',');
  const records: TestRecord[] = [];
  for (let at = 1; at < lines.length; ) {
    const taken = [1, 2, 3].find(
      (count) => csvFields(lines.slice(at, at + count).join('\n'))?.length === names.length,
    );
    const raw = lines.slice(at, at + (taken ?? 1)).join('\n');
    const fields = csvFields(raw);
    const values =
      taken && fields ? Object.fromEntries(names.map((name, index) => [name, fields[index]])) : undefined;
    records.push({ line: at + 1, raw, values });
    at += taken ?? 1;
  }
  return records;
}

/** The fields of one record, or undefined where it is no record of RFC 4180. */
function csvFields(text: string): string[] | undefined {
  const field = '(?:"(?:[^"]|"")*"|[^",\n]*)';
  if (!new RegExp(`^${field}(?:,${field})*$`).test(text)) return undefined;
  const fields = text.match(new RegExp(`(?<=^|,)${field}(?=,|$)`, 'g')) ?? [];
  return fields.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}
