import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPairFile } from './pair-file.ts';
import { joinPairFiles } from './pair-set.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-pairs-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(name: string, text: string | Uint8Array) {
  const path = join(dir, name);
  await writeFile(path, text);
  return readPairFile(path);
}

it('reads lines of COL and VAL with any columns, empty values and both labels', async () => {
  const { columns, pairs } = await read(
    'lines.txt',
    'COL name VAL red lamp COL price VAL 9.5 \tCOL name VAL lamp COL price VAL  \t1\r\nCOL name VAL desk COL Size VAL 3\tCOL name VAL  COL price VAL 2\t0\r\n',
  );
  expect(columns).toEqual(['name', 'price', 'Size']);
  expect(pairs.map(({ isMatch }) => isMatch)).toEqual([true, false]);
  expect(Object.fromEntries(pairs[0]?.right ?? [])).toEqual({ name: 'lamp', price: '' });
  expect(Object.fromEntries(pairs[1]?.left ?? [])).toEqual({ name: 'desk', Size: '3' });
});

it('reads records without columns as one text', async () => {
  const { columns, pairs } = await read('plain.txt', 'a b\ta c\t1\nd\te\t0\n');
  expect(columns).toEqual(['text']);
  expect(pairs[0]?.left.get('text')).toBe('a b');
});

it.each([
  ['left_x,right_x', 'sides.csv'],
  ['ltable_x,rtable_x', 'tables.csv'],
  ['x_left,x_right', 'behind.csv'],
])('reads a table with columns %s, quotes and all, and leaves ids out', async (sides, name) => {
  const ids = sides.replaceAll('x', 'id');
  const { columns, pairs } = await read(
    name,
    `${ids},${sides},label\n1,2,"red, ""big""",blue,1\n3,4,,green,false\n`,
  );
  expect(columns).toEqual(['x']);
  expect(pairs.map(({ left, right, isMatch }) => [left.get('x'), right.get('x'), isMatch])).toEqual([
    ['red, "big"', 'blue', true],
    ['', 'green', false],
  ]);
});

it('knows a table by its first line whatever the file is called', async () => {
  const { pairs } = await read('pairs.dat', 'label\tleft_x\tright_x\n1\ta\tb\n0\tc\td\n');
  expect(pairs[1]?.right.get('x')).toBe('d');
});

it.each([
  ['an empty file', 'empty.txt', ' \n', 'STK-MATCH-EMPTY'],
  ['a table without rows', 'bare.csv', 'left_x,right_x,label\n', 'STK-MATCH-EMPTY'],
  ['a line of two fields', 'two.txt', 'COL a VAL b\tCOL a VAL c\n', 'STK-MATCH-FORMAT'],
  ['a label that is none', 'label.txt', 'COL a VAL b\tCOL a VAL c\tmaybe\n', 'STK-MATCH-LABEL'],
  ['a table without a label', 'nolabel.csv', 'left_x,right_x\na,b\n', 'STK-MATCH-FORMAT'],
  ['a table of one side', 'side.csv', 'left_x,label\na,1\nb,0\n', 'STK-MATCH-FORMAT'],
  ['one label only', 'class.txt', 'COL a VAL b\tCOL a VAL c\t1\n', 'STK-MATCH-ONE-CLASS'],
  ['bytes that are no UTF-8', 'latin.txt', Uint8Array.of(67, 0xff, 0xfe), 'STK-MATCH-FILE'],
])('refuses %s', async (_, name, text, code) => {
  await expect(read(name, text)).rejects.toMatchObject({ code });
});

it('names the line of a bad label', async () => {
  await expect(read('third.txt', 'a\tb\t1\na\tc\t0\na\td\t2\n')).rejects.toThrow(/third\.txt:3 .*'2'/);
});

it('refuses a file that is not there', async () => {
  await expect(readPairFile(join(dir, 'gone.txt'))).rejects.toMatchObject({ code: 'STK-MATCH-FILE' });
});

it('joins files over the distinct records of each side', async () => {
  const first = await read('a.txt', 'COL x VAL a\tCOL x VAL b\t1\nCOL x VAL a\tCOL x VAL c\t0\n');
  const second = await read(
    'b.txt',
    'COL x VAL b COL y VAL 1\tCOL x VAL c\t0\nCOL x VAL a\tCOL x VAL b\t1\n',
  );
  const set = joinPairFiles([first, second]);
  expect(set.records.columns).toEqual(['x', 'y']);
  expect(set.records.left).toEqual([
    ['a', ''],
    ['b', '1'],
  ]);
  expect([...set.lefts]).toEqual([0, 0, 1, 0]);
  expect([...set.rights]).toEqual([0, 1, 1, 0]);
  expect([...set.labels]).toEqual([1, 0, 0, 1]);
  expect(set.parts).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 4 },
  ]);
});
