import type { Clock } from '@holdfast/runtime/ports';
import type { Exchange } from '../exchange/exchange.ts';
import type { MarketDrive } from '../market/market-drive.ts';
import type { Market } from '../market/open-market.ts';
import type { ExchangeServer } from './server.ts';

/** What the exchange saw, told once at the end. Its counters are on no Deribit method. */
export interface ExchangeReport {
  readonly event: 'report';
  readonly now: number;
  readonly illegal_order_attempts: number;
  readonly illegal_by_kind: Readonly<Record<string, number>>;
  readonly duplicate_dispatch_count: number;
  readonly orders_received: number;
  readonly orders_accepted: number;
  readonly fills: number;
  readonly connections: number;
  readonly connections_refused: number;
  readonly sessions_ended: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly errors_by_code: Readonly<Record<string, number>>;
  readonly notifications_sent: number;
  readonly cancelled_on_disconnect: number;
  readonly accounts: Readonly<Record<string, unknown>>;
  readonly instruments: number;
  readonly market: Readonly<Record<string, unknown>>;
}

export interface Reported {
  readonly exchange: Exchange;
  readonly server: ExchangeServer;
  readonly drive: MarketDrive;
  readonly clock: Clock;
  readonly market: Pick<Market, 'name' | 'data' | 'notes'>;
  readonly seed: string;
  readonly accounts: readonly string[];
}

export function reportOf(reported: Reported): ExchangeReport {
  const { exchange, server, drive, clock, market, seed } = reported;
  const counters = server.counters();
  const now = clock.now();
  const positions = (account: string): unknown => resultOf(exchange, 'get_positions', now, account);
  const summaries = (account: string): unknown =>
    resultOf(exchange, 'get_account_summaries', now, account);
  const listed = exchange.handle('public/get_instruments', { currency: 'any' }, now);
  const orders = exchange.counters;
  return {
    event: 'report',
    now,
    illegal_order_attempts: orders.illegalOrderAttempts,
    illegal_by_kind: orders.illegalByKind,
    duplicate_dispatch_count: orders.duplicateDispatches,
    orders_received: orders.ordersReceived,
    orders_accepted: orders.ordersAccepted,
    fills: orders.fills,
    connections: counters.connections,
    connections_refused: counters.connectionsRefused,
    sessions_ended: counters.sessionsEnded,
    requests: counters.requests,
    errors_by_code: counters.errorsByCode,
    notifications_sent: counters.notificationsSent,
    cancelled_on_disconnect: counters.cancelledOnDisconnect,
    accounts: Object.fromEntries(
      reported.accounts.map((account) => [
        account,
        { positions: positions(account), summaries: summaries(account) },
      ]),
    ),
    instruments: listed.ok && Array.isArray(listed.result) ? listed.result.length : 0,
    market: {
      name: market.name,
      data: market.data,
      seed,
      notes: market.notes,
      ...drive.report(),
    },
  };
}

function resultOf(exchange: Exchange, query: string, now: number, account: string): unknown {
  const answered = exchange.handle(`private/${query}`, {}, now, account);
  return answered.ok ? answered.result : null;
}
