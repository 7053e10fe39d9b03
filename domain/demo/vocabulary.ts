/** Words of the demo shop that belong to no single category. All brands and people are invented. */

/** The three tastes in looks that items have and users prefer; each colours the texts. */
export const styles = ['classic', 'performance', 'minimal'] as const;
export type Style = (typeof styles)[number];

/** Sentences that give an item's style away in its description. */
export const styleSentences: Readonly<Record<Style, readonly string[]>> = {
  classic: [
    'A timeless design with warm, traditional details.',
    'Made the old way, with a look that never goes out of fashion.',
    'Heritage shapes and honest materials, as your grandparents knew them.',
  ],
  performance: [
    'Engineered for those who push harder and measure every gram.',
    'Tested by athletes, tuned for speed and maximum output.',
    'Technical, fast and uncompromising when it counts.',
  ],
  minimal: [
    'Clean lines, muted surfaces, nothing superfluous.',
    'Reduced to the essentials and quietly elegant.',
    'A calm, uncluttered shape that fits in anywhere.',
  ],
};

/** Departments are the first level of the category tree. */
export type Department = 'Shoes' | 'Clothing' | 'Outdoor' | 'Kitchen' | 'Electronics' | 'Home';

/** Brands by department; several work in more than one. */
export const brands: Readonly<Record<Department, readonly string[]>> = {
  Shoes: ['Nordvik', 'Talverra', 'Ferrowen', '青岚 Qinglan'],
  Clothing: ['Nordvik', 'Harrowfen', 'Brélune', '青岚 Qinglan'],
  Outdoor: ['Ystrand', 'Kühnwald', 'Nordvik', 'Harrowfen'],
  Kitchen: ['Caldrune', 'Brélune', 'Quellmark', 'Kühnwald'],
  Electronics: ['Osmeko', 'Lumaquist', 'Varnholt', '青岚 Qinglan'],
  Home: ['Mirovale', 'Sörenby', 'Brélune', 'Lumaquist'],
};

const sportLines =
  'Fjell Ridge Summit Dalen Kestrel Vinter Corrie Lynx Tarn Skarv Moraine Osprey Rimfrost Heath Galdhø Birk';
const homeLines =
  'Alva Linnea Marée Terra Ember Solveig Prunelle Hasel Rosmarin Clair Kastanie Bruma Olivier Lund Amande Flor';
const soundLines =
  'Pulse Aria Nimbus Vertex Halo Tempo Orbit Echo Quartz Ion Mira Volt Strato Cadence Prism Nova';

/** Names of product lines by department. */
export const lines: Readonly<Record<Department, readonly string[]>> = {
  Shoes: sportLines.split(' '),
  Clothing: sportLines.split(' '),
  Outdoor: sportLines.split(' '),
  Kitchen: homeLines.split(' '),
  Electronics: soundLines.split(' '),
  Home: homeLines.split(' '),
};

/** Lines of the brand that writes them in Chinese and in letters. */
export const qinglanLines = [
  '云山 Yunshan',
  '清风 Qingfeng',
  '流水 Liushui',
  '竹影 Zhuying',
  '松雪 Songxue',
  '远帆 Yuanfan',
];

/** Colours as the catalogue writes them. */
export const colors = [
  'Black',
  'White',
  'Blue',
  'Red',
  'Green',
  'Grey',
  'Orange',
  'Yellow',
  'Brown',
  'Violet',
];

/** Countries people live in, with their share, cities and phone numbers kept free for fiction. */
export interface Country {
  readonly code: string;
  readonly weight: number;
  readonly cities: readonly string[];
  /** `#` stands for a digit. */
  readonly phones: readonly string[];
}

/** Phone ranges are reserved for drama (Bundesnetzagentur, Ofcom, ARCEP, NANPA 555) or cannot be dialled (AT, CN). */
export const countries: readonly Country[] = [
  {
    code: 'DE',
    weight: 45,
    cities: ['Berlin', 'München', 'Köln', 'Hamburg', 'Leipzig'],
    phones: ['+49 30 23125 ###', '0171 39200##'],
  },
  { code: 'AT', weight: 10, cities: ['Wien', 'Graz', 'Sankt Pölten'], phones: ['+43 1 0000 ###'] },
  { code: 'FR', weight: 12, cities: ['Paris', 'Lyon', 'Orléans'], phones: ['+33 1 99 00 ## ##'] },
  { code: 'GB', weight: 14, cities: ['London', 'Leeds', 'Bristol'], phones: ['+44 20 7946 0###'] },
  { code: 'US', weight: 11, cities: ['Boston', 'Denver', 'Portland'], phones: ['+1 202 555 01##'] },
  { code: 'CN', weight: 8, cities: ['上海', '成都', '杭州'], phones: ['+86 10 0000 ####'] },
];

export const firstNames =
  'Anna Lukas Marie Jonas Clara Emil Sophie Paul Ida Felix Louise Hugo Chloé Oliver Amelia Jack Grace Noah Wei Lan Jun Mei'.split(
    ' ',
  );
export const lastNames =
  'Adler Brandt Carstens Dorn Ebert Fuchs Girard Hartmann Imhof Jansen Keller Lefèvre Moser Novak Okafor Pohl Reid Sommer Tanaka Ullmann Voss Wang'.split(
    ' ',
  );

/** Outside series of the market feed: where each starts, how it moves, and the day and size of its planted jump. */
export interface MarketSeries {
  readonly name: string;
  readonly base: number;
  /** Relative growth per day. */
  readonly trend: number;
  /** Relative size of the weekly season. */
  readonly weekly: number;
  /** Day from which the level is multiplied by `jumpFactor`; 9 and more, so that a level exists before it. */
  readonly jumpDay: number;
  readonly jumpFactor: number;
}

export const marketSeries: readonly MarketSeries[] = [
  { name: 'cotton', base: 84.2, trend: 0.0008, weekly: 0.01, jumpDay: 9, jumpFactor: 1.18 },
  { name: 'aluminium', base: 2310, trend: 0.0003, weekly: 0.004, jumpDay: 23, jumpFactor: 0.87 },
  { name: 'Röstkaffee', base: 6.9, trend: 0.0015, weekly: 0.006, jumpDay: 11, jumpFactor: 1.25 },
  { name: 'natural rubber', base: 1.71, trend: -0.0004, weekly: 0.008, jumpDay: 37, jumpFactor: 1.15 },
  { name: 'container freight', base: 1840, trend: -0.001, weekly: 0.015, jumpDay: 52, jumpFactor: 1.4 },
  { name: 'consumer price index', base: 121.4, trend: 0.00006, weekly: 0, jumpDay: 75, jumpFactor: 1.02 },
];
