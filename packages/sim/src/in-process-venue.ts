import type { Event, Fetch, ObservedSettlement } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import {
  amountE8,
  coinE8,
  type Currency,
  currency,
  e8FromNumber,
  instrumentName,
  type MonoMs,
  monoMs,
  priceE8,
  tradeId,
  wallMs,
} from '@holdfast/core/values';
import {
  type ParsedInstruments,
  parseAccountSummaries,
  parseInstruments,
  parseOpenOrders,
  parseOrder,
  parsePositions,
  parseTrade,
  parseTrades,
} from '@holdfast/deribit/protocol';
import type { Clock, Post, RpcAnswer, RpcTransport, Venue } from '@holdfast/runtime/ports';
import type { Exchange, NotificationListener, SettlementNotice } from './exchange/index.ts';
import type { WirePublicTrade } from './exchange/wire.ts';
import type { Network } from './network.ts';
import { VenueSession } from './venue-session.ts';

type Notice = Parameters<NotificationListener>;

export interface InProcessVenue {
  readonly transport: RpcTransport;
  readonly venue: Venue;
  /** What the exchange tells unasked, on its way to us. */
  readonly hear: NotificationListener;
  /** The session ends, as when our process dies: nothing more is carried to us. */
  disconnect(): void;
  /** The session is lost, and what was on its way to us with it; the process lives and is told. */
  lose(): void;
  /** A new session. What was told meanwhile is not told again. */
  restore(): void;
}

export interface Connection {
  readonly exchange: Pick<Exchange, 'handle' | 'bookSnapshot' | 'settlementsSince'>;
  readonly network: Network;
  readonly clock: Clock;
  readonly currencies: readonly string[];
  readonly post: Post;
}

/**
 * The simulated exchange behind the runtime's own ports, spoken to in Deribit's methods and results
 * through the simulated network. What comes back is parsed exactly as a stranger's words would be.
 */
export function connectInProcess(connection: Connection): InProcessVenue {
  const { exchange, network, clock, post } = connection;
  const now = (): MonoMs => monoMs(clock.now());
  const session = new VenueSession(clock, network);
  const tell = (connected: boolean): void => post({ kind: 'sessionChanged', at: now(), connected });
  return {
    transport: {
      call(method, params, reply) {
        session.ask<RpcAnswer>(
          () => exchange.handle(method, params, clock.now()),
          (answer) => reply(answer ?? { ok: null, fault: 'timed_out' }),
        );
      },
    },
    venue: {
      fetch(request) {
        session.ask<Answer>(
          () => answerTo(connection, request),
          (answer) => {
            for (const event of (answer ?? silence(request))(now())) post(event);
          },
        );
      },
      reconnect() {
        if (!session.lose()) return;
        tell(false);
        if (session.restore()) tell(true);
      },
    },
    hear(...notice) {
      session.hear(() => {
        for (const event of eventsOf(notice, now())) post(event);
      });
    },
    disconnect() {
      session.end();
    },
    lose() {
      if (session.lose()) tell(false);
    },
    restore() {
      if (session.restore()) tell(true);
    },
  };
}

/** Events are stamped when they arrive, not when they were said. */
type Answer = (at: MonoMs) => readonly Event[];

function silence({ requestId }: Fetch): Answer {
  return (at) => [{ kind: 'fetchFailed', at, requestId, fault: 'timed_out' }];
}

function malformed({ requestId, what }: Fetch): Answer {
  return (at) => [{ kind: 'fetchFailed', at, requestId, fault: `malformed_${what}` }];
}

function answerTo(connection: Connection, request: Fetch): Answer {
  switch (request.what) {
    case 'instruments':
      return listInstruments(connection, request);
    case 'account':
      return readAccount(connection, request);
    case 'health':
      return readHealth();
    case 'reconciliation':
      return takeSnapshot(connection, request);
    case 'book':
      return readBook(connection, request);
  }
}

/** @returns undefined when the venue answered with an error. */
function query(connection: Connection, method: string, params: Record<string, unknown>): unknown {
  const answer = connection.exchange.handle(method, params, connection.clock.now());
  return answer.ok ? answer.result : undefined;
}

function listInstruments(connection: Connection, request: Fetch): Answer {
  const lists = connection.currencies.map((code) => ({
    code: currency(code),
    parsed: parseInstruments(query(connection, 'public/get_instruments', { currency: code })),
  }));
  return (at) =>
    lists.flatMap(({ code, parsed }) =>
      parsed === null ? malformed(request)(at) : listedEvents(code, parsed, at),
    );
}

function listedEvents(code: Currency, parsed: ParsedInstruments, at: MonoMs): readonly Event[] {
  const { instruments, unsupported, faults } = parsed;
  return [
    { kind: 'instrumentsListed', at, currency: code, instruments, unsupported },
    ...faults.map(
      ({ name, rule }): Event => ({
        kind: 'faultObserved',
        at,
        fault: `instrument_malformed: ${rule}`,
        subject: name,
      }),
    ),
  ];
}

function readAccount(connection: Connection, request: Fetch): Answer {
  const result = query(connection, 'private/get_account_summaries', { extended: true });
  const parsed = parseAccountSummaries(result);
  if (parsed === null) return malformed(request);
  const feeModelCachedAt = wallMs(connection.clock.now());
  return (at) => [{ kind: 'accountObserved', at, ...parsed, feeModelCachedAt }];
}

/** This venue announces no maintenance and is never locked. */
function readHealth(): Answer {
  return (at) => [{ kind: 'venueHealthObserved', at, maintenance: [], locked: false }];
}

/** Orders, positions, trades and settlements of one instant. */
function takeSnapshot(
  connection: Connection,
  request: Extract<Fetch, { what: 'reconciliation' }>,
): Answer {
  const { requestId, since } = request;
  const openOrders = parseOpenOrders(query(connection, 'private/get_open_orders', {}));
  const positions = parsePositions(query(connection, 'private/get_positions', {}));
  const trades = connection.currencies.map((code) => {
    const period = { start_timestamp: since, end_timestamp: connection.clock.now(), count: 1_000 };
    const method = 'private/get_user_trades_by_currency_and_time';
    return parseTrades(query(connection, method, { currency: code, ...period }));
  });
  const complete = trades.every((page) => page !== null && !page.hasMore);
  if (openOrders === null || positions === null || !complete) return malformed(request);
  const settlements = connection.exchange
    .settlementsSince(since)
    .map((notice) => observedSettlement(notice));
  return (at) => [
    {
      kind: 'venueSnapshotObserved',
      at,
      requestId,
      openOrders,
      positions,
      trades: trades.flatMap((page) => page?.trades ?? []),
      settlements,
    },
  ];
}

function readBook(connection: Connection, request: Extract<Fetch, { what: 'book' }>): Answer {
  const snapshot = connection.exchange.bookSnapshot(request.instrument);
  if (snapshot === null) return malformed(request);
  return (at) => eventsOf(['book', snapshot], at);
}

function observedSettlement(notice: SettlementNotice): ObservedSettlement {
  return {
    settlementId: tradeId(notice.settlementId),
    instrument: notice.instrument.name,
    amountE8: amountE8(notice.amountE8),
    settlementPriceE8: priceE8(notice.settlementPriceE8),
    indexPriceE8: priceE8(notice.indexPriceE8),
    cashE8: coinE8(notice.cashE8),
    currency: notice.currency,
  };
}

/**
 * What a notice is to the core; a public trade and a malformed message of ours are different
 * things.
 */
function eventsOf(notice: Notice, at: MonoMs): readonly Event[] {
  const [kind, payload] = notice;
  switch (kind) {
    case 'book':
      return [
        {
          kind: 'bookChanged',
          at,
          instrument: payload.instrument.name,
          changeId: payload.changeId,
          prevChangeId: payload.prevChangeId,
          bids: payload.bids,
          asks: payload.asks,
        },
      ];
    case 'ticker':
      return [
        {
          kind: 'tickerChanged',
          at,
          instrument: payload.instrument.name,
          markPriceE8: priceE8(payload.markPriceE8),
          underlyingPriceE8: priceE8(payload.underlyingPriceE8),
          delta: payload.delta,
          vega: payload.vega,
        },
      ];
    case 'index':
      return [
        {
          kind: 'indexChanged',
          at,
          underlying: payload.underlying,
          priceE8: priceE8(payload.priceE8),
        },
      ];
    case 'order':
      return orderEvents(payload, at);
    case 'trade':
      return tradeEvents(payload, at);
    case 'settlement':
      return [{ kind: 'settlementObserved', at, settlement: observedSettlement(payload) }];
    case 'instruments':
      return newlyListed(payload.listed, at);
    case 'publicTrade':
      return publicTrade(payload, at);
    case 'portfolio':
    case 'volatilityIndex':
    case 'platform':
      return [];
  }
}

/** Its own words, which only a price off every grid could spoil. */
function publicTrade(trade: WirePublicTrade, at: MonoMs): readonly Event[] {
  const price = e8FromNumber(trade.price);
  if (price === null) return [];
  const instrument = instrumentName(trade.instrument_name);
  const tradeSeq = trade.trade_seq;
  return [{ kind: 'publicTradeObserved', at, instrument, tradeSeq, priceE8: priceE8(price) }];
}

/** What the venue lists from now on, by the currency it is settled in. */
function newlyListed(listed: readonly Instrument[], at: MonoMs): readonly Event[] {
  const byCurrency = Map.groupBy(listed, (instrument) => instrument.settlement);
  return [...byCurrency].map(
    ([code, instruments]): Event => ({
      kind: 'instrumentsListed',
      at,
      currency: code,
      instruments,
      unsupported: [],
    }),
  );
}

function orderEvents(message: unknown, at: MonoMs): readonly Event[] {
  const parsed = parseOrder(message);
  if (parsed === null) return [unreadable('order', at)];
  return [{ kind: 'orderReported', at, source: 'feed', ...parsed.order }];
}

function tradeEvents(message: unknown, at: MonoMs): readonly Event[] {
  const fill = parseTrade(message);
  return fill === null
    ? [unreadable('trade', at)]
    : [{ kind: 'fillObserved', at, fill, source: 'feed' }];
}

/** A private message we cannot read may be a fill: it is trouble, never nothing. */
function unreadable(channel: string, at: MonoMs): Event {
  return { kind: 'faultObserved', at, fault: 'private_message_unreadable', subject: channel };
}
