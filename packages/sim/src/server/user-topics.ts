import type { WireOrder, WireTrade } from '../exchange/wire.ts';
import { ask, type Desk, latestTopic, listTopic } from './market-topics.ts';
import { isFiledUnder, paceOf, type Topic } from './topic.ts';

/** What a private channel of this server is about. */
export interface UserFilter {
  readonly instrumentKind: string;
  readonly currency: string;
  readonly interval: 'raw' | '100ms' | 'agg2';
}

/** `user.orders.{kind}.{currency}.{interval}`: with `raw` one order a message, else a list. */
export function userOrdersTopic(account: string, filter: UserFilter): Topic {
  return listTopic(
    [`account/${account}`],
    paceOf(filter.interval),
    (...[kind, order]) =>
      kind === 'order' && isFiledUnder(order.instrument_name, filter) ? [order] : [],
    (orders) => (filter.interval === 'raw' ? orders : [orders]),
  );
}

/** `user.trades.{kind}.{currency}.{interval}`. */
export function userTradesTopic(account: string, filter: UserFilter): Topic {
  return listTopic(
    [`account/${account}`],
    paceOf(filter.interval),
    (...[kind, trade]) =>
      kind === 'trade' && isFiledUnder(trade.instrument_name, filter) ? [trade] : [],
    (trades) => [trades],
  );
}

type Change = { readonly order: WireOrder } | { readonly trade: WireTrade };

/**
 * `user.changes.{kind}.{currency}.{interval}`: what one call did to one instrument is one message,
 * with the position it left behind.
 */
export function userChangesTopic(desk: Desk, account: string, filter: UserFilter): Topic {
  return listTopic<Change>(
    [`account/${account}`],
    paceOf(filter.interval),
    (...[kind, payload]) => {
      if (kind !== 'order' && kind !== 'trade') return [];
      if (!isFiledUnder(payload.instrument_name, filter)) return [];
      return kind === 'order' ? [{ order: payload }] : [{ trade: payload }];
    },
    (changes) => {
      const byInstrument = Map.groupBy(changes, (change) =>
        'order' in change ? change.order.instrument_name : change.trade.instrument_name,
      );
      return [...byInstrument].map(([instrument_name, own]) => ({
        instrument_name,
        trades: own.flatMap((change) => ('trade' in change ? [change.trade] : [])),
        orders: own.flatMap((change) => ('order' in change ? [change.order] : [])),
        positions: positionsOf(desk, account, instrument_name),
      }));
    },
  );
}

function positionsOf(desk: Desk, account: string, name: string): readonly unknown[] {
  const position = ask(desk, 'private/get_position', { instrument_name: name }, account);
  return position === null ? [] : [position];
}

/** `user.portfolio.{currency}`: at most once a second, and only what is new. */
export function portfolioTopic(desk: Desk, account: string, currency: string): Topic {
  const params = { currency: currency.toUpperCase(), extended: false };
  const render = (): unknown => ask(desk, 'private/get_account_summary', params, account);
  const topic = latestTopic([`account/${account}`, 'index'], 1_000, render);
  let said = '';
  return {
    ...topic,
    say: () =>
      topic.say().filter((data) => {
        const text = JSON.stringify(data);
        const isNew = text !== said;
        said = text;
        return isNew;
      }),
  };
}
