import { expect, it } from 'vitest';
import { rowWriter } from './postgres-json.ts';

/** Type numbers as PostgreSQL has them. */
const oid = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int4: 23,
  text: 25,
  json: 114,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  textArray: 1009,
  intArray: 1007,
};

function written(type: number, text: string | null): unknown {
  const line = rowWriter([{ name: 'v', type }])([text]);
  expect(line).not.toMatch(/[\r\n]/);
  return (JSON.parse(line) as { v: unknown }).v;
}

it.each([
  [
    'a number with all digits',
    oid.numeric,
    '123456789012345678901234567890.10',
    '123456789012345678901234567890.10',
  ],
  ['a number that is none', oid.numeric, 'NaN', 'NaN'],
  ['a large integer', oid.int8, '9223372036854775807', '9223372036854775807'],
  ['an integer', oid.int4, '-7', -7],
  ['a float', oid.float8, '1e+20', 1e20],
  ['an infinite float', oid.float8, '-Infinity', '-Infinity'],
  ['a truth', oid.bool, 't', true],
  ['an untruth', oid.bool, 'f', false],
  ['nothing', oid.text, null, null],
  ['an instant', oid.timestamptz, '2026-05-01 10:00:00.123456+00', '2026-05-01T10:00:00.123456Z'],
  ['a time without a zone', oid.timestamp, '2026-05-01 10:00:00', '2026-05-01T10:00:00'],
  ['the end of time', oid.timestamptz, 'infinity', 'infinity'],
  ['bytes', oid.bytea, '\\x00ff10', 'AP8Q'],
  ['json over two lines', oid.json, '{"a":\n [1, "b"]}', { a: [1, 'b'] }],
  [
    'texts with what divides them',
    oid.textArray,
    '{a,"b,\\"c\\"",NULL,"NULL"}',
    ['a', 'b,"c"', null, 'NULL'],
  ],
  [
    'numbers in rows, from another bound',
    oid.intArray,
    '[0:1]={{1,2},{3,4}}',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['no element', oid.textArray, '{}', []],
  ['a text with a line break', oid.text, 'a\nb"', 'a\nb"'],
])('writes %s', (_, type, text, value) => {
  expect(written(type, text)).toEqual(value);
});

it('keeps the order of the columns', () => {
  const write = rowWriter([
    { name: 'b"', type: oid.text },
    { name: 'a', type: oid.int4 },
  ]);
  expect(write(['x', '1'])).toBe('{"b\\"":"x","a":1}');
});
