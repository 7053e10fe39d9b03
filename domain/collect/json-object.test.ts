import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readObject } from './json-object.ts';

/** Members as the texts a column would hold. */
function textsOf(text: string): Record<string, string | null> | string {
  const object = readObject(text, 100);
  if (!object.ok) return object.reason;
  return Object.fromEntries(
    object.members.map(({ key, literal }) => [
      key,
      literal === undefined ? null : (JSON.parse(literal) as string),
    ]),
  );
}

describe('an object', () => {
  it('keeps numbers as they are written', () => {
    expect(textsOf('{"id": 9007199254740993, "big":1e400 , "price":1.10,"neg":-0.0}')).toEqual({
      id: '9007199254740993',
      big: '1e400',
      price: '1.10',
      neg: '-0.0',
    });
  });

  it('gives booleans and nested values as their own text and null as no value', () => {
    expect(textsOf('{"t":true,"f":false,"n":null,"a":[1, "x,}"],"o":{ "k": "\\"" }}')).toEqual({
      t: 'true',
      f: 'false',
      n: null,
      a: '[1, "x,}"]',
      o: '{ "k": "\\"" }',
    });
  });

  it('decodes escapes in names and texts', () => {
    expect(textsOf('{"a\\"b":"\\u00e9\\n\\ud83d\\ude00\\/\\\\"}')).toEqual({ 'a"b': 'é\n😀/\\' });
  });

  it('lets the last of repeated names count, and counts the others', () => {
    expect(textsOf('{"a":1,"b":2,"\\u0061":3}')).toEqual({ b: '2', a: '3' });
    expect(readObject('{"a":1,"a":2,"a":3}', 100)).toMatchObject({ ok: true, repeatedKeys: 2 });
  });

  it.each([
    ['{"a":1', 'STK-COLLECT-JSON'],
    ['{"a":NaN}', 'STK-COLLECT-JSON'],
    ["{'a':1}", 'STK-COLLECT-JSON'],
    ['{"a":1}}', 'STK-COLLECT-JSON'],
    ['{"a":"\t"}', 'STK-COLLECT-JSON'],
    ['', 'STK-COLLECT-JSON'],
    ['[1]', 'STK-COLLECT-JSON'],
    ['"x"', 'STK-COLLECT-JSON'],
    ['7', 'STK-COLLECT-JSON'],
    ['{"a":"x\\u0000"}', 'STK-COLLECT-NUL'],
    ['{"a":"\\ud800"}', 'STK-COLLECT-ENCODING'],
    [`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, 'STK-COLLECT-DEPTH'],
    [`{"a":${'['.repeat(100_000)}`, 'STK-COLLECT-DEPTH'],
  ])('does not take %s for a row', (text, reason) => {
    expect(textsOf(text)).toBe(reason);
  });

  it('says what it is instead', () => {
    expect(readObject('[1]', 9)).toMatchObject({ message: 'is an array; expected an object' });
    expect(readObject('null', 9)).toMatchObject({ message: 'is null; expected an object' });
  });

  it('gives every value of any object back', () => {
    const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value, { maxKeys: 5 }),
        fc.constantFrom(undefined, 2, '\t'),
        (object, space) => {
          const expected = Object.fromEntries(
            Object.entries(object).map(([key, member]) => [key, typeof member === 'string' ? member : null]),
          );
          const found = textsOf(JSON.stringify(object, undefined, space));
          if (typeof found === 'string') return expect(JSON.stringify(object)).toMatch(/\\u(0000|d[89a-f])/);
          for (const [key, text] of Object.entries(found)) {
            const member = JSON.parse(JSON.stringify(object[key])) as unknown;
            if (expected[key] !== null) expect(text).toBe(expected[key]);
            else expect(JSON.parse(text ?? 'null')).toEqual(member);
          }
          expect(Object.keys(found).sort()).toEqual(Object.keys(object).sort());
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});
