import { readFileSync } from 'node:fs';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  CHANNEL_SCHEMAS,
  type ChannelKind,
  encodeNotification,
  parseBook,
  parseChannel,
  parseFrame,
  parseIndex,
  parseInstrumentState,
  parseOptionMarks,
  parsePlatformState,
  parsePublicTrades,
  parseTicker,
  parseUserChanges,
  parseVolatilityIndex,
} from './index.ts';

interface Notification {
  readonly channel: string;
  readonly data: unknown;
}

/** One hand-written notification of every channel in use, as Deribit documents them in prose. */
const NOTIFICATIONS = JSON.parse(
  readFileSync(new URL('../../../../fixtures/deribit/notifications.json', import.meta.url), 'utf8'),
) as Readonly<Record<ChannelKind, Notification>>;
const KINDS = Object.keys(CHANNEL_SCHEMAS) as ChannelKind[];

const PARSERS = {
  book: parseBook,
  ticker: parseTicker,
  trades: parsePublicTrades,
  trades_by_kind: parsePublicTrades,
  index_price: parseIndex,
  volatility_index: parseVolatilityIndex,
  option_marks: parseOptionMarks,
  platform_state: parsePlatformState,
  instrument_state: parseInstrumentState,
  user_changes: parseUserChanges,
} as const;
const PARSED = Object.keys(PARSERS) as (keyof typeof PARSERS)[];

/** Every path to a value inside `data`. */
function pathsOf(data: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof data !== 'object' || data === null) return [path];
  return [path, ...Object.entries(data).flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

/** A copy with one value replaced. */
function withValue(data: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = structuredClone(data) as Record<string, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

describe('notifications', () => {
  it.each(KINDS)('%s travels from the exchange to the client', (kind) => {
    const { channel, data } = NOTIFICATIONS[kind];
    expect(parseChannel(channel)?.kind).toBe(kind);
    expect(parseFrame(encodeNotification(channel, data))).toEqual({
      kind: 'notification',
      channel,
      data,
    });
    expect(Check(CHANNEL_SCHEMAS[kind], data)).toBe(true);
  });

  it.each(PARSED)('%s: unknown fields are tolerated', (kind) => {
    const { data } = NOTIFICATIONS[kind];
    const extended = JSON.parse(JSON.stringify(data), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? { ...value, from_the_future: [1, { deep: null }] }
        : value,
    ) as unknown;
    expect(PARSERS[kind](extended)).toEqual(PARSERS[kind](data));
    expect(PARSERS[kind](data).ok).toBe(true);
  });

  it.each(PARSED)(
    '%s: a wrong type anywhere is a typed fault or a field we do not read',
    (kind) => {
      const { data } = NOTIFICATIONS[kind];
      const parse: (value: unknown) => { readonly ok: boolean } = PARSERS[kind];
      const good = parse(data);
      let faults = 0;
      for (const path of pathsOf(data)) {
        const wrong = parse(withValue(data, path, Symbol('not JSON')));
        if (wrong.ok) expect(wrong).toEqual(good);
        else {
          faults += 1;
          expect(wrong).toMatchObject({
            fault: expect.stringMatching(/^malformed_/),
            rule: 'schema',
          });
        }
      }
      expect(faults).toBeGreaterThan(2);
    },
  );

  it.each(PARSED)('%s: no value at all is a typed fault', (kind) => {
    for (const data of [undefined, null, 'text', 7, true, [null], [{}], { data: {} }]) {
      expect(PARSERS[kind](data), JSON.stringify(data)).toMatchObject({
        ok: false,
        fault: expect.stringMatching(/^malformed_/),
      });
    }
  });
});

/** Where the numbers of a message are, and what they must not be (D-3). */
const OFF_GRID: readonly (readonly [keyof typeof PARSERS, string, unknown])[] = [
  ['book', 'bids/0/1', 0.123456789],
  ['book', 'bids/0/1', 0],
  ['book', 'asks/0/2', -1],
  ['book', 'asks/0/2', 1e300],
  ['ticker', 'mark_price', 0.000000001],
  ['ticker', 'mark_price', -0.1],
  ['ticker', 'index_price', 64010.123456789],
  ['ticker', 'best_bid_price', 0.123456789],
  ['ticker', 'underlying_price', 0],
  ['trades', '0/price', 1e-9],
  ['trades', '0/amount', 0],
  ['index_price', 'price', 0],
  ['index_price', 'price', 64010.123456789],
  ['option_marks', '1/mark_price', -0.1],
  ['user_changes', 'trades/0/price', 1e-9],
  ['user_changes', 'trades/0/fee', 1e-9],
  ['user_changes', 'orders/0/filled_amount', -1],
  ['user_changes', 'positions/0/size', 0.123456789],
];

describe('D-3 numbers are exact or a fault', () => {
  it.each(OFF_GRID)('%s at %s refuses %d', (kind, path, value) => {
    const keys = path.split('/');
    const wrong = PARSERS[kind](withValue(NOTIFICATIONS[kind].data, keys, value));
    expect(wrong).toMatchObject({ ok: false, rule: 'off_grid' });
    expect(!wrong.ok && `/${path}`.startsWith(wrong.path)).toBe(true);
  });
});

describe('what is read', () => {
  const read = (kind: keyof typeof PARSERS): unknown => PARSERS[kind](NOTIFICATIONS[kind].data);

  it('a change of a book', () => {
    expect(read('book')).toEqual({
      ok: true,
      value: {
        instrument: 'BTC-PERPETUAL',
        changeId: 90_214,
        prevChangeId: 90_210,
        timestamp: 1_786_000_000_123,
        bids: [6_400_050_000_000, 1_234_000_000_000, 6_399_900_000_000, 0],
        asks: [6_400_100_000_000, 25_000_000_000],
      },
    });
  });

  it('a book message that contradicts itself is a fault', () => {
    const { data } = NOTIFICATIONS.book;
    const without = { ...(data as object), prev_change_id: undefined };
    expect(parseBook(JSON.parse(JSON.stringify(without)))).toMatchObject({
      path: '/prev_change_id',
      rule: 'contradiction',
    });
    for (const level of [
      ['delete', 1, 1],
      ['new', 1, 0],
    ]) {
      expect(parseBook(withValue(data, ['bids', '0'], level))).toMatchObject({
        path: '/bids/0/2',
        rule: 'contradiction',
      });
    }
    expect(parseBook(withValue(without, ['type'], 'snapshot'))).toMatchObject({
      value: { prevChangeId: null },
    });
  });

  it('a ticker of an option, its model price rounded and nothing else', () => {
    expect(read('ticker')).toMatchObject({
      value: {
        markPriceE8: 4_123_456,
        underlyingPriceE8: 6_432_143_216_667,
        indexPriceE8: 6_401_023_000_000,
        lastPriceE8: null,
        bestBidE8: 4_050_000,
        bestAskE8: null,
        markIv: 0.425,
        delta: 0.41,
        vega: 88.25,
      },
    });
  });

  it('a ticker of a future, whose underlying is its index', () => {
    const data = { ...(NOTIFICATIONS.ticker.data as object), underlying_price: undefined };
    expect(parseTicker(JSON.parse(JSON.stringify(data)))).toMatchObject({
      value: { underlyingPriceE8: 6_401_023_000_000 },
    });
  });

  it('public trades with their sequence', () => {
    expect(read('trades')).toMatchObject({
      value: [
        { tradeSeq: 701, priceE8: 6_400_050_000_000, amountE8: 25_000_000_000, side: 'sell' },
      ],
    });
  });

  it('our fills before our orders, and the position they left', () => {
    expect(read('user_changes')).toMatchObject({
      value: {
        fills: [{ tradeId: '3003', amountE8: 10_000_000, feeE8: 3_000 }],
        orders: [{ venueOrderId: 'BTC-77', state: 'cancelled', filledE8: 10_000_000 }],
        positions: [{ instrument: 'BTC-25SEP26-70000-C', amountE8: 10_000_000 }],
      },
    });
  });

  it('a platform that says neither locked nor not is a fault, not an all-clear', () => {
    expect(read('platform_state')).toMatchObject({ value: { locked: true, indexName: 'btc_usd' } });
    expect(parsePlatformState({ locked: false })).toMatchObject({ value: { locked: false } });
    expect(parsePlatformState({ maintenance: true })).toMatchObject({
      value: { locked: true, indexName: null },
    });
    expect(parsePlatformState({ price_index: 'btc_usd' })).toMatchObject({ ok: false });
  });

  it('a volatility index that is no volatility is a fault', () => {
    expect(read('volatility_index')).toMatchObject({ value: { value: 43.97 } });
    const data = { ...(NOTIFICATIONS.volatility_index.data as object), volatility: 0 };
    expect(parseVolatilityIndex(data)).toMatchObject({ ok: false, rule: 'contradiction' });
  });
});
