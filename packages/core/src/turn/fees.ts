import type { AccountObserved, FeeTier } from '../event.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { State } from '../state.ts';
import { E8, mulDivDown, mulDivUp } from '../values/index.ts';

/** A changed tier is in every fee from the next proposal on (AT-246). */
export function takeFees(state: State, currencies: AccountObserved['currencies']): void {
  const { observations } = state;
  const tiers = currencies.flatMap(({ fees }) => fees);
  if (isSame(tiers, observations.feeTiers)) return;
  observations.feeTiers = tiers;
  for (const listing of observations.listings.values()) {
    listing.instrument = withOwnFees(listing.listed, tiers);
  }
}

/** The instrument at what this account pays; where it has no tier, at the listed commissions. */
export function withOwnFees(listed: Instrument, tiers: readonly FeeTier[]): Instrument {
  if (tiers.length === 0) return listed;
  const index = indexNameOf(listed);
  const family = familyOf(listed);
  const tier = tiers.find((each) => each.indexName === index && each.family === family);
  if (tier === undefined) return listed;
  const makerFeeE8 = rateOf(tier.basis, tier.makerE8, listed.makerFeeE8);
  const takerFeeE8 = rateOf(tier.basis, tier.takerE8, listed.takerFeeE8);
  return Object.freeze({ ...listed, makerFeeE8, takerFeeE8 });
}

/** A share of a commission is rounded up, one of a rebate down. */
function rateOf(basis: FeeTier['basis'], tier: number, listed: number): number {
  if (basis === 'fixed') return tier;
  return listed < 0 ? 0 - mulDivDown(0 - listed, tier, E8) : mulDivUp(listed, tier, E8);
}

function indexNameOf({ underlying, settlement }: Instrument): string {
  const quote = settlement === underlying ? 'usd' : settlement;
  return `${underlying}_${quote}`.toLowerCase();
}

function familyOf({ kind, expiry }: Instrument): FeeTier['family'] {
  if (kind === 'option') return 'option';
  return expiry === null ? 'perpetual' : 'future';
}

function isSame(one: readonly FeeTier[], other: readonly FeeTier[]): boolean {
  if (one.length !== other.length) return false;
  return one.every((tier, index) => {
    const before = other[index];
    return (
      before !== undefined &&
      tier.indexName === before.indexName &&
      tier.family === before.family &&
      tier.basis === before.basis &&
      tier.makerE8 === before.makerE8 &&
      tier.takerE8 === before.takerE8
    );
  });
}
