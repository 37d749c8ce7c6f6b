import type { Instrument } from '@holdfast/core/instrument';
import { E8, type InstrumentName } from '@holdfast/core/values';
import { Exchange } from '../exchange/index.ts';
import type { TickerNotice } from '../exchange/notification.ts';
import { openMarket, type Market } from '../market/open-market.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Bar, BarQuote } from './bar.ts';

/** What is cut out of a market: a frame every so often, of so much of its chain. */
export interface CutOptions {
  readonly market: string;
  readonly seed: string;
  readonly cwd: string;
  readonly count: number;
  readonly everyMs: number;
  /** Options of this coin only; the indexes of all coins are told. */
  readonly coin: string;
  readonly expiryMsMin: number;
  readonly expiriesMax: number;
  /** Strikes of each expiry, those nearest to the index. */
  readonly strikesMax: number;
}

export type CutBars =
  | { readonly ok: true; readonly sourceId: string; readonly bars: readonly Bar[] }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Of a whole chain this much is kept: enough for smiles, and little enough to be read. */
export const KEPT_SHARE = {
  coin: 'BTC',
  expiryMsMin: 432_000_000,
  expiriesMax: 3,
  strikesMax: 12,
} as const;

/** Where a market has no time of its own. */
const START_MS = Date.UTC(2026, 2, 2, 9);
const DIGITS = 1e8;

/** Closed frames of a market by name (`calm`, `crash`, `chain:DIR` …), from its first moment on. */
export function cutBars(options: CutOptions): CutBars {
  const opened = openMarket(options.market, options);
  if (!opened.ok) return opened;
  const { market } = opened;
  const bars = framesOf(market, options);
  const cut = `${market.name.startsWith('chain:') ? 'chain' : market.name}, seed ${options.seed}`;
  return { ok: true, sourceId: `${market.data}: ${cut}`, bars };
}

function framesOf(market: Market, options: CutOptions): readonly Bar[] {
  const clock = new VirtualClock(market.startAt ?? START_MS);
  const told = { indexes: new Map<string, number>(), volatility: new Map<string, number>() };
  const listed = new Map<InstrumentName, Instrument>();
  const tickers = new Map<InstrumentName, TickerNotice>();
  const exchange = new Exchange({
    deposits: new Map(),
    onNotification: (...[kind, payload]) => {
      if (kind === 'ticker') tickers.set(payload.instrument.name, payload);
      if (kind === 'index') told.indexes.set(payload.underlying, payload.priceE8 / E8);
      if (kind === 'volatilityIndex') told.volatility.set(payload.underlying, payload.value);
      if (kind !== 'instruments') return;
      for (const instrument of payload.listed) listed.set(instrument.name, instrument);
      for (const name of payload.gone) listed.delete(name);
    },
  });
  market.drive({ clock, exchange }).start();
  clock.runUntil(clock.now() + options.everyMs);
  const chosen = choose([...listed.values()], told.indexes, clock.now(), options);
  const bars: Bar[] = [];
  for (let index = 0; index < options.count; index += 1) {
    const quotes = chosen.flatMap((instrument) => {
      const ticker = listed.has(instrument.name) ? tickers.get(instrument.name) : undefined;
      return ticker === undefined ? [] : [quoteOf(exchange, instrument, ticker)];
    });
    const coins = [...told.indexes].flatMap(([coin, at]) => {
      const volatilityIndex = told.volatility.get(coin);
      return volatilityIndex === undefined ? [] : [[coin, { index: at, volatilityIndex }] as const];
    });
    bars.push({ at: clock.now(), coins: Object.fromEntries(coins), quotes });
    clock.runUntil(clock.now() + options.everyMs);
  }
  return bars;
}

/** The nearest expiries that are far enough, and of each the strikes around the index. */
function choose(
  listed: readonly Instrument[],
  indexes: ReadonlyMap<string, number>,
  now: number,
  { coin, expiryMsMin, expiriesMax, strikesMax }: CutOptions,
): readonly Instrument[] {
  const options = listed.filter(({ underlying, option }) => option !== null && underlying === coin);
  const expiries = [...new Set(options.map(({ expiry }) => expiry ?? 0))]
    .filter((expiry) => expiry - now >= expiryMsMin)
    .sort((one, other) => one - other)
    .slice(0, expiriesMax);
  const index = indexes.get(coin) ?? 0;
  return expiries.flatMap((expiry) => {
    const own = options.filter((each) => each.expiry === expiry);
    const strikes = [...new Set(own.map(strikeOf))]
      .sort((one, other) => Math.abs(one - index) - Math.abs(other - index))
      .slice(0, strikesMax);
    return own
      .filter((each) => strikes.includes(strikeOf(each)))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  });
}

const strikeOf = ({ option }: Instrument): number => (option?.strikeE8 ?? 0) / E8;

/** Rounded to eight decimals: what a file says is what was played. */
function quoteOf(exchange: Exchange, instrument: Instrument, ticker: TickerNotice): BarQuote {
  const book = exchange.bookSnapshot(instrument.name);
  const { tickE8, amountStepE8 } = instrument;
  const [bidTicks, bidSteps = 0] = book?.bids ?? [];
  const [askTicks, askSteps = 0] = book?.asks ?? [];
  return {
    instrument,
    bid: bidTicks === undefined ? null : (bidTicks * tickE8) / E8,
    bidAmount: (bidSteps * amountStepE8) / E8,
    ask: askTicks === undefined ? null : (askTicks * tickE8) / E8,
    askAmount: (askSteps * amountStepE8) / E8,
    mark: ticker.markPriceE8 / E8,
    underlyingPrice: ticker.underlyingPriceE8 / E8,
    iv: ticker.iv === null ? null : Math.round(ticker.iv * DIGITS) / DIGITS,
    delta: ticker.delta === null ? null : Math.round(ticker.delta * DIGITS) / DIGITS,
  };
}
