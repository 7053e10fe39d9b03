import { describe } from 'vitest';
import { freePort } from './postgres-fixture.ts';
import { findS3, startS3 } from './s3-fixture.ts';
import { type SuiteRow, sourceSuite } from './source-suite.ts';

const found = await findS3();
const why = 'why' in found ? ` (${found.why})` : '';

/** Each delivery of rows is an object of its own, dated as its newest row; a full list holds all rows so far. */
describe.skipIf(why !== '')(`a source in an S3 store${why}`, () => {
  sourceSuite(async () => {
    const store = await startS3('path' in found ? found.path : '');
    const put = new Set<string>();
    let rows: SuiteRow[] = [];
    const write = async (key: string, lines: readonly SuiteRow[]): Promise<void> => {
      put.add(key);
      await store.put(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    };
    const base = {
      type: 's3',
      bucket: 'shop',
      prefix: 'exports/',
      endpoint: store.endpoint,
      credentials: { accessKeyId: 'env:S3_ID', secretAccessKey: 'env:S3_SECRET' },
    };
    const secret = 'wJalr+XUtnFEMI/K7MDENG';
    return {
      incremental: { ...base, path: 'orders/{date}/*.jsonl' },
      full: { ...base, path: 'stock/{date}.jsonl', mode: 'full' },
      unreachable: {
        ...base,
        path: 'orders/{date}/*.jsonl',
        endpoint: `http://127.0.0.1:${await freePort()}`,
      },
      overlaps: false,
      env: { S3_ID: 'AKIAQ7EXAMPLE', S3_SECRET: secret },
      secrets: [secret, encodeURIComponent(secret), 'AKIAQ7EXAMPLE'],
      async add(more) {
        rows = [...rows, ...more];
        const date =
          more
            .map(({ at }) => at.slice(0, 10))
            .sort()
            .at(-1) ?? '';
        await write(`exports/orders/${date}/${rows.length}.jsonl`, more);
        await write(`exports/stock/${date}.jsonl`, rows);
      },
      async clear() {
        for (const key of put) await store.remove(key);
        put.clear();
        rows = [];
      },
      stop: () => store.stop(),
    };
  });
});
