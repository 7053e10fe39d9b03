import type { LabelledTable } from './labelled-table.ts';

const event = { event_id: 'id', user_id: 'id', session_id: 'id', sku: 'id', ts: 'time' } as const;

/** The demo shop's feeds; their kinds are known because the project writes them. */
export const demoColumns: readonly LabelledTable[] = [
  demoTable('users/{date}.csv', 'csv', {
    user_id: 'id',
    signed_up_at: 'time',
    country: 'country',
    city: 'category',
    birth_year: 'time',
    email: 'email',
    phone: 'phone',
    newsletter: 'flag',
  }),
  demoTable('catalog/{date}.csv', 'csv', {
    sku: 'id',
    title: 'text',
    description: 'text',
    category: 'category',
    brand: 'category',
    price: 'money',
    currency: 'category',
    stock: 'quantity',
    color: 'category',
    size: 'category',
    updated_at: 'time',
  }),
  demoTable('supplier/{date}.jsonl', 'jsonl', {
    article_no: 'id',
    name: 'text',
    brand: 'category',
    text: 'text',
    list_price: 'money',
    currency: 'category',
    ean: 'id',
  }),
  demoTable('clicks/{date}.jsonl.gz', 'jsonl', event),
  demoTable('carts/{date}.jsonl.gz', 'jsonl', { ...event, quantity: 'quantity' }),
  demoTable('orders/{date}.jsonl.gz', 'jsonl', {
    ...event,
    order_id: 'id',
    quantity: 'quantity',
    unit_price: 'money',
    currency: 'category',
  }),
  demoTable('reviews/{date}.jsonl.gz', 'jsonl', {
    review_id: 'id',
    user_id: 'id',
    sku: 'id',
    rating: 'number',
    text: 'text',
    ts: 'time',
  }),
  demoTable('market/{date}.csv', 'csv', { series: 'category', date: 'time', price: 'money' }),
];

function demoTable(
  file: string,
  format: LabelledTable['format'],
  kinds: LabelledTable['kinds'],
): LabelledTable {
  return { folder: 'demo', file, format, part: 'develop', kinds };
}
