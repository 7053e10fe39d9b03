import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { croissant } from '../domain/catalog/croissant.ts';
import { dcat } from '../domain/catalog/dcat.ts';
import { smallCatalog } from './catalog-fixture.ts';

/** Validators that are Python programs of others; `STOCKTAKE_PYTHON` names the interpreter they are installed for. */
const python = process.env.STOCKTAKE_PYTHON ?? 'python3';
const shapes = process.env.STOCKTAKE_DCAT_SHAPES ?? '';
const has = (module: string): boolean => spawnSync(python, ['-c', `import ${module}`]).status === 0;
const noCroissant = has('mlcroissant') ? '' : '(mlcroissant is not installed: pip install mlcroissant)';
const noShacl =
  shapes !== '' && has('pyshacl') ? '' : '(needs pyshacl, and STOCKTAKE_DCAT_SHAPES naming the shapes)';

describe('the exports before the validators of others', () => {
  const dir = mkdtempSync(join(tmpdir(), 'stocktake-validators-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const validate = (document: unknown, args: (path: string) => readonly string[]) => {
    const path = join(dir, 'document.jsonld');
    writeFileSync(path, JSON.stringify(document));
    const { status, stdout, stderr } = spawnSync(python, args(path), { encoding: 'utf8' });
    return { status, told: `${stdout}${stderr}` };
  };

  it.skipIf(noCroissant)(
    `Croissant passes mlcroissant, which refuses a field without a type ${noCroissant}`,
    () => {
      const run = (document: unknown) =>
        validate(document, (path) => [
          '-c',
          'import sys, mlcroissant; mlcroissant.Dataset(sys.argv[1])',
          path,
        ]);
      const document = croissant(smallCatalog());
      expect(run(document)).toMatchObject({ status: 0 });
      const sets = document.recordSet as { field: { dataType?: unknown }[] }[];
      for (const set of sets) for (const field of set.field) delete field.dataType;
      expect(run(document).status).not.toBe(0);
    },
  );

  it.skipIf(noShacl)(`DCAT passes the shapes under pySHACL ${noShacl}`, () => {
    const run = (document: unknown) =>
      validate(document, (path) => [
        '-m',
        'pyshacl',
        '--data-file-format',
        'json-ld',
        '--shacl',
        shapes,
        path,
      ]);
    const { status, told } = run(dcat(smallCatalog()));
    expect({ status, told }).toMatchObject({ status: 0 });
  });
});
