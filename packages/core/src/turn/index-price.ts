import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { Observations } from '../state.ts';
import { type Currency, isFresh, type PriceE8 } from '../values/index.ts';

/**
 * The index price of a coin while it is young enough to value anything with, else null. The bound
 * is `basis_price_max_age_ms`, the one freshness the contract sets for an index (section 43); the
 * venue tells it about once a second.
 */
export function freshIndexE8(observations: Observations, underlying: Currency): PriceE8 | null {
  const index = observations.indexes.get(underlying);
  if (index === undefined) return null;
  const { basisPriceMaxAgeMs } = observations.policy?.parameters ?? DEFAULT_PARAMETERS;
  return isFresh(observations.now, index.at, basisPriceMaxAgeMs) ? index.priceE8 : null;
}
