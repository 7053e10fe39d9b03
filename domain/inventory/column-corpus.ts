import type { Kind } from './kind.ts';

/** One table whose columns were labelled by hand: where it lies and what each column holds. */
export interface LabelledTable {
  /** Folder of the data set, or `demo` for the shop this project writes. */
  readonly folder: string;
  /** File within the folder; `{date}` is the first date of the demo shop. */
  readonly file: string;
  readonly format: 'csv' | 'jsonl' | 'json';
  /** `develop`: rules were written for it; `held out`: no rule was made for it. */
  readonly part: 'develop' | 'held out';
  readonly kinds: Readonly<Record<string, Kind>>;
}

const event = { event_id: 'id', user_id: 'id', session_id: 'id', sku: 'id', ts: 'time' } as const;

/** The demo shop's feeds; their kinds are known because the project writes them. */
const demo: readonly LabelledTable[] = [
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

const journey = (file: string, kinds: LabelledTable['kinds']): LabelledTable => ({
  folder: 'completejourney',
  file: `csv/${file}.csv`,
  format: 'csv',
  part: 'develop',
  kinds,
});

/** Public tables; only names and kinds stand here. Addresses of people and houses count as `person`, codes as `id`. */
const shared: readonly LabelledTable[] = [
  journey('campaign_descriptions', {
    campaign_id: 'id',
    campaign_type: 'category',
    start_date: 'time',
    end_date: 'time',
  }),
  journey('campaigns', { campaign_id: 'id', household_id: 'id' }),
  journey('coupon_redemptions', {
    household_id: 'id',
    coupon_upc: 'id',
    campaign_id: 'id',
    redemption_date: 'time',
  }),
  journey('coupons', { coupon_upc: 'id', product_id: 'id', campaign_id: 'id' }),
  journey('demographics', {
    household_id: 'id',
    age: 'category',
    income: 'category',
    home_ownership: 'category',
    marital_status: 'category',
    household_size: 'category',
    household_comp: 'category',
    kids_count: 'category',
  }),
  journey('products', {
    product_id: 'id',
    manufacturer_id: 'id',
    department: 'category',
    brand: 'category',
    product_category: 'category',
    product_type: 'category',
    package_size: 'category',
  }),
  journey('promotions_sample', {
    product_id: 'id',
    store_id: 'id',
    display_location: 'category',
    mailer_location: 'category',
    week: 'time',
  }),
  journey('transactions_sample', {
    household_id: 'id',
    store_id: 'id',
    basket_id: 'id',
    product_id: 'id',
    quantity: 'quantity',
    sales_value: 'money',
    retail_disc: 'money',
    coupon_disc: 'money',
    coupon_match_disc: 'money',
    week: 'time',
    transaction_timestamp: 'time',
  }),
  {
    folder: 'uci-online-retail-by-day',
    file: 'by-day/2010-12-01.csv',
    format: 'csv',
    part: 'develop',
    kinds: {
      InvoiceNo: 'id',
      StockCode: 'id',
      Description: 'text',
      Quantity: 'quantity',
      InvoiceDate: 'time',
      UnitPrice: 'money',
      CustomerID: 'id',
      Country: 'country',
    },
  },
  {
    folder: 'dirty-raha',
    file: 'hospital/clean.csv',
    format: 'csv',
    part: 'develop',
    kinds: {
      ProviderNumber: 'id',
      HospitalName: 'text',
      Address1: 'person',
      City: 'category',
      State: 'category',
      ZipCode: 'person',
      CountyName: 'category',
      PhoneNumber: 'phone',
      HospitalType: 'category',
      HospitalOwner: 'category',
      EmergencyService: 'flag',
      Condition: 'category',
      MeasureCode: 'id',
      MeasureName: 'text',
      Score: 'number',
      Sample: 'quantity',
      Stateavg: 'id',
    },
  },
  {
    folder: 'dirty-raha',
    file: 'beers/clean.csv',
    format: 'csv',
    part: 'develop',
    kinds: {
      id: 'id',
      beer_name: 'text',
      style: 'category',
      ounces: 'number',
      abv: 'number',
      ibu: 'number',
      brewery_id: 'id',
      brewery_name: 'text',
      city: 'category',
      state: 'category',
    },
  },
  {
    folder: 'pii-presidio-research',
    file: 'presidio_evaluator/data_generator/raw_data/FakeNameGenerator.com_3000.csv',
    format: 'csv',
    part: 'develop',
    kinds: {
      Number: 'id',
      Gender: 'category',
      NameSet: 'category',
      Title: 'category',
      GivenName: 'person',
      MiddleInitial: 'person',
      Surname: 'person',
      StreetAddress: 'person',
      City: 'category',
      State: 'category',
      StateFull: 'category',
      ZipCode: 'person',
      Country: 'country',
      CountryFull: 'country',
      EmailAddress: 'email',
      Username: 'person',
      Password: 'person',
      TelephoneNumber: 'phone',
      TelephoneCountryCode: 'id',
      MothersMaiden: 'person',
      Birthday: 'time',
      Age: 'number',
      CCType: 'category',
      CCNumber: 'id',
      CVV2: 'id',
      CCExpires: 'time',
      NationalID: 'person',
      Occupation: 'category',
      Company: 'text',
      Domain: 'url',
    },
  },
  {
    folder: 'chinese-reviews',
    file: 'online_shopping_10_cats/online_shopping_10_cats.csv',
    format: 'csv',
    part: 'held out',
    kinds: { cat: 'category', label: 'flag', review: 'text' },
  },
  {
    folder: 'banking77',
    file: 'train.csv',
    format: 'csv',
    part: 'held out',
    kinds: { text: 'text', category: 'category' },
  },
  {
    folder: 'bitext-customer-support',
    file: 'data/dev/Bitext_Sample_Customer_Service_Validation_Dataset.csv',
    format: 'csv',
    part: 'held out',
    kinds: {
      utterance: 'text',
      intent: 'category',
      entity_type: 'category',
      entity_value: 'text',
      start_offset: 'number',
      end_offset: 'number',
      category: 'category',
      tags: 'category',
    },
  },
  {
    folder: 'nab',
    file: 'data/realTweets/Twitter_volume_AAPL.csv',
    format: 'csv',
    part: 'develop',
    kinds: { timestamp: 'time', value: 'number' },
  },
  {
    folder: 'chorus-icecat',
    file: 'data-encoder/ecommerce/vectors/data/x/1.json',
    format: 'json',
    part: 'held out',
    kinds: {
      id: 'id',
      name: 'text',
      title: 'text',
      img_high: 'url',
      img_low: 'url',
      img_500x500: 'url',
      img_thumb: 'url',
      date_released: 'time',
      supplier: 'category',
      price: 'money',
      short_description: 'text',
    },
  },
  {
    folder: 'chorus-icecat',
    file: 'katas/Broad_Query_Set_rated.csv',
    format: 'csv',
    part: 'held out',
    kinds: { query: 'text', docid: 'id', rating: 'number' },
  },
];

/** Every labelled table: the demo shop's, then public ones. */
export const columnCorpus: readonly LabelledTable[] = [...demo, ...shared];

function demoTable(
  file: string,
  format: LabelledTable['format'],
  kinds: LabelledTable['kinds'],
): LabelledTable {
  return { folder: 'demo', file, format, part: 'develop', kinds };
}
