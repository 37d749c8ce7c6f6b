import { currency } from '@holdfast/core/values';
import type { Exchange } from '../exchange/exchange.ts';
import type { Notice } from '../exchange/notification.ts';
import type { Params } from '../exchange/venue-error.ts';
import { decimal, type WirePublicTrade } from '../exchange/wire.ts';
import type { Pace, Topic } from './topic.ts';

/** What topics ask the exchange, at the exchange's own time. */
export interface Desk {
  readonly exchange: Exchange;
  readonly now: () => number;
}

/** The result of a query, or null where it was refused. */
export function ask(desk: Desk, method: string, params: Params, account?: string): unknown {
  const answer = desk.exchange.handle(method, params, desk.now(), account);
  return answer.ok ? answer.result : null;
}

/**
 * A channel whose newest message replaces the ones before it: it renders when it speaks, once for
 * everything that happened since.
 */
export function latestTopic(keys: readonly string[], pace: Pace, render: () => unknown): Topic {
  const said = (): readonly unknown[] => {
    const data = render();
    return data === null ? [] : [data];
  };
  let pending = false;
  return {
    keys,
    pace,
    hear() {
      pending = true;
      return true;
    },
    say() {
      if (!pending) return [];
      pending = false;
      return said();
    },
    greet: said,
  };
}

/** A channel that says every event it hears, in lists. A newcomer begins with nothing. */
export function listTopic<Item>(
  keys: readonly string[],
  pace: Pace,
  take: (...notice: Notice) => readonly Item[],
  render: (items: readonly Item[]) => readonly unknown[],
): Topic {
  let heard: Item[] = [];
  return {
    keys,
    pace,
    hear(...notice) {
      const items = take(...notice);
      heard.push(...items);
      return items.length > 0;
    },
    say() {
      const items = heard;
      heard = [];
      return items.length === 0 ? [] : render(items);
    },
    greet: () => [],
  };
}

/** `ticker.{instrument}.{interval}`: a message for each new mark, with the book as it then is. */
export function tickerTopic(desk: Desk, name: string, pace: Pace): Topic {
  const render = (): unknown => ask(desk, 'public/ticker', { instrument_name: name });
  return latestTopic([`ticker/${name}`], pace, render);
}

/** `quote.{instrument}`: best prices and their amounts. */
export function quoteTopic(desk: Desk, name: string): Topic {
  const render = (): unknown => {
    const book = ask(desk, 'public/get_order_book', { instrument_name: name, depth: 1 });
    if (typeof book !== 'object' || book === null) return null;
    const fields = ['best_bid_price', 'best_bid_amount', 'best_ask_price', 'best_ask_amount'];
    const best = Object.entries(book).filter(([field]) => fields.includes(field));
    return { timestamp: desk.now(), instrument_name: name, ...Object.fromEntries(best) };
  };
  return latestTopic([`book/${name}`], 100, render);
}

/** `trades.{instrument}.{interval}`, and `trades.{kind}.{currency}.{interval}`. */
export function tradesTopic(
  keys: readonly string[],
  pace: Pace,
  isWanted: (trade: WirePublicTrade) => boolean,
): Topic {
  return listTopic(
    keys,
    pace,
    (...[kind, trade]) => (kind === 'publicTrade' && isWanted(trade) ? [trade] : []),
    (trades) => [trades],
  );
}

/** `deribit_price_index.{index_name}`. */
export function indexTopic(desk: Desk, indexName: string, underlying: string): Topic {
  const render = (): unknown => {
    const result = ask(desk, 'public/get_index_price', { index_name: indexName });
    if (typeof result !== 'object' || result === null || !('index_price' in result)) return null;
    // Of a followed market as old as the source's own word.
    const timestamp = desk.exchange.indexSaidAt(currency(underlying)) ?? desk.now();
    return { index_name: indexName, price: result.index_price, timestamp };
  };
  return latestTopic([`index/${underlying}`], 0, render);
}

/** `deribit_volatility_index.{index_name}`: nothing until the market has told one. */
export function volatilityTopic(indexName: string, underlying: string): Topic {
  let latest: unknown = null;
  let pending = false;
  const said = (): readonly unknown[] => (latest === null ? [] : [latest]);
  return {
    keys: [`volatility/${underlying}`],
    pace: 0,
    hear(...[kind, notice]) {
      if (kind !== 'volatilityIndex') return false;
      const { value, timestamp } = notice;
      latest = { index_name: indexName, volatility: value, timestamp };
      pending = true;
      return true;
    },
    say() {
      const isNew = pending;
      pending = false;
      return isNew ? said() : [];
    },
    greet: said,
  };
}

/** `markprice.options.{index_name}`: the options whose mark is new, once a second. */
export function optionMarksTopic(underlying: string, isOfIndex: (name: string) => boolean): Topic {
  const marks = new Map<string, unknown>();
  return {
    keys: [`tickers/${underlying}`],
    pace: 1_000,
    hear(...[kind, ticker]) {
      if (kind !== 'ticker' || ticker.instrument.kind !== 'option') return false;
      const { name } = ticker.instrument;
      if (ticker.iv === null || !isOfIndex(name)) return false;
      const mark_price = decimal(ticker.markPriceE8);
      marks.set(name, { instrument_name: name, mark_price, iv: ticker.iv });
      return true;
    },
    say() {
      const said = [...marks.values()];
      marks.clear();
      return said.length === 0 ? [] : [said];
    },
    greet: () => [],
  };
}

/** `instrument.state.{kind}.{currency}`: listed is `started`, expired is `settled`. */
export function instrumentStateTopic(isWanted: (name: string) => boolean): Topic {
  return listTopic(
    ['instruments'],
    0,
    (...[kind, notice]) => {
      if (kind !== 'instruments') return [];
      const { timestamp, listed, gone } = notice;
      const started = listed.map(({ name }) => [name, 'started'] as const);
      const settled = gone.map((name) => [name, 'settled'] as const);
      return [...started, ...settled]
        .filter(([name]) => isWanted(name))
        .map(([instrument_name, state]) => ({ timestamp, state, instrument_name }));
    },
    (states) => states,
  );
}

/** `platform_state`: every time books of an underlying are locked or opened again. */
export function platformTopic(): Topic {
  return listTopic(
    ['platform'],
    0,
    (...[kind, state]) => (kind === 'platform' ? [state] : []),
    (states) =>
      states.map(({ underlying, locked }) => ({
        price_index: `${underlying.toLowerCase()}_usd`,
        locked,
      })),
  );
}
