import {
  type InstrumentName,
  MS_PER_YEAR,
  optionPriceUsd,
  type Quote,
  type SmileDesk,
  type StrategyPosition,
  type StrategyView,
  type SviShape,
  sviVariance,
  type TradingMode,
} from '@holdfast/core/strategy';
import { createSmileMemory, openSmileDesk, type SmileMemory } from '@holdfast/core/market';
import { DEFAULT_PARAMETERS } from '@holdfast/core/policy';
import { instrumentName, monoMs } from '@holdfast/core/values';
import { optionFeeUsd, optionInstrument } from './option-chain.fixture.ts';

export const NOW = Date.UTC(2026, 2, 1, 12);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Total variance of 20 days; other expiries have the same volatilities. */
const SMILE: SviShape = { a: 0.004, b: 0.12, rho: -0.25, m: 0.01, sigma: 0.12 };
const SMILE_YEARS = 20 / 365;

export interface ChainTerms {
  readonly coin: 'BTC' | 'ETH';
  readonly daysLeft: number;
  readonly strikes?: readonly number[];
}

const MONEYNESS = [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3];

/** Name as Deribit's, with days left in place of the date: only its being unique matters here. */
export function optionName(
  terms: ChainTerms,
  strike: number,
  type: 'call' | 'put',
): InstrumentName {
  const suffix = type === 'call' ? 'C' : 'P';
  return instrumentName(`${terms.coin}-${terms.daysLeft}D-${strike}-${suffix}`);
}

export function forwardOf(coin: 'BTC' | 'ETH'): number {
  return coin === 'BTC' ? 100_000 : 4_000;
}

/** What the smile the chain was made from says, in coin. */
export function trueValue(terms: ChainTerms, strike: number, type: 'call' | 'put'): number {
  const forward = forwardOf(terms.coin);
  const years = (terms.daysLeft * DAY_MS) / MS_PER_YEAR;
  const vol = Math.sqrt(sviVariance(SMILE, Math.log(strike / forward)) / SMILE_YEARS);
  return (optionPriceUsd(type, forward, strike, vol, years) ?? Number.NaN) / forward;
}

/**
 * One expiry, both types at every strike, quoted on the tick grid a tick or 3 % either side of its
 * value.
 */
export function chainOf(terms: ChainTerms): Quote[] {
  const forward = forwardOf(terms.coin);
  const strikes = terms.strikes ?? MONEYNESS.map((share) => Math.round(share * forward));
  const quotes: Quote[] = [];
  for (const strike of strikes) {
    for (const type of ['call', 'put'] as const) {
      const value = trueValue(terms, strike, type);
      const tick = value >= 0.005 ? 0.0005 : 0.0001;
      const half = Math.max(tick, 0.03 * value);
      const bid = Math.floor((value - half) / tick) * tick;
      quotes.push({
        instrument: optionInstrument({
          name: optionName(terms, strike, type),
          coin: terms.coin,
          type,
          strike,
          expiry: NOW + terms.daysLeft * DAY_MS,
          amountStepE8: terms.coin === 'BTC' ? 10_000_000 : 100_000_000,
        }),
        bid: bid > 0 ? bid : null,
        bidAmount: 10,
        ask: Math.ceil((value + half) / tick) * tick,
        askAmount: 10,
        ageMs: 100,
        markPrice: value,
        underlyingPrice: forward,
        delta: null,
      });
    }
  }
  return quotes;
}

export type QuoteChange = Partial<Omit<Quote, 'instrument'>>;

export function changed(
  quotes: readonly Quote[],
  name: InstrumentName,
  change: QuoteChange,
): Quote[] {
  return quotes.map((quote) => (quote.instrument.name === name ? { ...quote, ...change } : quote));
}

export interface ViewTerms {
  readonly now?: number;
  readonly mode?: TradingMode;
  readonly positions?: readonly StrategyPosition[];
  readonly working?: readonly InstrumentName[];
  readonly index?: (underlying: string) => number | null;
  readonly volatilityIndex?: (underlying: string) => number | null;
  readonly feeUsd?: StrategyView['feeUsd'];
  /** What the guard over its fits remembers; without it, nothing. */
  readonly smiles?: SmileMemory;
}

/** The launch policy's, in a market whose depth nobody knows. */
const GUARD = {
  ...DEFAULT_PARAMETERS,
  butterflyEpsilon: 1e-6,
  calendarEpsilon: 0.15,
  gridSteps: 48,
};

export function smilesOf(now: number, memory = createSmileMemory()): SmileDesk {
  return openSmileDesk(memory, {
    now: monoMs(now),
    rules: GUARD,
    keptMsMax: 300_000,
    depthUsd: () => null,
  });
}

export function viewOf(quotes: readonly Quote[], terms: ViewTerms = {}): StrategyView {
  const byName = new Map(quotes.map((quote) => [quote.instrument.name, quote]));
  const index = terms.index ?? ((coin: string) => forwardOf(coin === 'ETH' ? 'ETH' : 'BTC'));
  return {
    now: monoMs(terms.now ?? NOW),
    mode: terms.mode ?? 'Active',
    quotes,
    quote: (name) => byName.get(name) ?? null,
    index,
    volatilityIndex: terms.volatilityIndex ?? (() => null),
    smiles: smilesOf(terms.now ?? NOW, terms.smiles),
    positions: terms.positions ?? [],
    working: new Set(terms.working ?? []),
    feeUsd:
      terms.feeUsd ??
      ((name, amount, price) => optionFeeUsd(index(name.slice(0, 3)) ?? Number.NaN, amount, price)),
  };
}
