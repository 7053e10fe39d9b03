import { describe } from 'vitest';
import { findPostgres, freePort, startPostgres } from './postgres-fixture.ts';
import { sourceSuite } from './source-suite.ts';

const bin = findPostgres();

describe.skipIf(bin === undefined)(
  `a PostgreSQL source${bin ? '' : ' (no PostgreSQL server installed: apt-get install postgresql)'}`,
  () => {
    sourceSuite(async () => {
      const server = await startPostgres(bin ?? '');
      await server.sql(
        'create table "Orders" (id bigint primary key, item text, at timestamptz, amount numeric)',
      );
      const base = { type: 'postgres', connection: 'env:SHOP_DB', table: 'Orders' };
      const gone = server.url.replace(/:\d+\/shop/, `:${await freePort()}/shop`);
      return {
        incremental: { ...base, watermark: 'at', overlap: '2 days' },
        full: { ...base, mode: 'full' },
        unreachable: { ...base, connection: 'env:GONE_DB', watermark: 'at', overlap: '2 days' },
        env: { SHOP_DB: server.url, GONE_DB: gone },
        secrets: [server.password, encodeURIComponent(server.password), server.url],
        add: (rows) =>
          server.sql(
            `insert into "Orders" values ${rows
              .map(({ id, item, at, amount }) => `(${id}, '${item}', '${at}', ${amount})`)
              .join(', ')}`,
          ),
        clear: () => server.sql('truncate "Orders"'),
        stop: () => server.stop(),
      };
    });
  },
);
