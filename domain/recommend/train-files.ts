import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../runtime/canonical-json.ts';
import type { StagedFile } from '../store/objects.ts';
import { writeParquet } from '../warehouse/parquet.ts';
import { quotedString } from '../warehouse/quoting.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { ModelFiles } from './model-file.ts';
import type { Trained } from './train-task.ts';

/** Newest interest kept of a user: all of it but for machines, since what a user has had is not recommended again. */
const longestHistory = 2000;

const itemsSql = `select offered.number, offered.item_id, count(interest.item_id) as interest
from offered
left join interest using (item_id)
group by offered.number, offered.item_id
order by offered.number`;

const historiesSql = `with placed as (
  select
    user_id,
    offered.number as item_number,
    row_number() over (partition by user_id order by time desc, _source desc, _slice desc, _file desc, _line desc) as age
  from interest
  join offered using (item_id)
)
select user_id, age::integer as age, item_number
from placed
where age <= ${longestHistory}
order by user_id, age desc`;

/** Writes what a training leaves: the model's files and `evaluation` (one row a method) as Parquet. */
export async function trainedFiles(
  warehouse: Warehouse,
  dir: string,
  { files, evaluation, recipe }: Trained,
): Promise<Record<string, StagedFile>> {
  const rows = evaluation.models.map((model) => rowOf(model, model.name === recipe.name));
  const lines = join(dir, 'evaluation.json');
  await writeFile(lines, canonicalJson(rows));
  return {
    ...(await modelFiles(warehouse, dir, files)),
    evaluation: await writeParquet(
      warehouse,
      'evaluation_models',
      `select * from read_json(${quotedString(lines)}) order by model`,
      join(dir, 'evaluation.parquet'),
    ),
  };
}

/**
 * Writes a model's files by role: tensors, document, items (number, item_id, interest) and histories (user_id, age 1 = newest,
 * item_number). Reads the tables `offered` and `interest` that `readEvents` leaves.
 */
export async function modelFiles(
  warehouse: Warehouse,
  dir: string,
  files: ModelFiles,
): Promise<Record<string, StagedFile>> {
  const [tensors, document] = [join(dir, 'model.safetensors'), join(dir, 'model.json')];
  await writeFile(tensors, files.tensors);
  await writeFile(document, files.document);
  return {
    tensors: { path: tensors, rows: 0, schemaHash: '' },
    document: { path: document, rows: 0, schemaHash: '' },
    items: await writeParquet(warehouse, 'model_items', itemsSql, join(dir, 'items.parquet')),
    histories: await writeParquet(warehouse, 'model_histories', historiesSql, join(dir, 'histories.parquet')),
  };
}

/** Without seconds: they differ between equal runs and stand in the log. */
function rowOf(
  { name, metrics, intervals, validation, trials, parameters }: Trained['evaluation']['models'][number],
  isChosen: boolean,
) {
  const [low, high] = intervals['ndcg@10'] ?? [0, 0];
  return {
    model: name,
    chosen: isChosen,
    ndcg10: metrics['ndcg@10'] ?? 0,
    ndcg10_low: low,
    ndcg10_high: high,
    hr10: metrics['hr@10'] ?? 0,
    recall20: metrics['recall@20'] ?? 0,
    validation: validation ?? null,
    trials,
    parameters: JSON.stringify(parameters),
  };
}
