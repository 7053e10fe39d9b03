import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer } from './normalizer.ts';

/** Frequent short words of languages in Latin letters; words that several share count for each. */
const words: Readonly<Record<string, string>> = {
  en: 'the and of to is in that for with you it this are on not have be was but they your from as an at by will has we or which can very my so our their',
  de: 'der die das und ist nicht ein eine einen mit für auf den dem von zu im sich auch es ich wir sie sehr aber wie wird nur bei aus nach oder noch kann sind hat war',
  fr: 'le la les des et est un une dans que pour qui pas sur avec ce cette au aux du je vous nous il elle mais très plus sont par ne se ou son sa',
  es: 'el la los las de que y en un una por con para no es se del al lo como más pero su muy este esta son me mi yo sin sobre hay',
  it: 'il la gli le di che e un una per con non è si del della nel sono da in al più ma questo questa molto come anche ho mi alla dei',
  pt: 'o a os as de que e em um uma para com não é do da no na se por mais muito mas este esta como foi seu sua eu você são ao',
  nl: 'de het een en van is niet dat in op te voor met zijn aan er maar ook om deze dit ik je we zeer naar bij uit wordt heel',
  sv: 'och att det som en ett är på för inte med av den till jag har de om men så var mycket kan vi från eller mycket',
  da: 'og at det som en et er på for ikke med af den til jeg har de om men så var meget kan vi fra eller',
  no: 'og at det som en et er på for ikke med av den til jeg har de om men så var veldig kan vi fra eller',
  pl: 'i w nie na się że z do to jest jak ale po co tak za od by ten przez dla bardzo są oraz już czy tylko',
  cs: 'a se na je že to v s z do pro ale jako jsem tak by byl jsou který velmi nebo ještě už při jen',
  tr: 've bir bu da de için ile çok ama ne gibi daha var olarak olan kadar değil en ben mi sonra her',
  id: 'yang dan di ini itu dengan untuk tidak dari pada adalah akan ke saya sangat bisa juga ada oleh karena',
  vi: 'và của là không có cho được một những này trong với rất đã tôi người khi từ các đến',
};

/** Letters that hardly another of these languages writes: one counts as two words. */
const letters: Readonly<Record<string, string>> = {
  de: 'ß',
  es: 'ñ¿¡',
  pt: 'ãõ',
  pl: 'łśźżęą',
  cs: 'řěů',
  tr: 'ğış',
  vi: 'ăđơưạảấầẩậắằặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỷỹ',
};

const fewestWords = 2;

/** Which language a text is in, by script and by frequent words. */
export const languageNormalizers: readonly Normalizer[] = [
  {
    name: 'language_scores',
    parameters: [{ name: 't' }],
    sql: `list_reverse_sort([${Object.keys(words).map(scoreSql).join(',\n      ')}])`,
    gives: 'for language: how many frequent words of each language a text has, most first',
  },
  {
    name: 'language',
    parameters: [{ name: 't' }],
    sql: String.raw`case
      when regexp_matches(t, '[\p{Hiragana}\p{Katakana}]') then 'ja'
      when regexp_matches(t, '\p{Hangul}') then 'ko'
      when regexp_matches(t, '\p{Han}') then 'zh'
      when regexp_matches(t, '\p{Thai}') then 'th'
      when regexp_matches(t, '\p{Hebrew}') then 'he'
      when regexp_matches(t, '\p{Greek}{3}') then 'el'
      when regexp_matches(t, '\p{Devanagari}') then 'hi'
      when regexp_matches(t, '\p{Arabic}') then case when regexp_matches(t, '[پچژگ]') then 'fa' else 'ar' end
      when regexp_matches(t, '\p{Cyrillic}') then case when regexp_matches(t, '[іїєґІЇЄҐ]') then 'uk' else 'ru' end
      else list_transform([language_scores(t)], lambda s: case
        when s[1].hits >= ${fewestWords} and s[1].hits > s[2].hits then s[1].code end)[1]
    end`,
    gives:
      'ISO 639-1 code of the language of a text, by its script or its frequent words; null for a text that shows too little, as most titles do',
  },
];

/** Words lie between double blanks, so that neighbours do not share one. */
function scoreSql(code: string): string {
  const spaced = String.raw`'  ' || array_to_string(regexp_extract_all(lower(t), '[\p{L}'']+'), '  ') || '  '`;
  const list = (words[code] ?? '').split(' ').join('|');
  const hits = `len(regexp_extract_all(${spaced}, ${quotedString(` (?:${list}) `)}))`;
  const own = letters[code];
  const more = own ? ` + 2 * len(regexp_extract_all(lower(t), ${quotedString(`[${own}]`)}))` : '';
  return `{'hits': ${hits}${more}, 'code': '${code}'}`;
}
