import { expect, it } from 'vitest';
import { readLineFile } from './line-file.ts';

it('reads blanks, tabs, CRLF and a byte order mark alike', () => {
  const { sequences, lines } = readLineFile('\uFEFF1 10 11\r\n2\t12  13\r\n\r\n', 'f');
  expect([...sequences]).toEqual([
    ['1', ['10', '11']],
    ['2', ['12', '13']],
  ]);
  expect(lines).toBe(2);
});

it('takes ids that are no numbers', () => {
  expect(readLineFile('anna böxli ✓\n', 'f').sequences.get('anna')).toEqual(['böxli', '✓']);
});

it('joins the lines of a user who comes twice', () => {
  const { sequences, repeatedUsers } = readLineFile('1 10\n2 11\n1 12\n', 'f');
  expect(sequences.get('1')).toEqual(['10', '12']);
  expect(repeatedUsers).toBe(1);
});

it('counts a user without items', () => {
  expect(readLineFile('1\n2 5\n', 'f').usersWithoutItems).toBe(1);
});

it('refuses a file without lines', () => {
  expect(() => readLineFile(' \n\n', 'gone.txt')).toThrow(
    expect.objectContaining({ code: 'STK-EVALUATE-EMPTY', message: expect.stringContaining('gone.txt') }),
  );
});

it('refuses a file of one column', () => {
  expect(() => readLineFile('1\n2\n3\n', 'f')).toThrow(
    expect.objectContaining({ code: 'STK-EVALUATE-COLUMNS' }),
  );
});
