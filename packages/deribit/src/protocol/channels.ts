const INTERVALS = ['100ms', 'raw', 'agg2'] as const;
/** How often a channel speaks; `raw` is every change and needs an authenticated session. */
export type Interval = (typeof INTERVALS)[number];

/** A channel in use. `instrumentKind` and `currency` may be `any`. */
export type Channel =
  | {
      readonly kind: 'book' | 'ticker' | 'trades';
      readonly instrument: string;
      readonly interval: Interval;
    }
  | { readonly kind: 'quote'; readonly instrument: string }
  | {
      readonly kind: 'trades_by_kind' | 'user_changes' | 'user_orders' | 'user_trades';
      readonly instrumentKind: string;
      readonly currency: string;
      readonly interval: Interval;
    }
  | {
      readonly kind: 'instrument_state';
      readonly instrumentKind: string;
      readonly currency: string;
    }
  | {
      readonly kind: 'index_price' | 'volatility_index' | 'option_marks';
      readonly indexName: string;
    }
  | { readonly kind: 'portfolio'; readonly currency: string }
  | { readonly kind: 'platform_state' };

export type ChannelKind = Channel['kind'];

/** Longer than any channel of Deribit's. */
const NAME_MAX = 128;
const PART = /^[A-Za-z0-9_-]+$/;

/** @returns null for whatever is not one of the channels in use. */
export function parseChannel(name: string): Channel | null {
  if (name.length > NAME_MAX) return null;
  const [head = '', ...rest] = name.split('.');
  if (!rest.every((part) => PART.test(part))) return null;
  switch (head) {
    case 'book':
    case 'ticker':
      return ofInstrument(head, rest);
    case 'trades':
      return rest.length === 2 ? ofInstrument(head, rest) : ofKind('trades_by_kind', rest);
    case 'quote':
      return rest.length === 1 ? { kind: 'quote', instrument: rest[0] ?? '' } : null;
    case 'deribit_price_index':
      return ofIndex('index_price', rest);
    case 'deribit_volatility_index':
      return ofIndex('volatility_index', rest);
    case 'markprice':
      return rest[0] === 'options' ? ofIndex('option_marks', rest.slice(1)) : null;
    case 'platform_state':
      return rest.length === 0 ? { kind: 'platform_state' } : null;
    case 'instrument':
      return rest[0] === 'state' ? ofInstrumentState(rest.slice(1)) : null;
    case 'user':
      return ofUser(rest[0], rest.slice(1));
    default:
      return null;
  }
}

function ofUser(subject: string | undefined, rest: readonly string[]): Channel | null {
  switch (subject) {
    case 'changes':
      return ofKind('user_changes', rest);
    case 'orders':
      return ofKind('user_orders', rest);
    case 'trades':
      return ofKind('user_trades', rest);
    case 'portfolio':
      return rest.length === 1 ? { kind: 'portfolio', currency: rest[0] ?? '' } : null;
    default:
      return null;
  }
}

function ofInstrument(
  kind: 'book' | 'ticker' | 'trades',
  [instrument, interval, ...more]: readonly string[],
): Channel | null {
  if (instrument === undefined || more.length > 0 || !isInterval(interval)) return null;
  return { kind, instrument, interval };
}

function ofKind(
  kind: 'trades_by_kind' | 'user_changes' | 'user_orders' | 'user_trades',
  [instrumentKind, currency, interval, ...more]: readonly string[],
): Channel | null {
  if (instrumentKind === undefined || currency === undefined || more.length > 0) return null;
  return isInterval(interval) ? { kind, instrumentKind, currency, interval } : null;
}

function ofInstrumentState([instrumentKind, currency, ...more]: readonly string[]): Channel | null {
  if (instrumentKind === undefined || currency === undefined || more.length > 0) return null;
  return { kind: 'instrument_state', instrumentKind, currency };
}

function ofIndex(
  kind: 'index_price' | 'volatility_index' | 'option_marks',
  [indexName, ...more]: readonly string[],
): Channel | null {
  return indexName === undefined || more.length > 0 ? null : { kind, indexName };
}

function isInterval(text: string | undefined): text is Interval {
  return INTERVALS.some((interval) => interval === text);
}

/** The reverse of `parseChannel`. */
export function channelName(channel: Channel): string {
  switch (channel.kind) {
    case 'book':
    case 'ticker':
    case 'trades':
      return `${channel.kind}.${channel.instrument}.${channel.interval}`;
    case 'quote':
      return `quote.${channel.instrument}`;
    case 'trades_by_kind':
      return `trades.${channel.instrumentKind}.${channel.currency}.${channel.interval}`;
    case 'user_changes':
    case 'user_orders':
    case 'user_trades': {
      const subject = channel.kind.slice('user_'.length);
      return `user.${subject}.${channel.instrumentKind}.${channel.currency}.${channel.interval}`;
    }
    case 'instrument_state':
      return `instrument.state.${channel.instrumentKind}.${channel.currency}`;
    case 'index_price':
      return `deribit_price_index.${channel.indexName}`;
    case 'volatility_index':
      return `deribit_volatility_index.${channel.indexName}`;
    case 'option_marks':
      return `markprice.options.${channel.indexName}`;
    case 'portfolio':
      return `user.portfolio.${channel.currency}`;
    case 'platform_state':
      return 'platform_state';
  }
}

/** Whether the channel carries an account's own affairs: `private/subscribe` only. */
export function isPrivateChannel(channel: Channel): boolean {
  return channel.kind.startsWith('user_') || channel.kind === 'portfolio';
}
