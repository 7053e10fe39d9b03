import { defineConfig } from 'stocktake';

/**
 * UCI Online Retail: one CSV of invoice lines a day, dirty as it comes.
 *
 * The data is not part of the project: name its folder with `--input <folder that holds 2010-12-01.csv …>`.
 */
export default defineConfig({
  project: 'online-retail',
  timezone: 'Europe/London',
  currency: 'GBP',
  // A year of invoices in a minute: three settings a method; more find a little more.
  recommend: { kinds: ['purchase'], trials: 3 },
  sources: {
    invoices: {
      path: '{date}.csv',
      required: true,
      duplicates: 'row',
      owner: 'sales',
      description: 'Invoice lines of a UK gift wholesaler, 2010-12 to 2011-12.',
      columns: {
        InvoiceNo: { description: 'Six digits; a leading C is a cancellation, a leading A an adjustment.' },
        StockCode: { description: 'Product code; occurs in two letter cases.' },
        Quantity: { description: 'Units of the line; negative on returns.' },
        UnitPrice: { description: 'Price of one unit.', unit: 'GBP' },
        CustomerID: { description: 'Customer id, written with a decimal point.' },
      },
      entities: {
        events: {
          columns: {
            user_id: "regexp_replace(CustomerID, '[.]0$', '')",
            item_id: 'upper(StockCode)',
            kind: "case when InvoiceNo like 'C%' then 'return' when InvoiceNo like 'A%' then 'adjustment' else 'purchase' end",
            time: 'InvoiceDate',
            quantity: 'Quantity',
            value: 'try_cast(Quantity as decimal(18, 6)) * try_cast(UnitPrice as decimal(18, 6))',
            session_id: 'InvoiceNo',
          },
          attributes: { unit_price: 'UnitPrice' },
        },
        items: {
          columns: {
            item_id: 'upper(StockCode)',
            title: 'Description',
            price: 'case when try_cast(UnitPrice as decimal(18, 6)) > 0 then UnitPrice end',
          },
        },
        users: {
          where: 'CustomerID is not null',
          columns: { user_id: "regexp_replace(CustomerID, '[.]0$', '')", country: 'Country' },
        },
      },
      contract: {
        requiredColumns: ['InvoiceNo', 'StockCode', 'Quantity', 'InvoiceDate', 'UnitPrice'],
        checks: [
          { type: 'not_null', column: 'user_id', severity: 'warn' },
          { type: 'not_null', column: 'title', severity: 'warn' },
          { type: 'range', column: 'quantity', min: 0, severity: 'warn' },
          { type: 'range', column: 'value', min: 0, severity: 'warn' },
          { type: 'accepted_values', column: 'kind', values: ['purchase', 'return'], severity: 'warn' },
        ],
        freshness: { warnAfter: { count: 3, period: 'day' } },
      },
    },
  },
});
