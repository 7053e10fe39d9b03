import { type Article, listPriceCentsAt } from './articles.ts';
import { type Plant, writeRecords } from './dirt.ts';
import { amountText, type FeedFile, feedFile } from './feed.ts';
import type { World } from './world.ts';

/** The second supplier's feed of a day: every article, ordered by article number, as JSON lines. */
export function supplierFeed(world: World, day: number): FeedFile {
  const written = writeRecords<Article>({
    records: world.articles.filter((article) => article.launchDay <= day),
    plants,
    random: world.stream(day, 'supplier'),
    dirt: world.options.dirt,
    keyOf: (article) => article.articleNo,
    toText: (article) => textOf(article, day),
  });
  return feedFile(`supplier/${world.dateOf(day)}.jsonl`, written);
}

/** Torn lines are articles that match no item, so that every planted match can be found every night. */
const plants: readonly Plant<Article>[] = [
  {
    kind: 'malformed-json',
    expected: 'reject',
    share: 0.005,
    minimum: 2,
    suits: (article) => article.kind === 'own',
    tear: (text, random) =>
      random.pick([
        text.slice(0, Math.floor(text.length * 0.7)),
        text.replace('":"', '":'),
        `${text.slice(0, -1)},}`,
      ]),
  },
  { kind: 'repeated-row', expected: 'drop-duplicate', share: 0.004, minimum: 1, repeats: true },
];

function textOf(article: Article, day: number): string {
  const amount = amountText(listPriceCentsAt(article, day));
  return JSON.stringify({
    article_no: article.articleNo,
    name: article.name,
    brand: article.brand === '' ? null : article.brand,
    text: article.text,
    list_price: article.hasDecimalComma ? amount.replace('.', ',') : amount,
    currency: 'EUR',
    ean: article.ean,
  });
}
