import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  builtInNormalizers,
  type Normalizer,
  normalizerStatements,
} from '../domain/normalize/normalizers.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { openWarehouse } from '../domain/warehouse/warehouse.ts';
import { nearest } from '../schemas/config-parse.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, table } from './output.ts';

/** Lists the normalizers mapping expressions may call, or says what one makes of texts. */
export async function normalizers(
  name: string | undefined,
  texts: readonly string[],
  { json, quiet }: GlobalOptions,
): Promise<number> {
  const output = createOutput(quiet ?? false);
  if (name === undefined) {
    if (json) output.json({ format: 1, normalizers: builtInNormalizers.map(described) });
    else {
      const columns = [
        { title: 'call', value: (one: Normalizer) => described(one).call },
        { title: 'gives', value: ({ gives }: Normalizer) => gives },
      ];
      output.data(table(builtInNormalizers, columns));
      output.note('\ntry one: stocktake normalizers clean_money "€ 1.299,50"');
    }
    return 0;
  }
  const found = builtInNormalizers.find((one) => one.name === name);
  if (!found) {
    const near = nearest(
      name,
      builtInNormalizers.map((one) => one.name),
    );
    throw new CliError(
      `There is no normalizer '${name}'${near ? `; did you mean ${near}?` : ''} (stocktake normalizers lists them)`,
      { code: 'STK-CLI-NORMALIZER', exitCode: 2 },
    );
  }
  const values = await valuesOf(found, texts);
  if (json) output.json({ format: 1, normalizer: described(found), values });
  else if (texts.length === 0) output.data(`${described(found).call}\n${found.gives}`);
  else {
    const columns = [
      { title: 'text', value: ({ text }: (typeof values)[number]) => text },
      { title: name, value: ({ value }: (typeof values)[number]) => value ?? '(null)' },
    ];
    output.data(table(values, columns));
  }
  return 0;
}

function described({ name, parameters, gives }: Normalizer): { name: string; call: string; gives: string } {
  const list = parameters.map((one) =>
    one.default === undefined ? one.name : `${one.name} := ${one.default}`,
  );
  return { name, call: `${name}(${list.join(', ')})`, gives };
}

async function valuesOf(
  found: Normalizer,
  texts: readonly string[],
): Promise<{ text: string; value: string | null }[]> {
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-normalizers-'));
  const warehouse = await openWarehouse({ threads: 1, memoryMb: 256, tempDir });
  try {
    const needed = builtInNormalizers.filter((one) => !one.lay || one.name === found.name);
    for (const statement of await normalizerStatements(needed)) await warehouse.run('normalizer', statement);
    const values: { text: string; value: string | null }[] = [];
    for (const text of texts) {
      const [row] = await warehouse.rows(
        found.name,
        `select ${found.name}(t) as value from (select $text as t)`,
        {
          text,
        },
      );
      values.push({ text, value: row?.value == null ? null : String(row.value) });
    }
    return values;
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}
