import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mariadbExtract } from '../../domain/collect/source-mariadb.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import { StocktakeError } from '../../domain/runtime/errors.ts';
import { mariadbSourceSchema } from '../../schemas/source.ts';
import { type MariadbFixture, startMariadb } from './mariadb-fixture.ts';
import { findMariadb } from './mariadb-programs.ts';
import { freePort } from './postgres-fixture.ts';
import { sourceSuite } from './source-suite.ts';

const programs = await findMariadb();
const entities = { events: { columns: { item_id: 'id', kind: "'view'", time: 'at' } } };

describe.skipIf(programs === undefined)(
  `MariaDB${programs ? '' : ' (no server on PATH, none from apt-get download: apt-get install mariadb-server)'}`,
  () => {
    let server: MariadbFixture;

    beforeAll(async () => {
      if (programs) server = await startMariadb(programs);
    }, 60_000);
    afterAll(() => server?.stop());

    describe('a MariaDB source', () => {
      sourceSuite(async () => {
        await server.sql(
          'create table `Orders` (id bigint primary key, item text, at timestamp(6) not null, amount decimal(30, 2))',
        );
        const base = { type: 'mariadb', connection: 'env:SHOP_DB', table: 'Orders' };
        const gone = server.url.replace(/:\d+\/shop/, `:${await freePort()}/shop`);
        return {
          incremental: { ...base, watermark: 'at', overlap: '2 days' },
          full: { ...base, mode: 'full' },
          unreachable: { ...base, connection: 'env:GONE_DB', watermark: 'at', overlap: '2 days' },
          env: { SHOP_DB: server.url, GONE_DB: gone },
          secrets: [server.password, encodeURIComponent(server.password), server.url],
          add: (rows) =>
            server.sql(
              `set time_zone = '+00:00'; insert into \`Orders\` values ${rows
                .map(({ id, item, at, amount }) => `(${id}, '${item}', '${at.slice(0, -1)}', ${amount})`)
                .join(', ')}`,
            ),
          clear: () => server.sql('truncate table `Orders`'),
          stop: async () => undefined,
        };
      });
    });

    describe('reading', () => {
      /** Reads the source and answers its rows in batches, or why not. */
      async function read(
        settings: object,
        {
          since,
          url = server.url,
          signal = new AbortController().signal,
          meanwhile = async () => undefined,
        }: { since?: string; url?: string; signal?: AbortSignal; meanwhile?: () => Promise<void> } = {},
      ): Promise<{ rows: unknown[]; batches: number; watermark?: string; code?: string; why?: string }> {
        const source = mariadbSourceSchema.parse({
          type: 'mariadb',
          connection: 'env:DB',
          mode: 'full',
          entities,
          ...settings,
        });
        const lines: string[] = [];
        let batches = 0;
        const rows = () => lines.map((line) => JSON.parse(line) as unknown);
        try {
          const { watermark } = await mariadbExtract(
            'shop',
            source,
            secretReader({ DB: url }),
          )({
            ...(since === undefined ? {} : { since }),
            signal,
            async onRows(more) {
              batches++;
              lines.push(...more);
              await meanwhile();
            },
          });
          return { rows: rows(), batches, ...(watermark === undefined ? {} : { watermark }) };
        } catch (error) {
          if (!(error instanceof StocktakeError)) throw error;
          expect(error.message).not.toContain(server.password);
          expect(error.cause).toBeUndefined();
          return { rows: rows(), batches, code: error.code, why: error.message };
        }
      }
      const incremental = { mode: 'incremental', watermark: 'n' };

      it('writes every type without a digit lost and without a drift of time', async () => {
        await server.sql(
          `create table types (big bigint unsigned, exact decimal(40, 10), small smallint zerofill, yes boolean, half double,
             day date, clock time, moment datetime(6), instant timestamp(3) null, year year, bits bit(10), bytes varbinary(10),
             big_bytes blob, doc json, letters varchar(20) character set gbk, chosen enum('a', 'é'), id uuid, none int);
           set time_zone = '+02:00';
           insert into types values (18446744073709551615, 123456789012345678901234567890.1234567890, 7, true, 0.1,
             '2026-03-29', '-838:59:59', '2026-03-29 02:30:00.000001', '2026-03-29 02:30:00.5', 2026, b'1000000001', x'00ff27',
             x'0a', '{"a":\n [1, 1.10]}', '中文', 'é', '123e4567-e89b-12d3-a456-426614174000', null)`,
        );
        expect((await read({ table: 'types' })).rows).toEqual([
          {
            big: '18446744073709551615',
            exact: '123456789012345678901234567890.1234567890',
            small: '00007',
            yes: 1,
            half: 0.1,
            day: '2026-03-29',
            clock: '-838:59:59',
            moment: '2026-03-29T02:30:00.000001',
            instant: '2026-03-29T00:30:00.500Z',
            year: 2026,
            bits: '513',
            bytes: 'AP8n',
            big_bytes: 'Cg==',
            doc: { a: [1, 1.1] },
            letters: '中文',
            chosen: 'é',
            id: '123e4567-e89b-12d3-a456-426614174000',
            none: null,
          },
        ]);
      });

      it('goes by a counter, by a day and by a moment from the newest value on, nulls the first time only', async () => {
        await server.sql(
          `create table grown (id int primary key, n bigint, d date, m datetime(6));
           insert into grown values (1, 9007199254740993, '2026-05-01', '2026-05-01 10:00:00.000001'),
             (2, 9007199254740994, '2026-05-02', '2026-05-01 10:00:00.000002'), (3, null, null, null)`,
        );
        const idsOf = (result: { rows: unknown[] }) => result.rows.map((row) => (row as { id: number }).id);
        const all = await read({ ...incremental, table: 'grown' });
        expect(idsOf(all)).toEqual([3, 1, 2]);
        expect(all.watermark).toBe('9007199254740994');
        const table = { ...incremental, table: 'shop.grown' };
        expect(idsOf(await read(table, { since: '9007199254740993' }))).toEqual([2]);
        expect(idsOf(await read({ ...table, overlap: 1 }, { since: '9007199254740993' }))).toEqual([1, 2]);
        expect(idsOf(await read({ ...table, watermark: 'd' }, { since: '2026-05-01' }))).toEqual([2]);
        const moment = { ...table, watermark: 'm' };
        expect(idsOf(await read(moment, { since: '2026-05-01 10:00:00.000001' }))).toEqual([2]);
        expect((await read({ ...moment, overlap: 3 })).code).toBe('STK-SOURCE-COLUMNS');
        expect((await read({ ...table, watermark: 'gone' })).why).toContain('there are id, n, d, m');
      });

      it('reads a query in batches, each row once', async () => {
        const query = 'select seq as n, repeat(char(64 + seq % 26), 50) as text from shop.numbers -- all';
        await server.sql('create view numbers as select seq from seq_1_to_25000');
        const { rows, batches, watermark } = await read({ ...incremental, query });
        expect([rows.length, batches, watermark]).toEqual([25_000, 3, '25000']);
        expect(new Set(rows.map((row) => (row as { n: string }).n)).size).toBe(25_000);
      });

      it('ends without a whole reading where the server or the reader breaks off', async () => {
        const query = 'select seq as n, repeat("x", 100) as text from seq_1_to_300000';
        let kills = 0;
        const kill = async () => {
          if (kills++ === 0) await server.sql("kill user reader@'127.0.0.1'");
        };
        const killed = await read({ query }, { meanwhile: kill });
        expect(killed.code).toBe('STK-SOURCE-READ');
        expect(killed.rows.length).toBeLessThan(300_000);
        const abort = new AbortController();
        const meanwhile = async () => abort.abort();
        expect((await read({ query }, { meanwhile, signal: abort.signal })).batches).toBe(1);
        expect((await read({ query }, { signal: abort.signal })).batches).toBe(0);
      });

      it('tells what is wrong, and no credential', async () => {
        const wrong = server.url.replace(/:[^:@]+@/, ':hunter2@');
        const refused = await read({ table: 'types' }, { url: wrong });
        expect(refused.why).toContain('ER_ACCESS_DENIED_ERROR');
        expect(refused.why).not.toContain('hunter2');
        expect((await read({ table: 'types' }, { url: 'postgres://me:hunter2@db/shop' })).why).toMatch(
          /no URL of MariaDB(?!.*hunter2)/,
        );
        expect((await read({ table: 'absent' })).why).toContain("'shop.absent' doesn't exist");
        expect((await read({ query: 'select 1 as a, 2 as a' })).why).toContain('Duplicate column');
        expect((await read({ query: 'select sleep(5) as a', timeoutSeconds: 0.1 })).why).toContain(
          'max_statement_time',
        );
      });
    });
  },
);
