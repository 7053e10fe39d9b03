import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Parameters, Warehouse } from './warehouse.ts';

/** One named statement whose result becomes a table of that name. */
export interface SqlStep {
  readonly table: string;
  readonly sql: string;
  readonly parameters?: Parameters;
}

/**
 * Runs steps in order, each as `create or replace table <table> as <sql>`, so that a later step reads an earlier one by name.
 *
 * @throws SqlError STK-SQL-FAILED naming the table
 */
export async function runSteps(warehouse: Warehouse, steps: readonly SqlStep[]): Promise<void> {
  for (const step of steps) {
    await warehouse.run(step.table, `create or replace table ${step.table} as\n${step.sql}`, step.parameters);
  }
}

/**
 * Reads a fixed statement: `loadSql(new URL('./sql/items.sql', import.meta.url))`. The table is the file's name.
 *
 * The text is passed on as it is: re-indenting SQL corrupts literals.
 */
export function loadSql(url: URL): { readonly table: string; readonly sql: string } {
  return { table: basename(url.pathname, '.sql'), sql: readFileSync(url, 'utf8') };
}
