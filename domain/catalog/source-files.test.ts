import { describe, expect, it } from 'vitest';
import type { ArtifactRef, Manifest } from '../../schemas/artifact.ts';
import { sourceFilesOf } from './source-files.ts';

const received = (letter: string): ArtifactRef => ({
  uri: `objects/${letter.repeat(2)}/${letter.repeat(64)}.csv`,
  sha256: letter.repeat(64),
  bytes: 1,
  rows: 0,
  schemaHash: '',
});

function manifest(paths: readonly string[], refs: readonly ArtifactRef[]): Manifest {
  return {
    format: 1,
    stage: 'collect',
    key: '0'.repeat(64),
    version: 1,
    scope: 'orders/2026-10-01',
    files: { received: [...refs] },
    ledger: [],
    facts: { columns: [], files: paths.map((path) => ({ path, position: 'line', rows: 1 })) },
    parents: [],
  };
}

const hashes = (paths: readonly string[], refs: readonly ArtifactRef[]): string[] =>
  sourceFilesOf(manifest(paths, refs)).map(({ file, sha256 }) => `${file} ${sha256.slice(0, 1)}`);

describe('sourceFilesOf', () => {
  it('gives every file the hash and place of the received file, in order of path', () => {
    const [first, second] = sourceFilesOf(manifest(['a.csv', 'b#1.csv'], [received('a'), received('b')]));
    expect(first).toEqual({
      source: 'orders',
      slice: '2026-10-01',
      file: 'a.csv',
      sha256: 'a'.repeat(64),
      object: received('a').uri,
      counts: 'line',
    });
    expect(second).toMatchObject({ file: 'b#1.csv', sha256: 'b'.repeat(64) });
  });

  it('gives the members of an archive the hash of the archive', () => {
    expect(hashes(['a.zip#x.csv', 'a.zip#y.csv', 'b.csv'], [received('a'), received('b')])).toEqual([
      'a.zip#x.csv a',
      'a.zip#y.csv a',
      'b.csv b',
    ]);
  });

  it('tells no hash where files and received files do not agree', () => {
    expect(hashes(['a.csv'], [received('a'), received('b')])).toEqual(['a.csv ']);
  });
});
