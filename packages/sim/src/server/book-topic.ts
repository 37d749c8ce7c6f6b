import type { Exchange } from '../exchange/exchange.ts';
import type { BookNotice, Notice } from '../exchange/notification.ts';
import { toBookData } from '../exchange/wire.ts';
import { listTopic } from './market-topics.ts';
import type { Pace, Topic } from './topic.ts';

type Name = BookNotice['instrument']['name'];

/** `book.{instrument}.raw`: every change by itself, as the book made it. */
export function rawBookTopic(exchange: Exchange, name: Name): Topic {
  return {
    ...listTopic<BookNotice>(
      [`book/${name}`],
      0,
      (...[kind, notice]) => (kind === 'book' ? [notice] : []),
      (notices) => notices.map(toBookData),
    ),
    greet() {
      const snapshot = exchange.bookSnapshot(name);
      return snapshot === null ? [] : [toBookData(snapshot)];
    },
  };
}

/** One level since the last message: what it is now, and whether it was there then. */
interface Level {
  steps: number;
  readonly wasThere: boolean;
}

/**
 * `book.{instrument}.100ms` and `.agg2`. What happened between two messages becomes one change: its
 * `prev_change_id` is the `change_id` of the message before, whatever was merged in between, so
 * that the chain of every listener is unbroken (AT-271 needs it to be).
 */
export class BookTopic implements Topic {
  readonly keys: readonly string[];
  readonly pace: Pace;
  readonly #exchange: Exchange;
  readonly #name: Name;
  readonly #bids = new Map<number, Level>();
  readonly #asks = new Map<number, Level>();
  /** The latest notice that was not said yet. */
  #latest: BookNotice | null = null;
  /** The book began anew: the next message is a snapshot. */
  #isAnew = false;
  /** `change_id` of the last message; null before the first. */
  #said: number | null = null;

  constructor(exchange: Exchange, name: Name, pace: Pace) {
    this.#exchange = exchange;
    this.#name = name;
    this.pace = pace;
    this.keys = [`book/${name}`];
  }

  hear(...[kind, notice]: Notice): boolean {
    if (kind !== 'book') return false;
    this.#latest = notice;
    if (notice.prevChangeId === null) this.#isAnew = true;
    else {
      merge(this.#bids, notice.bids, notice.newBidsFrom);
      merge(this.#asks, notice.asks, notice.newAsksFrom);
    }
    return true;
  }

  say(): readonly unknown[] {
    const latest = this.#latest;
    if (latest === null) return [];
    const change = this.#isAnew ? this.#exchange.bookSnapshot(this.#name) : this.#merged(latest);
    this.#latest = null;
    this.#isAnew = false;
    this.#bids.clear();
    this.#asks.clear();
    if (change === null) return [];
    this.#said = change.changeId;
    return [toBookData(change)];
  }

  greet(): readonly unknown[] {
    const snapshot = this.#exchange.bookSnapshot(this.#name);
    if (snapshot === null) return [];
    // Changes that cancelled each other out were never said: the chain goes on from what was.
    this.#said ??= snapshot.changeId;
    return [toBookData({ ...snapshot, changeId: this.#said })];
  }

  /** Null when everything since the last message came to nothing. */
  #merged(latest: BookNotice): BookNotice | null {
    const bids = settle(this.#bids);
    const asks = settle(this.#asks);
    if (bids.levels.length === 0 && asks.levels.length === 0) return null;
    return {
      instrument: latest.instrument,
      timestamp: latest.timestamp,
      changeId: latest.changeId,
      prevChangeId: this.#said ?? latest.prevChangeId,
      bids: bids.levels,
      asks: asks.levels,
      newBidsFrom: bids.newFrom,
      newAsksFrom: asks.newFrom,
    };
  }
}

function merge(side: Map<number, Level>, levels: readonly number[], newFrom: number): void {
  for (let index = 0; index < levels.length; index += 2) {
    const price = levels[index] ?? 0;
    const steps = levels[index + 1] ?? 0;
    const known = side.get(price);
    if (known === undefined) side.set(price, { steps, wasThere: index < newFrom });
    else known.steps = steps;
  }
}

/** Changes and deletions first, then what was not there before. */
function settle(side: ReadonlyMap<number, Level>): { levels: number[]; newFrom: number } {
  const levels: number[] = [];
  const added: number[] = [];
  for (const [price, { steps, wasThere }] of side) {
    if (wasThere) levels.push(price, steps);
    else if (steps > 0) added.push(price, steps);
  }
  const newFrom = levels.length;
  levels.push(...added);
  return { levels, newFrom };
}
