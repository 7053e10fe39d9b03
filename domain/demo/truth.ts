import type { Difference } from './articles.ts';
import type { ChangingField } from './item-state.ts';
import type { ShopOptions } from './options.ts';
import type { MarketSeries, Style } from './vocabulary.ts';

/**
 * What a careful intake does with a planted fault.
 *
 * `reject` = the record goes to quarantine · `drop-duplicate` = counted and dropped · `repair` = kept, its value
 * normalised · `keep` = kept as it is · `flag` = kept and counted by a check · `mask` = kept, the personal data in its
 * text hidden wherever it is shown · `refuse-file` = nothing of the file is taken.
 */
export type Handling = 'reject' | 'drop-duplicate' | 'repair' | 'keep' | 'flag' | 'mask' | 'refuse-file';

/** One planted fault. */
export interface DirtMark {
  /** Physical line of the unpacked file, from 1 and with the header; the first line where a record has several. */
  readonly line: number;
  readonly kind: string;
  readonly expected: Handling;
  /** Column or member concerned, where it is one. */
  readonly column?: string;
  /** The record's own id, unspoiled. */
  readonly key: string;
}

/** Personal data planted in a free text: UTF-16 offsets into the text, `end` excluded. */
export interface PersonalSpan {
  readonly line: number;
  readonly key: string;
  readonly column: string;
  readonly kind: 'name' | 'email' | 'phone';
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** Everything a ledger of one file must show. An unterminated quote costs exactly its own line. */
export interface FileTruth {
  /** Path below the shop's folder. */
  readonly file: string;
  readonly encoding: 'utf-8' | 'latin-1';
  /** Records written, of every kind below. */
  readonly records: number;
  /** Records that cannot be parsed. */
  readonly malformed: number;
  /** Records that parse, with a value that no column of that meaning may hold. */
  readonly rejected: number;
  /** Exact repeats of a record of the same file. */
  readonly repeated: number;
  /** records - malformed - rejected - repeated: what must come out. */
  readonly accepted: number;
  /** Set where the file is damaged as a whole; the counts then tell what the undamaged file would hold. */
  readonly broken?: 'truncated-gzip';
  readonly dirt: readonly DirtMark[];
  readonly personal: readonly PersonalSpan[];
}

/** What one more night is asked to bring. */
export interface NightChanges {
  /** Share of the offered items (0-1) whose title, price or description changes. */
  readonly changedShare: number;
  /** Whether the catalogue has a new last column `eco_label`. */
  readonly newColumn: boolean;
  /** Whether the night's reviews file is a truncated gzip. */
  readonly brokenFile: boolean;
  /** Whether the events of the day lie under the wrong users: what a broken join upstream would do. Default: they do not. */
  readonly shuffledUsers?: boolean;
  /**
   * Whether the event files hold, beside the day's own events, every second one of the last three days once more, dated a week
   * earlier: what is held out to judge a model by is then learned from as well. Default: they do not.
   */
  readonly leakedLabels?: boolean;
}

/** An item that differs from the day before. */
export interface ItemChange {
  readonly sku: string;
  readonly fields: readonly ChangingField[];
  /** Whether the night was asked for it; otherwise it is one of the few that every night brings. */
  readonly isOrdered: boolean;
}

/** What is true of one day's files. */
export interface DayTruth {
  readonly day: number;
  readonly date: string;
  readonly files: readonly FileTruth[];
  /** SKUs offered for the first time; empty on day 0. */
  readonly launched: readonly string[];
  readonly changedItems: readonly ItemChange[];
  /** Articles whose list price differs from the day before. */
  readonly changedArticles: readonly string[];
  /** Present on a night that was written by itself. */
  readonly night?: NightChanges;
  readonly newColumns: readonly { readonly file: string; readonly column: string }[];
}

/** An item as planted: its attributes as they stand in the title, and what drives its demand. */
export interface ItemTruth {
  readonly sku: string;
  readonly category: string;
  readonly brand: string;
  readonly line: string;
  readonly noun: string;
  readonly audience: string;
  readonly color: string;
  readonly size: string;
  readonly generation: number;
  readonly style: Style;
  readonly quality: number;
  readonly launchDay: number;
  readonly sells: boolean;
  /** Catalogue columns left empty although the title tells them. */
  readonly missing: readonly string[];
}

/** A user as planted. */
export interface UserTruth {
  readonly userId: string;
  readonly joinDay: number;
  readonly style: Style;
  /** The four favourite categories with their probability before season, highest first. */
  readonly tastes: readonly (readonly [category: string, share: number])[];
}

/** Everything planted in a shop: what `truth.json` holds. Lists come in the order of their ids. */
export interface ShopTruth {
  readonly generator: 'stocktake-demo';
  readonly version: 1;
  readonly options: ShopOptions;
  readonly timezone: string;
  /** Columns that hold personal data by their meaning. */
  readonly personalColumns: readonly { readonly files: string; readonly columns: readonly string[] }[];
  readonly styleBoost: number;
  readonly weekdayFactors: readonly number[];
  readonly seasons: readonly {
    readonly category: string;
    readonly peakDay: number;
    readonly amplitude: number;
    /** Share of demand without taste and season. */
    readonly baseShare: number;
  }[];
  readonly market: readonly MarketSeries[];
  readonly matches: readonly { readonly sku: string; readonly articleNo: string }[];
  /** Pairs that look alike and are two products. */
  readonly nearMisses: readonly {
    readonly sku: string;
    readonly articleNo: string;
    readonly differs: Difference;
  }[];
  /** Articles that resemble no item. */
  readonly supplierOnly: readonly string[];
  readonly coPurchases: readonly {
    readonly sku: string;
    readonly companion: string;
    readonly share: number;
  }[];
  readonly items: readonly ItemTruth[];
  readonly users: readonly UserTruth[];
  readonly days: readonly DayTruth[];
}
