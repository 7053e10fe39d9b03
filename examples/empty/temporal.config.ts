import { defineConfig } from 'stocktake';

/** One source to start from: a CSV of orders a day in `data/orders/2026-01-31.csv`. */
export default defineConfig({
  project: 'my-shop',
  timezone: 'UTC',
  currency: 'EUR',
  input: 'data',
  sources: {
    orders: {
      path: 'orders/{date}.csv',
      required: true,
      owner: '',
      description: '',
      entities: {
        // Entity column: SQL over the columns of the file. A bare column name will do.
        events: {
          key: ['event_id'],
          columns: {
            event_id: 'order_line_id',
            user_id: 'customer_id',
            item_id: 'product_id',
            kind: "'purchase'",
            time: 'ordered_at',
            quantity: 'quantity',
            value: 'total',
          },
        },
      },
      contract: { requiredColumns: ['order_line_id', 'product_id', 'ordered_at'] },
    },
  },
});
