import type { IntentProposal, LegProposal, Quote, StrategyPosition } from '@holdfast/core/strategy';
import { STRANGLE_PARAMETERS } from '../src/strangle-parameters.ts';
import type { VolatilityHistory } from '../src/volatility-history.ts';
import {
  chainOf,
  type ChainTerms,
  changed,
  forwardOf,
  NOW,
  optionName,
  trueValue,
} from './synthetic-chain.fixture.ts';

/** A day of minutes up to now in which the index moved, and DVOL stood, at these volatilities. */
export function historyOf(realised: number, median: number, until = NOW): VolatilityHistory {
  const { sampleMs, samplesMin } = STRANGLE_PARAMETERS;
  const step = realised * Math.sqrt(sampleMs / 31_536_000_000);
  return Array.from({ length: samplesMin }, (_, i) => ({
    at: until - (samplesMin - 1 - i) * sampleMs,
    index: forwardOf('BTC') * (i % 2 === 0 ? 1 : Math.exp(step)),
    volatilityIndex: median,
  }));
}

/** A chain with one option offered, and another bid, off the smile by these shares of value. */
export function skewedChain(
  terms: ChainTerms,
  type: 'call' | 'put',
  cheap: { readonly strike: number; readonly share: number },
  rich: { readonly strike: number; readonly share: number },
): Quote[] {
  const at = (strike: number, share: number): number => {
    const value = share * trueValue(terms, strike, type);
    const tick = value >= 0.005 ? 0.0005 : 0.0001;
    return Math.round(value / tick) * tick;
  };
  const ask = at(cheap.strike, cheap.share);
  const bid = at(rich.strike, rich.share);
  const wide = (price: number): number => (price >= 0.005 ? 0.001 : 0.0002);
  const offered = changed(chainOf(terms), optionName(terms, cheap.strike, type), {
    ask,
    bid: ask - wide(ask),
  });
  return changed(offered, optionName(terms, rich.strike, type), { bid, ask: bid + wide(bid) });
}

/** What a group would leave in the account were all of it filled. */
export function filled(proposals: readonly IntentProposal[]): StrategyPosition[] {
  return proposals.flatMap(({ legs }) => legs.map(positionOf));
}

export function positionOf({ instrument, side, quantity }: LegProposal): StrategyPosition {
  return { instrument, amount: side === 'buy' ? quantity : 0 - quantity };
}
