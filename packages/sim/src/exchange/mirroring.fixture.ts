/** A followed book, for tests of this room. */
import { currency, E8 } from '@holdfast/core/values';
import { Exchange } from './exchange.ts';
import { BTC, CALL, INDEX_E8, START } from './exchange.fixture.ts';
import type { Notice } from './notification.ts';
import type { Direction } from './orders.ts';
import type { ExchangeAnswer } from './venue-error.ts';

export interface MirrorBench {
  readonly exchange: Exchange;
  readonly notices: Notice[];
  at: number;
  /** What the source shows: ticks of 0.0001 and steps of 0.1, best first. */
  show(bids: readonly number[], asks: readonly number[]): void;
  /** A trade of the source, made now unless said otherwise. */
  print(side: Direction, ticks: number, steps: number, more?: PrintTerms): number;
  send(method: string, params: Record<string, unknown>, account?: string): ExchangeAnswer;
  bids(): readonly number[];
  asks(): readonly number[];
}

interface PrintTerms {
  readonly at?: number;
  readonly isOffBook?: boolean;
}

const DEPOSIT = new Map([[currency('BTC'), 100 * E8]]);

export function openMirrorBench(): MirrorBench {
  const notices: Notice[] = [];
  const exchange = new Exchange({
    deposits: DEPOSIT,
    accounts: new Map([['other', DEPOSIT]]),
    mirror: true,
    onNotification: (...notice) => void notices.push(notice),
  });
  exchange.list([CALL], START);
  exchange.setIndex(BTC, INDEX_E8, START);
  const greeks = { iv: 0.45, delta: 0.5, vega: 20 };
  const mark = { markPriceE8: 10_000_000, underlyingPriceE8: INDEX_E8, ...greeks };
  exchange.setTicker({ instrument: CALL, timestamp: START, saidAt: START, ...mark });
  const bench: MirrorBench = {
    exchange,
    notices,
    at: START,
    show(bids, asks) {
      const said = { at: bench.at, now: bench.at };
      exchange.mirrorBook(CALL.name, [...bids], [...asks], said);
    },
    print(side, ticks, steps, { at = bench.at, isOffBook = false } = {}) {
      return exchange.printTrade(CALL.name, { side, ticks, steps, at }, isOffBook, bench.at);
    },
    send: (method, params, account = 'main') => exchange.handle(method, params, bench.at, account),
    bids: () => exchange.bookSnapshot(CALL.name)?.bids ?? [],
    asks: () => exchange.bookSnapshot(CALL.name)?.asks ?? [],
  };
  return bench;
}
