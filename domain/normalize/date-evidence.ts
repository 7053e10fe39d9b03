import type { Source } from '../../schemas/source.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { Rules } from './rules.ts';
import type { SourceShape } from './source-sql.ts';

const call = /(\bclean_date\s*\(\s*("(?:[^"]|"")+"|\w+)\s*,\s*parts\s*:=\s*)'column'/gi;
const opposed = 0.05;

/**
 * Rules whose `clean_date(column, parts := 'column')` ask the column's evidence, and the shape with the columns asked about.
 *
 * Whether 03/04/2026 begins with the day is told by the other dates of the column in the slice, never by the cell itself.
 */
export function withDateEvidence(rules: Rules, shape: SourceShape): { rules: Rules; shape: SourceShape } {
  const dated = new Map<number, string>();
  const rewrite = (sql: string): string =>
    sql.replace(call, (whole, before: string, name: string) => {
      const plain = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
      const index = shape.columns.findIndex((column) => column.name.toLowerCase() === plain.toLowerCase());
      if (index < 0) return whole;
      dated.set(index, partsColumn(index));
      return `${before}${quotedIdentifier(partsColumn(index))}`;
    });
  const source = rewritten(rules.source, rewrite);
  if (dated.size === 0) return { rules, shape };
  return { rules: { ...rules, source }, shape: { ...shape, dated } };
}

/**
 * Table `date_parts`: 'dmy' where numbers above 12 stand first, 'mdy' where they stand second, 'sure' where neither shows or
 * both do. A twentieth of the evidence may be opposed: those dates cannot be read then.
 */
export function datePartsSql({ dated }: SourceShape): string {
  const number = (index: number, group: number): string =>
    `try_cast(regexp_extract(cast(c${index} as varchar), ${quotedString(String.raw`^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}\b`)}, ${group}) as integer)`;
  const parts = [...(dated ?? [])].map(([index]) => {
    const first = `count(*) filter (where ${number(index, 1)} between 13 and 31)`;
    const second = `count(*) filter (where ${number(index, 2)} between 13 and 31)`;
    return `case
    when ${first} > 0 and ${second} <= ${opposed} * ${first} then 'dmy'
    when ${second} > 0 and ${first} <= ${opposed} * ${second} then 'mdy'
    else 'sure'
  end as c${index}`;
  });
  return `select\n  ordinal,\n  ${parts.join(',\n  ')}\nfrom raw\ngroup by ordinal`;
}

function partsColumn(index: number): string {
  return `stocktake:parts:${index}`;
}

function rewritten(source: Source, rewrite: (sql: string) => string): Source {
  const each = (list: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(list).map(([name, sql]) => [name, rewrite(sql)]));
  const entities = Object.fromEntries(
    Object.entries(source.entities).map(([entity, mapping]) => [
      entity,
      mapping && {
        ...mapping,
        columns: each(mapping.columns),
        attributes: each(mapping.attributes),
        ...(mapping.where === undefined ? {} : { where: rewrite(mapping.where) }),
      },
    ]),
  );
  return { ...source, entities };
}
