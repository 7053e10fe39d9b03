import { defineConfig } from 'stocktake';

/**
 * The demo shop: eight sources a shop's systems write, mapped onto the five entities.
 *
 * Every key and its default stands in the README under "Configuration". `npm start` makes the files below `input`.
 */
export default defineConfig({
  project: 'demo-shop',
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  store: '.stocktake',
  input: '.stocktake/shop',
  sources: {
    users: {
      path: 'users/{date}.csv',
      owner: 'customer care',
      description: 'Registered customers: everybody on the first day, then who is new or changed.',
      columns: {
        email: { description: 'Address for order mail.', personal: true },
        phone: { description: 'Number for the courier.', personal: true },
        birth_year: { description: 'Year of birth as given.', personal: true },
      },
      entities: {
        users: {
          columns: { user_id: 'lower(user_id)', signed_up_at: 'signed_up_at', country: 'upper(country)' },
          attributes: { city: 'city', newsletter: 'newsletter' },
        },
      },
      contract: {
        requiredColumns: ['user_id', 'signed_up_at', 'country'],
        checks: [{ type: 'pattern', column: 'user_id', regex: 'u-\\d+' }],
        freshness: { warnAfter: { count: 2, period: 'day' } },
      },
    },
    catalog: {
      path: 'catalog/{date}.csv',
      mode: 'full',
      required: true,
      owner: 'purchasing',
      description: 'The whole product list, written anew every night.',
      entities: {
        items: {
          columns: {
            item_id: 'sku',
            title: 'title',
            description: 'description',
            category: 'category',
            brand: 'brand',
            price: 'price',
            currency: 'currency',
          },
          attributes: { color: 'color', size: 'size', stock: 'stock' },
        },
      },
      contract: {
        requiredColumns: ['sku', 'title', 'price'],
        checks: [
          { type: 'not_null', column: 'title' },
          { type: 'range', column: 'price', min: 0 },
        ],
      },
    },
    supplier: {
      path: 'supplier/{date}.jsonl',
      mode: 'full',
      owner: 'purchasing',
      description: 'The second supplier’s list; overlaps the catalogue under other spellings.',
      entities: {
        items: {
          namespace: 'supplier',
          columns: {
            item_id: 'article_no',
            title: 'name',
            description: '"text"',
            brand: 'brand',
            price: "replace(list_price, ',', '.')",
            currency: 'currency',
          },
          attributes: { ean: 'ean' },
        },
      },
      contract: { checks: [{ type: 'range', column: 'price', min: 0 }] },
    },
    clicks: {
      path: 'clicks/{date}.jsonl.gz',
      owner: 'web shop',
      description: 'Product pages people looked at.',
      entities: {
        events: {
          key: ['event_id'],
          columns: {
            event_id: 'event_id',
            user_id: 'lower(user_id)',
            item_id: 'sku',
            kind: "'view'",
            time: 'ts',
            session_id: 'session_id',
          },
        },
      },
      contract: {
        checks: [
          { type: 'relationships', column: 'item_id', to: 'items' },
          { type: 'relationships', column: 'user_id', to: 'users' },
        ],
        freshness: { warnAfter: { count: 36, period: 'hour' } },
      },
    },
    carts: {
      path: 'carts/{date}.jsonl.gz',
      owner: 'web shop',
      description: 'Products put into the cart.',
      entities: {
        events: {
          key: ['event_id'],
          columns: {
            event_id: 'event_id',
            user_id: 'lower(user_id)',
            item_id: 'sku',
            kind: "'cart'",
            time: 'ts',
            quantity: 'quantity',
            session_id: 'session_id',
          },
        },
      },
      contract: { checks: [{ type: 'range', column: 'quantity', min: 1 }] },
    },
    orders: {
      path: 'orders/{date}.jsonl.gz',
      required: true,
      owner: 'web shop',
      description: 'Order lines that were paid.',
      entities: {
        events: {
          key: ['event_id'],
          columns: {
            event_id: 'event_id',
            user_id: 'lower(user_id)',
            item_id: 'sku',
            kind: "'purchase'",
            time: 'ts',
            quantity: 'quantity',
            value: 'try_cast(quantity as decimal(18, 6)) * try_cast(unit_price as decimal(18, 6))',
            currency: 'currency',
            session_id: 'session_id',
          },
          attributes: { order_id: 'order_id' },
        },
      },
      contract: {
        checks: [
          { type: 'range', column: 'quantity', min: 1 },
          { type: 'relationships', column: 'item_id', to: 'items' },
        ],
        freshness: { warnAfter: { count: 36, period: 'hour' } },
      },
    },
    reviews: {
      path: 'reviews/{date}.jsonl.gz',
      owner: 'marketing',
      description: 'What customers wrote about products.',
      columns: { text: { description: 'Free text; may hold personal data.', personal: true } },
      entities: {
        reviews: {
          key: ['review_id'],
          columns: {
            review_id: 'review_id',
            user_id: 'lower(user_id)',
            item_id: 'sku',
            text: '"text"',
            rating: 'rating',
            time: 'ts',
          },
        },
      },
      contract: {
        checks: [
          { type: 'range', column: 'rating', min: 1, max: 5 },
          { type: 'not_null', column: 'text' },
        ],
      },
    },
    market: {
      path: 'market/{date}.csv',
      fallbackEncoding: 'windows-1252',
      owner: 'controlling',
      description: 'Price indices of raw materials, one value a day.',
      entities: {
        market: { key: ['series', 'time'], columns: { series: 'series', time: '"date"', value: 'price' } },
      },
    },
  },
  match: { namespaces: ['main', 'supplier'] },
});
