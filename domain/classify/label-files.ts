import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors } from '../math/safetensors.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import type { StagedFile } from '../store/objects.ts';
import { writeParquet } from '../warehouse/parquet.ts';
import { quotedString } from '../warehouse/quoting.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { LabelRow } from './label-things.ts';
import type { PlainOutcome } from './label-thread.ts';

/** Writes what labelling yields as files of an attempt's folder. */
export function createLabelFiles(warehouse: Warehouse, dir: string) {
  const asTable = async (name: string, rows: readonly unknown[], columns: string): Promise<string> => {
    const path = join(dir, `${name}.json`);
    await writeFile(path, rows.map((row) => canonicalJson(row)).join('\n'));
    return rows.length === 0
      ? `(select ${columns.replaceAll(/'(\w+)': '(\w+)'/g, 'null::$2 as "$1"')} where false)`
      : `read_json(${quotedString(path)}, format = 'newline_delimited', columns = {${columns}})`;
  };
  return {
    /** Labels of things: what was predicted or learned from, and what came with a label beyond that. */
    async labels(
      name: string,
      key: string,
      kind: string,
      rows: readonly LabelRow[],
      givenSql: string,
    ): Promise<StagedFile> {
      const columns =
        "'id': 'VARCHAR', 'label': 'VARCHAR', 'confidence': 'DOUBLE', 'modelVersion': 'VARCHAR', 'known': 'BOOLEAN'";
      const made = await asTable(`${name}-labels`, rows, columns);
      return writeParquet(
        warehouse,
        `label_${name}`,
        `with made as (
  select id, label, confidence, "modelVersion" as model_version, known from ${made}
), beyond as (
  select id, label from (${givenSql}) where id not in (select id from made)
)
select id as ${key}, ${quotedString(kind)} as label_kind, label, confidence, model_version, known
from (
  select id, label, confidence, model_version, known from made
  union all by name
  select id, label, 1.0::double as confidence, 'given' as model_version, true as known from beyond
)
order by ${key}`,
        join(dir, `${name}.parquet`),
      );
    },

    /** Held-out figures: one row a label, and one for all with the baseline beside it. */
    async figures(outcomes: readonly (readonly [string, PlainOutcome])[]): Promise<StagedFile> {
      const rows = outcomes.flatMap(([task, outcome]) => figureRows(task, outcome));
      const columns =
        "'task': 'VARCHAR', 'label': 'VARCHAR', 'recipe': 'VARCHAR', 'precision': 'DOUBLE', 'recall': 'DOUBLE', 'f1': 'DOUBLE', 'support': 'BIGINT', 'accuracy': 'DOUBLE', 'macro_f1': 'DOUBLE', 'ece': 'DOUBLE', 'majority': 'DOUBLE', 'note': 'VARCHAR'";
      const made = await asTable('figures', rows, columns);
      return writeParquet(
        warehouse,
        'evaluation_labels',
        `select * from ${made} order by task, label`,
        join(dir, 'figures.parquet'),
      );
    },

    /** The models themselves, so that a label can be traced to what gave it. */
    async models(
      outcomes: readonly (readonly [string, PlainOutcome])[],
    ): Promise<Record<string, StagedFile>> {
      const files: Record<string, StagedFile> = {};
      for (const [task, outcome] of outcomes) {
        if (outcome.kind === 'skipped') continue;
        const path = join(dir, `${task}.safetensors`);
        await writeFile(path, encodeSafetensors(outcome.model.tensors, outcome.model.metadata));
        files[`${task}Model`] = { path, rows: 0, schemaHash: '' };
      }
      return files;
    },
  };
}

function figureRows(task: string, outcome: PlainOutcome): Record<string, unknown>[] {
  const empty = {
    recipe: '',
    precision: null,
    recall: null,
    f1: null,
    support: 0,
    accuracy: null,
    macro_f1: null,
    ece: null,
    majority: null,
    note: '',
  };
  if (outcome.kind === 'skipped') return [{ ...empty, task, label: '', note: outcome.message }];
  const { heldOut, majority, recipe } = outcome;
  const held = heldOut.labels.reduce((sum, { support }) => sum + support, 0);
  return [
    {
      ...empty,
      task,
      label: '',
      recipe,
      support: held,
      accuracy: heldOut.accuracy,
      macro_f1: heldOut.macroF1,
      ece: heldOut.ece,
      majority: majority.accuracy,
    },
    ...heldOut.labels.map((figures) => ({ ...empty, task, recipe, ...figures })),
  ];
}
