import type { TradeMarket } from '../market/trade-market.ts';
import type { Policy } from '../policy.ts';
import type { Observations } from '../state.ts';
import { isFresh } from '../values/index.ts';

/** Whether a market that may be traded has no proof that its feed is whole. */
export function isTradeFeedStale({ now, policy, publicTrades }: Observations): boolean {
  if (policy === null) return false;
  const maxAgeMs = policy.parameters.publicTradeFeedMaxAgeMs;
  for (const { market, updatedAt } of publicTrades.feeds.values()) {
    if (isTraded(policy, market) && !isFresh(now, updatedAt, maxAgeMs)) return true;
  }
  return false;
}

/** May anything of this market be opened? */
export function isTraded({ universe }: Policy, { currency, family }: TradeMarket): boolean {
  const families = [...universe.families, ...universe.hedgeOnlyFamilies].filter(
    (each) => each.endsWith('_option') === (family === 'option'),
  );
  // What is settled in the coin is inverse; everything else is settled in dollars.
  const inCoin = universe.underlyings.includes(currency);
  return families.some((each) => each.startsWith(inCoin ? 'inverse_' : 'linear_'));
}
