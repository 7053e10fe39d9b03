import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer } from './normalizer.ts';

const numberLike = '[0-9]+(?:[.,][0-9]+)?';

/** Masses, volumes, lengths and pack sizes. Calls half_width and clean_number. */
export const unitNormalizers: readonly Normalizer[] = [
  quantity('grams', 'a mass in grams', {
    mg: 0.001,
    'g|gr|gram|grams|gramm|克': 1,
    'kg|kgs|kilo|kilos|公斤|千克': 1000,
    't|tonne|tonnes': 1_000_000,
    'oz|ounce|ounces': 28.349523125,
    'lb|lbs|pound|pounds': 453.59237,
    斤: 500,
  }),
  quantity('millilitres', 'a volume in millilitres', {
    'ml|毫升': 1,
    cl: 10,
    dl: 100,
    'l|ltr|litre|litres|liter|liters|升': 1000,
    'fl[.]? ?oz': 29.5735295625,
    'gal|gallon|gallons': 3785.411784,
  }),
  quantity('millimetres', 'a length in millimetres', {
    'mm|毫米': 1,
    'cm|厘米': 10,
    'm|metre|metres|meter|meters|米': 1000,
    'in|inch|inches|["″”]': 25.4,
    'ft|foot|feet': 304.8,
  }),
  {
    name: 'pack_count',
    parameters: [{ name: 't' }],
    sql: String.raw`nullif(coalesce(
      nullif(regexp_extract(half_width(t), '(?i)\b(\d{1,4})\s*[x×*]\s*${numberLike}\s*(?:ml|cl|dl|l|g|kg|mg|oz|lb|fl)\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(?i)(?:^|[^0-9.,])${numberLike}\s*(?:ml|cl|dl|l|g|kg|mg|oz|lb|毫升|升|克|千克)\s*[x×*]\s*(\d{1,4})\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(?i)\b(?:pack|set|box|case|bundle|lot)\s+of\s+(\d{1,4})\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(?i)\b(\d{1,4})\s*-?\s*(?:pack|pk|pcs|pc|pieces|piece|count|ct|stück|stk|er[- ]pack)\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(\d{1,4})\s*(?:个|件|片|支|瓶|包|盒)', 1), '')
    ), '')`,
    gives: 'how many are in a pack: 6 x 330 ml, 330ml*6, pack of 6, 6-pack, 12 pcs, 10件',
  },
  total('grams', 'the mass of a whole pack in grams'),
  total('millilitres', 'the volume of a whole pack in millilitres: 6 x 330 ml is 1980'),
];

/** A quantity with a unit; without its numbers' unit named, null. Factors are exact by definition of the units. */
function quantity(name: string, gives: string, factors: Readonly<Record<string, number>>): Normalizer {
  const cases = Object.entries(factors).map(([units, factor]) => {
    const pattern = String.raw`(?i)(?:^|[^0-9.,])(${numberLike})\s*(?:${units})(?:$|[^a-zA-Z"″”])`;
    return `when regexp_matches(half_width(t), ${quotedString(pattern)}) then cast(cast(clean_number(regexp_extract(half_width(t), ${quotedString(pattern)}, 1)) as decimal(22, 6)) * cast(${factor} as decimal(16, 9)) as decimal(38, 6))`;
  });
  return {
    name,
    parameters: [{ name: 't' }],
    sql: `rtrim(rtrim(cast(case ${cases.join('\n      ')} end as varchar), '0'), '.')`,
    gives: `${gives}, from whatever unit is written`,
  };
}

/** A quantity of one piece times the pieces of the pack. */
function total(name: string, gives: string): Normalizer {
  const product = `cast(cast(${name}(t) as decimal(22, 6)) * cast(coalesce(pack_count(t), '1') as decimal(5, 0)) as decimal(38, 6))`;
  return {
    name: `total_${name}`,
    parameters: [{ name: 't' }],
    sql: `rtrim(rtrim(cast(${product} as varchar), '0'), '.')`,
    gives,
  };
}
