/** One thing a user did with an item, as the API receives and returns it. */
export interface Feedback {
  /** The shop's word for it: `view`, `purchase`, `read` … */
  readonly type: string;
  readonly user: string;
  readonly item: string;
  /** Accumulated by `accumulate`, replaced by `overwrite`; a count or a strength, 0 where the shop has none. */
  readonly value: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
}

/** A user as the API keeps it. */
export interface OnlineUser {
  readonly id: string;
  /** Any JSON the shop sends; null where it sent none. */
  readonly labels: unknown;
  readonly comment: string;
}

/** An item as the API keeps it. */
export interface OnlineItem extends OnlineUser {
  /** A hidden item is never recommended. */
  readonly hidden: boolean;
  readonly categories: readonly string[];
  /** ISO 8601 in UTC; empty where unknown. */
  readonly timestamp: string;
}

/** What to do with feedback that is there already under the same type, user and item. */
export type FeedbackMode = 'accumulate' | 'overwrite';

/**
 * What arrives between two nights: feedback, users and items sent by HTTP.
 *
 * A write that was acknowledged survives the death of the process and of the machine. Every feedback ever received stays in
 * a log; the accumulated value is a view of it. Deletes are tombstones: readers no longer see the row, the log does.
 */
export interface FeedbackStore {
  /** Writes all or none; users and items nobody knows are made. @returns how many were written */
  putFeedback(feedback: readonly Feedback[], mode: FeedbackMode): Promise<number>;
  /** A user's feedback in time order, then in the order it first arrived; of one type where it is given. */
  feedbackOf(user: string, type?: string): Promise<Feedback[]>;
  /** Takes one feedback away. @returns how many there were */
  removeFeedback(type: string, user: string, item: string): Promise<number>;
  /** Makes or replaces users. */
  putUsers(users: readonly OnlineUser[]): Promise<number>;
  user(id: string): Promise<OnlineUser | undefined>;
  /** Takes a user and all feedback of theirs away. @returns how many users there were */
  removeUser(id: string): Promise<number>;
  /** Makes or replaces items; a removed one comes back. */
  putItems(items: readonly OnlineItem[]): Promise<number>;
  item(id: string): Promise<OnlineItem | undefined>;
  /** Takes an item away: it is no longer recommended. @returns how many there were */
  removeItem(id: string): Promise<number>;
  /** Ids of items that are hidden or removed. Cheap: asked for on every request. */
  withheld(): Promise<ReadonlySet<string>>;
  /** Throws unless reads and writes work. @throws PlatformError STK-ONLINE-UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
