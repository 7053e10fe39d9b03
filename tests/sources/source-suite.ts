import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LandingDeps, listAnySource } from '../../domain/collect/remote-sources.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import type { Logger } from '../../domain/runtime/logger.ts';
import { stageContext } from '../../domain/runtime/stage-fixture.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { type Source, sourceSchema } from '../../schemas/source.ts';
import { openNights } from '../nights-fixture.ts';

/** A row of the suite, `at` an instant as `YYYY-MM-DDTHH:MM:SSZ`. */
export interface SuiteRow {
  readonly id: number;
  readonly item: string;
  readonly at: string;
  readonly amount: string;
}

/** A running source of one kind, its rows in the suite's hands. */
export interface SuitePlace {
  /** What a configuration says of it: incremental by `at` with an overlap of two days, or full; entities left out. */
  readonly incremental: Readonly<Record<string, unknown>>;
  readonly full: Readonly<Record<string, unknown>>;
  /** The same source where nobody answers. */
  readonly unreachable: Readonly<Record<string, unknown>>;
  /** False where rows come in files: what was read once is not read again with the next ones. Default true. */
  readonly overlaps?: boolean;
  /** What the source calls a row's parts where it has words of its own. */
  readonly columns?: Partial<Readonly<Record<keyof SuiteRow, string>>>;
  /** Variables its references name. */
  readonly env: Readonly<Record<string, string>>;
  /** Texts that may stand nowhere. */
  readonly secrets: readonly string[];
  add(rows: readonly SuiteRow[]): Promise<void>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const first: SuiteRow[] = [
  { id: 1, item: 'a', at: '2026-04-28T09:00:00Z', amount: '1.50' },
  { id: 2, item: 'b "quoted", 中', at: '2026-05-01T10:00:00Z', amount: '12345678901234.55' },
];
const second: SuiteRow[] = [{ id: 3, item: 'c', at: '2026-05-02T10:00:00Z', amount: '0.10' }];
const entitiesOf = ({
  columns: { id = 'id', item = 'item', at = 'at', amount = 'amount' } = {},
}: SuitePlace) => ({
  events: {
    columns: { event_id: id, item_id: item, time: at, value: amount, kind: "'purchase'" },
    key: ['event_id'],
  },
});

/**
 * What every kind of source has to do, whatever it reads: each kind's test opens its place and calls this once.
 */
export function sourceSuite(open: () => Promise<SuitePlace>): void {
  let place: SuitePlace;
  const said: string[] = [];
  const folders: string[] = [];

  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(async () => {
    await place?.stop();
    for (const dir of folders) await rm(dir, { recursive: true, force: true });
  });

  async function store(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'stocktake-source-'));
    folders.push(dir);
    return dir;
  }
  async function fill(rows: readonly SuiteRow[]): Promise<void> {
    await place.clear();
    await place.add(rows);
  }
  const deps = (storeDir: string): LandingDeps => ({
    ...stageContext({ log: listening(said) }),
    storeDir,
    readSecret: secretReader(place.env),
  });
  const plans = new Map<string, SourcePlan>();
  const list = async (storeDir: string, settings: object, to: string, force = false): Promise<SourcePlan> => {
    const plan = await listAnySource(
      { input: storeDir, name: 'shop', source: parsed(place, settings), to },
      { ...deps(storeDir), force },
    );
    plans.set(storeDir, plan);
    return plan;
  };
  const bytesOf = (storeDir: string, date: string): Promise<string> =>
    filesOf(storeDir, plans.get(storeDir), date);
  const rowsOf = async (storeDir: string, date: string): Promise<Record<string, unknown>[]> =>
    (await bytesOf(storeDir, date))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const idsOf = async (storeDir: string, date: string): Promise<number[]> =>
    (await rowsOf(storeDir, date)).map(({ id }) => Number(id)).sort();

  it('lists what it read as one slice of the date', async () => {
    await fill(first);
    const dir = await store();
    const plan = await list(dir, place.incremental, '2026-05-01');
    expect(plan).toMatchObject({ source: 'shop', missing: '', slices: [{ slice: '2026-05-01' }] });
    expect(await idsOf(dir, '2026-05-01')).toEqual([1, 2]);
  });

  it('loses no digit and no letter', async () => {
    await fill(first);
    const dir = await store();
    await list(dir, place.full, '2026-05-01');
    const row = (await rowsOf(dir, '2026-05-01')).find(({ id }) => Number(id) === 2);
    expect(row?.item).toBe('b "quoted", 中');
    expect(await bytesOf(dir, '2026-05-01')).toContain('12345678901234.55');
    expect(Date.parse(String(row?.[place.columns?.at ?? 'at']))).toBe(Date.parse('2026-05-01T10:00:00Z'));
  });

  it('gives the same bytes when a date is run again, also by force', async () => {
    await fill(first);
    const dir = await store();
    const plan = await list(dir, place.incremental, '2026-05-01');
    await place.add(second);
    expect(await list(dir, place.incremental, '2026-05-01')).toEqual(plan);
    await fill(first);
    expect(await list(dir, place.incremental, '2026-05-01', true)).toEqual(plan);
  });

  it('reads new rows and the overlap only, the next date', async () => {
    await fill(first);
    const dir = await store();
    await list(dir, place.incremental, '2026-05-01');
    await place.add([...second, { id: 4, item: 'late', at: '2026-04-30T12:00:00Z', amount: '1' }]);
    await list(dir, place.incremental, '2026-05-02');
    expect(await idsOf(dir, '2026-05-02')).toEqual(place.overlaps === false ? [3, 4] : [2, 3, 4]);
  });

  it('reads a full source whole, and its newest date counts', async () => {
    await fill(first);
    const dir = await store();
    await list(dir, place.full, '2026-05-01');
    await place.add(second);
    const plan = await list(dir, place.full, '2026-05-02');
    expect(plan.slices.map(({ slice }) => slice)).toEqual(['2026-05-02']);
    expect(await idsOf(dir, '2026-05-02')).toEqual([1, 2, 3]);
  });

  it('takes an empty answer for no news: what was known stays', async () => {
    await fill(first);
    const dir = await store();
    await list(dir, place.full, '2026-05-01');
    await place.clear();
    const plan = await list(dir, place.full, '2026-05-02');
    expect(plan.slices.map(({ slice }) => slice)).toEqual(['2026-05-01']);
    expect(plan.missing).toMatch(/without a single row|not a single object/);
    const other = await store();
    expect((await list(other, place.incremental, '2026-05-01')).missing).toMatch(
      /no row of shop|not a single object/,
    );
  });

  it('takes a source nobody answers for for a state with a reason, and keeps what was landed', async () => {
    await fill(first);
    const dir = await store();
    await list(dir, place.incremental, '2026-05-01');
    const plan = await list(dir, place.unreachable, '2026-05-02');
    expect(plan.slices.map(({ slice }) => slice)).toEqual(['2026-05-01']);
    expect(plan.missing).toContain('cannot be read');
    said.push(JSON.stringify(plan));
  }, 30_000);

  it('loads a row of the overlap once downstream, where events have a key', async () => {
    await fill(first);
    const nights = await openNights(secretReader(place.env));
    try {
      const source = { ...place.incremental, entities: entitiesOf(place) };
      await nights.run({ shop: source as never }, '2026-05-01');
      await place.add(second);
      const night = await nights.run({ shop: source as never }, '2026-05-02');
      expect(await nights.read(night, 'unified.events', 'event_id, item_id')).toEqual([
        { event_id: '1', item_id: 'a' },
        { event_id: '2', item_id: 'b "quoted", 中' },
        { event_id: '3', item_id: 'c' },
      ]);
    } finally {
      await nights.remove();
    }
  }, 30_000);

  it('says no credential, in no log, no plan and no file', async () => {
    for (const dir of folders) {
      for (const name of await readdir(dir, { recursive: true, withFileTypes: true })) {
        if (name.isFile()) said.push(await readFile(join(name.parentPath, name.name), 'utf8'));
      }
    }
    expect(said.length).toBeGreaterThan(5);
    for (const secret of place.secrets) {
      for (const text of said) expect(text).not.toContain(secret);
    }
  });
}

function parsed(place: SuitePlace, settings: object): Source {
  return sourceSchema.parse({ ...settings, entities: entitiesOf(place) });
}

/** Everything that the slice of a date holds, as the last plan lists it. */
async function filesOf(storeDir: string, plan: SourcePlan | undefined, date: string): Promise<string> {
  const { files = [] } = plan?.slices.find(({ slice }) => slice === date) ?? {};
  return (await Promise.all(files.map(({ path }) => readFile(join(storeDir, path), 'utf8')))).join('');
}

function listening(said: string[]): Logger {
  const hear = (message: string, fields?: unknown): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  return { debug: hear, info: hear, warn: hear, error: hear };
}
