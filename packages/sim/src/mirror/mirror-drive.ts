import type { Exchange } from '../exchange/exchange.ts';
import type { DriveReport, MarketDrive } from '../market/market-drive.ts';
import { GapLog } from './gap-log.ts';
import { MirrorDesk } from './mirror-desk.ts';
import type { MirrorSource } from './source.ts';

/** How often the desk looks whether anything is missing. */
const LOOK_MS = 500;

/** How far our clock was ahead of the source's, in the course of a run; null: never measured. */
export interface Offsets {
  first: number | null;
  last: number | null;
  least: number | null;
  most: number | null;
}

/** Brings a source to an exchange, and watches it. */
export class MirrorDrive implements MarketDrive {
  readonly source: MirrorSource;
  readonly gaps = new GapLog();
  readonly desk: MirrorDesk;
  readonly offsets: Offsets = { first: null, last: null, least: null, most: null };
  #startedAt: number | null = null;
  #isStopped = false;
  #looks = 0;

  constructor(source: MirrorSource, exchange: Exchange) {
    this.source = source;
    this.desk = new MirrorDesk({
      exchange,
      clock: source.clock,
      gaps: this.gaps,
      askBook: (name) => source.askBook(name),
      onLost: (cause) => source.lost(cause),
    });
  }

  /** Speaks to the source from now on. */
  start(): void {
    this.source.begin(this.desk);
    this.#await();
  }

  /** Nothing more is looked for; the source is closed by its owner. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Whether the market of the source is here: listed, heard, and most books known. */
  get isReady(): boolean {
    const { desk } = this;
    return desk.isLive && desk.instruments > 0 && desk.voidBooks * 10 <= desk.instruments;
  }

  report(): DriveReport {
    const { counts, instruments } = this.desk;
    const { books, tickers, trades, listed, filledSteps } = counts;
    return {
      startedAt: this.#startedAt,
      now: this.desk.now(),
      steps: this.#looks,
      listed,
      expired: listed - counts.delisted - instruments,
      publications: books,
      tickers,
      trades,
      filledSteps,
      model: {
        void_books: this.desk.voidBooks,
        trades_missed: counts.tradesMissed,
        trades_off_grid: counts.tradesOffGrid,
        unlisted: counts.unlisted,
        unreadable: counts.unreadable,
        gaps: this.gaps.count,
        ...this.gaps.counts(),
      },
    };
  }

  #await(): void {
    const { clock } = this.source;
    clock.wake(clock.now() + LOOK_MS, () => {
      if (this.#isStopped) return;
      this.#looks += 1;
      if (this.desk.isLive) this.#startedAt ??= this.desk.now();
      this.#measure();
      this.desk.look();
      this.#await();
    });
  }

  #measure(): void {
    const offset = this.source.offset();
    if (offset === null) return;
    const { offsets } = this;
    offsets.first ??= offset;
    offsets.last = offset;
    offsets.least = Math.min(offsets.least ?? offset, offset);
    offsets.most = Math.max(offsets.most ?? offset, offset);
  }
}
