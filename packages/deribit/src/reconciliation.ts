import type {
  CashCursor,
  MonoMs,
  ObservedFill,
  ObservedSettlement,
  VenueOrder,
  VenueSnapshotObserved,
} from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { parseOpenOrders, parsePositions, parseTrades } from './protocol/account.ts';
import { parseInstruments } from './protocol/instruments.ts';
import { askCash } from './cash-account.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import { parseSettlements } from './protocol/settlements.ts';

export interface SnapshotRequest {
  /** Everything of ours since then, by the venue's clock, epoch ms. */
  readonly since: number;
  /** The venue's time now; trades may be younger than it, and are asked for all the same. */
  readonly venueNow: number;
  readonly currencies: readonly Currency[];
  /** From where the account of our cash is to be told; null: it is not asked for. */
  readonly cash: readonly CashCursor[] | null;
  /** Whether the list names it. */
  readonly isListed: (instrument: InstrumentName) => boolean;
  readonly ask: (method: string, params: RpcParams, reply: (answer: RpcAnswer) => void) => void;
}

/** What a snapshot is made of; when it was asked for and by whom, the caller knows. */
export type Snapshot = Pick<
  VenueSnapshotObserved,
  'openOrders' | 'positions' | 'trades' | 'settlements' | 'ended' | 'cash'
>;

export type SnapshotAnswer =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly fault: string };

const PAGE = 1_000;
/** Pages of one list; more of our own trades than these hold are not a thing of one outage. */
const PAGES_MAX = 50;
/** A trade of this very moment may carry a later time than the one we know. */
const AHEAD_MS = 60_000;
/** Instruments of one snapshot that ended unseen; the others wait for the next. */
const ENDED_MAX = 20;
/** Trades older than a day are only found as history; an hour of both overlaps. */
const RECENT_MS = 23 * 3_600_000;

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; fault: string };
type Done<T> = (result: Result<T>) => void;

/**
 * The venue's truth about us, put together from several answers. They are of different instants, so
 * each is asked for only when the one before has been answered, in this order:
 *
 * 1. open orders: what has left the book by then traded or was cancelled, and its trades are in
 *    what is asked for later. The other way round, an order that fills in between would be neither
 *    open nor traded, and be taken for one that never existed: a missed fill.
 * 2. positions: every trade they already contain is in what is asked for later. A trade between
 *    them and the trades is one the core did not know or has heard of meanwhile; either way it
 *    sees that positions cannot be compared yet, and compares in the next pass.
 * 3. trades and settlements, to their last page: they only grow, so the latest answer has all.
 * 4. the terms of what those trades are in, where no list names it any more;
 * 5. the account of our cash, where it is asked for: the trades of its rows may be known by now.
 *
 * Whatever of it cannot be had or read, there is no snapshot; of the account of our cash alone it
 * is told that it could not, because what is open and held must not wait for it.
 */
export function takeSnapshot(
  request: SnapshotRequest,
  done: (answer: SnapshotAnswer) => void,
): void {
  openOrders(request, (orders) => {
    if (!orders.ok) return done(orders);
    positions(request, (held) => {
      if (!held.ok) return done(held);
      ownTrades(request, (trades) => {
        if (!trades.ok) return done(trades);
        ownSettlements(request, (settlements) => {
          if (!settlements.ok) return done(settlements);
          endedTerms(request, trades.value, (ended) => {
            if (!ended.ok) return done(ended);
            const snapshot = {
              openOrders: orders.value,
              positions: held.value,
              trades: trades.value,
              settlements: settlements.value,
              ...(ended.value.length === 0 ? {} : { ended: ended.value }),
            };
            if (request.cash === null) return done({ ok: true, snapshot });
            askCash({ ...request, cursors: request.cash }, (cash) => {
              done({ ok: true, snapshot: { ...snapshot, cash } });
            });
          });
        });
      });
    });
  });
}

function openOrders({ ask }: SnapshotRequest, done: Done<readonly VenueOrder[]>): void {
  ask('private/get_open_orders', {}, (answer) => {
    done(read('open_orders', answer, parseOpenOrders));
  });
}

function positions({ ask }: SnapshotRequest, done: Done<Snapshot['positions']>): void {
  ask('private/get_positions', { currency: 'any' }, (answer) => {
    done(read('positions', answer, parsePositions));
  });
}

/** Of every currency, recent and, where `since` is older than that, from history as well. */
function ownTrades(request: SnapshotRequest, done: Done<readonly ObservedFill[]>): void {
  const isOld = request.venueNow - request.since > RECENT_MS;
  const lists = request.currencies.flatMap((currency) =>
    (isOld ? [true, false] : [false]).map((historical) => ({ currency, historical })),
  );
  const found = new Map<string, ObservedFill>();
  const next = (index: number): void => {
    const list = lists[index];
    if (list === undefined) return done({ ok: true, value: [...found.values()] });
    tradePages(request, { ...list, from: request.since, left: PAGES_MAX, found }, (fault) => {
      if (fault !== null) done({ ok: false, fault });
      else next(index + 1);
    });
  };
  next(0);
}

interface TradePages {
  readonly currency: Currency;
  readonly historical: boolean;
  /** The next page starts here; both ends are included, so pages overlap by an instant. */
  readonly from: number;
  readonly left: number;
  readonly found: Map<string, ObservedFill>;
}

function tradePages(
  request: SnapshotRequest,
  pages: TradePages,
  done: (fault: string | null) => void,
): void {
  const { currency, historical, from, left, found } = pages;
  if (left === 0) return done('too_many_trades');
  const params = {
    currency,
    start_timestamp: Math.floor(from),
    end_timestamp: Math.ceil(request.venueNow) + AHEAD_MS,
    count: PAGE,
    sorting: 'asc',
    ...(historical ? { historical } : {}),
  };
  request.ask('private/get_user_trades_by_currency_and_time', params, (answer) => {
    const page = read('trades', answer, parseTrades);
    if (!page.ok) return done(page.fault);
    const { trades, hasMore } = page.value;
    for (const trade of trades) found.set(trade.tradeId, trade);
    if (!hasMore) return done(null);
    const last = trades.reduce((latest, { tradedAt }) => Math.max(latest, tradedAt), from);
    // More trades in one millisecond than a page holds: no page would ever get past it.
    if (last <= from) return done('too_many_trades');
    tradePages(request, { ...pages, from: last, left: left - 1 }, done);
  });
}

function ownSettlements(request: SnapshotRequest, done: Done<readonly ObservedSettlement[]>): void {
  const found: ObservedSettlement[] = [];
  const next = (index: number): void => {
    const currency = request.currencies[index];
    if (currency === undefined) return done({ ok: true, value: found });
    const start = { currency, continuation: null, left: PAGES_MAX, found };
    settlementPages(request, start, (fault) => {
      if (fault !== null) done({ ok: false, fault });
      else next(index + 1);
    });
  };
  next(0);
}

interface SettlementPages {
  readonly currency: Currency;
  readonly continuation: string | null;
  readonly left: number;
  readonly found: ObservedSettlement[];
}

/** Newest first: read back until what is older than `since`. */
function settlementPages(
  request: SnapshotRequest,
  pages: SettlementPages,
  done: (fault: string | null) => void,
): void {
  const { currency, continuation, left, found } = pages;
  if (left === 0) return done('too_many_settlements');
  const params = {
    currency,
    type: 'delivery',
    count: PAGE,
    ...(continuation === null ? {} : { continuation }),
  };
  request.ask('private/get_settlement_history_by_currency', params, (answer) => {
    if (answer.ok !== true) return done(faultOf('settlements', answer));
    const page = parseSettlements(answer.result, currency);
    if (!page.ok) return done(page.fault);
    const { deliveries, oldest, continuation: more } = page.value;
    for (const { at, settlement } of deliveries) if (at >= request.since) found.push(settlement);
    const isDone = more === null || oldest === null || oldest < request.since;
    if (isDone) done(null);
    else settlementPages(request, { ...pages, continuation: more, left: left - 1 }, done);
  });
}

/** `public/get_instrument`, one after another: each answers for what has ended, too. */
function endedTerms(
  request: SnapshotRequest,
  trades: readonly ObservedFill[],
  done: Done<readonly Instrument[]>,
): void {
  const names = new Set(trades.map(({ instrument }) => instrument));
  const unlisted = [...names].filter((name) => !request.isListed(name)).slice(0, ENDED_MAX);
  const found: Instrument[] = [];
  const next = (index: number): void => {
    const name = unlisted[index];
    if (name === undefined) return done({ ok: true, value: found });
    request.ask('public/get_instrument', { instrument_name: name }, (answer) => {
      if (answer.ok !== true) return done({ ok: false, fault: faultOf('instrument', answer) });
      found.push(...(parseInstruments([answer.result])?.instruments ?? []));
      next(index + 1);
    });
  };
  next(0);
}

function read<T>(what: string, answer: RpcAnswer, parse: (result: unknown) => T | null): Result<T> {
  if (answer.ok !== true) return { ok: false, fault: faultOf(what, answer) };
  const value = parse(answer.result);
  return value === null ? { ok: false, fault: `malformed_${what}` } : { ok: true, value };
}

function faultOf(what: string, answer: Exclude<RpcAnswer, { ok: true }>): string {
  if (answer.ok === null) return `${what}: ${answer.fault}`;
  return `${what}: ${answer.error.code} ${answer.error.message}`;
}

/** The events' time is when the last answer came. */
export function snapshotEvent(
  requestId: number,
  snapshot: Snapshot,
  at: MonoMs,
): VenueSnapshotObserved {
  return { kind: 'venueSnapshotObserved', at, requestId, ...snapshot };
}
