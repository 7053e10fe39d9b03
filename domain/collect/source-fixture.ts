import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { z } from 'zod';
import type { ArtifactRef, Manifest } from '../../schemas/artifact.ts';
import { type Config, configSchema } from '../../schemas/config.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { type FilesSource, filesSourceSchema } from '../../schemas/source.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import type { StageContext } from '../runtime/stage.ts';
import { stageContext as smallContext } from '../runtime/stage-fixture.ts';
import { openStore, type Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { openWarehouse, type Row } from '../warehouse/warehouse.ts';
import type { ChildShelf } from './child-shelf.ts';
import { collectSlices } from './collect.ts';
import { listSource } from './files.ts';

/** A source as a user writes it; entities do not matter here. */
export type SourceInput = Omit<z.input<typeof filesSourceSchema>, 'entities'>;

/** What a test may vary. */
export interface CollectOptions {
  readonly limits?: Partial<Config['limits']>;
  readonly context?: Partial<StageContext>;
  readonly parser?: URL;
  readonly shelf?: ChildShelf;
}

/** What was collected, read back. */
export interface Collected {
  readonly output: StageOutput;
  readonly plan: SourcePlan;
  readonly manifests: readonly Manifest[];
  /** Rows of all slices in order. */
  readonly rows: readonly Row[];
  readonly rejects: readonly Row[];
}

/** An input folder and a store of their own, for tests of this room. */
export interface SourceFixture {
  readonly dir: string;
  readonly input: string;
  readonly store: Store;
  /** Writes an input file, making its folders. */
  file(path: string, content: string | Uint8Array): Promise<void>;
  list(source: SourceInput, to?: string, from?: string): Promise<SourcePlan>;
  /** Lists a source called `shop`, collects all of it and reads everything back. */
  collect(source: SourceInput, options?: CollectOptions): Promise<Collected>;
  /** Names left in the staging folder. */
  staged(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens a fixture in a new temporary folder; `close` removes it. */
export async function openSourceFixture(): Promise<SourceFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-collect-'));
  const input = join(dir, 'input');
  await mkdir(input);
  const store = await openStore(join(dir, 'store'));
  const list = (source: SourceInput, to = '9999-12-31', from?: string): Promise<SourcePlan> =>
    listSource({ input, name: 'shop', source: sourceOf(source), to, ...(from ? { from } : {}) });
  return {
    dir,
    input,
    store,
    async file(path, content) {
      await mkdir(dirname(join(input, path)), { recursive: true });
      await writeFile(join(input, path), content);
    },
    list,
    async collect(source, { limits = {}, context = {}, parser, shelf } = {}) {
      const plan = await list(source);
      const output = await collectSlices(store, stageContext(context), {
        name: 'shop',
        source: sourceOf(source),
        limits: { ...defaultLimits(), ...limits },
        input,
        slices: plan.slices,
        ...(parser ? { parser } : {}),
        ...(shelf ? { shelf } : {}),
      });
      const slices = output.datasets['raw.shop'] ?? [];
      const manifests = await store.manifests.readAll(slices.map(({ manifest }) => manifest));
      const read = (role: string): Promise<Row[]> =>
        readRows(
          store,
          manifests.flatMap(({ files }) => files[role] ?? []),
          join(dir, 'spill'),
        );
      return { output, plan, manifests, rows: await read('rows'), rejects: await read('rejects') };
    },
    staged: () => readdir(join(store.dir, 'staging')).catch(() => []),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A source with every default filled in. */
export function sourceOf(source: SourceInput): FilesSource {
  const columns = { item_id: 'sku', kind: 'kind', time: 'time' };
  return filesSourceSchema.parse({ ...source, entities: { events: { columns } } });
}

/** The limits of a configuration that sets none. */
export function defaultLimits(): Config['limits'] {
  return configSchema.shape.limits.parse({});
}

/** A context without effects. */
export function stageContext(context: Partial<StageContext> = {}): StageContext {
  return smallContext({ memoryMb: 512, ...context });
}

async function readRows(store: Store, refs: readonly ArtifactRef[], tempDir: string): Promise<Row[]> {
  const paths = await store.objects.openAll(refs);
  if (paths.length === 0) return [];
  const warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir });
  try {
    return await warehouse.rows('read', `select * from ${readParquetSql(paths)}`);
  } finally {
    warehouse.close();
  }
}

/** A member of an archive as a test types it. */
export interface ZipEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Unix mode in the directory; default a plain file. */
  readonly mode?: number;
  /** States another CRC-32 than the content has. */
  readonly damaged?: boolean;
}

/** Writes a zip archive of deflated members. Source: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, damaged = false } of entries) {
    const bytes = Buffer.from(content);
    const data = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(damaged ? 1 : crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, nameBytes, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(mode * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from('1403', 'hex');
    directory.push(Buffer.concat([Buffer.from('504b0102', 'hex'), madeBy, common, tail, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
