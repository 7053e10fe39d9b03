import { defineConfig } from 'stocktake';

/**
 * The Complete Journey: eight tables of a grocery chain, no dates in their names, so each is one slice.
 *
 * The data is not part of the project: name its folder with `--input <folder that holds products.csv …>`.
 */
export default defineConfig({
  project: 'grocery',
  timezone: 'America/New_York',
  currency: 'USD',
  recommend: { kinds: ['purchase'], trials: 3 },
  sources: {
    transactions: {
      path: 'transactions_sample.csv',
      required: true,
      owner: 'stores',
      description: 'Basket lines of a sample of households, 2017.',
      entities: {
        events: {
          columns: {
            user_id: 'household_id',
            item_id: 'product_id',
            kind: "'purchase'",
            time: 'transaction_timestamp',
            quantity: 'quantity',
            value: 'sales_value',
            session_id: 'basket_id',
          },
          attributes: {
            store_id: 'store_id',
            week: 'week',
            retail_disc: 'retail_disc',
            coupon_disc: 'coupon_disc',
          },
        },
      },
      contract: {
        requiredColumns: ['household_id', 'product_id', 'basket_id', 'transaction_timestamp'],
        checks: [
          { type: 'relationships', column: 'item_id', to: 'items' },
          { type: 'relationships', column: 'user_id', to: 'users' },
          { type: 'relationships', column: 'user_id', to: 'users', from: 'demographics' },
          { type: 'range', column: 'quantity', min: 0, severity: 'warn' },
        ],
      },
    },
    products: {
      path: 'products.csv',
      mode: 'full',
      required: true,
      owner: 'purchasing',
      description: 'The product list.',
      entities: {
        items: {
          columns: {
            item_id: 'product_id',
            title: 'product_type',
            category: "concat_ws(' > ', department, product_category)",
            brand: 'brand',
          },
          attributes: { package_size: 'package_size', manufacturer_id: 'manufacturer_id' },
        },
      },
      contract: {
        checks: [
          { type: 'not_null', column: 'title', severity: 'warn' },
          { type: 'unique', column: 'item_id', severity: 'warn' },
        ],
      },
    },
    demographics: {
      path: 'demographics.csv',
      mode: 'full',
      owner: 'loyalty programme',
      description: 'What some households told about themselves.',
      columns: {
        age: { description: 'Age bracket.', personal: true },
        income: { description: 'Income bracket.', personal: true },
        marital_status: { description: 'Marital status.', personal: true },
      },
      entities: {
        users: {
          columns: { user_id: 'household_id' },
          attributes: {
            age: 'age',
            income: 'income',
            home_ownership: 'home_ownership',
            household_size: 'household_size',
            kids_count: 'kids_count',
          },
        },
      },
    },
    redemptions: {
      path: 'coupon_redemptions.csv',
      owner: 'marketing',
      description: 'Coupons that households used.',
      entities: {
        events: {
          columns: {
            user_id: 'household_id',
            item_id: "'coupon:' || coupon_upc",
            kind: "'redeem'",
            time: 'redemption_date',
            session_id: "'campaign:' || campaign_id",
          },
        },
      },
      contract: { checks: [{ type: 'relationships', column: 'user_id', to: 'users' }] },
    },
    campaigns: {
      path: 'campaigns.csv',
      owner: 'marketing',
      description: 'Which household was in which campaign; the start day comes from the campaign number.',
      entities: {
        users: { columns: { user_id: 'household_id' }, attributes: { last_campaign: 'campaign_id' } },
      },
    },
  },
});
