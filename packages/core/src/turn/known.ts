import type { DecisionContext } from '../decision.ts';
import type { GateContext } from '../gates/gate.ts';
import type { State } from '../state.ts';
import {
  ageMs,
  type CoinE8,
  coinE8,
  type Currency,
  type InstrumentName,
  type PriceE8,
  priceE8,
} from '../values/index.ts';

const ZERO_COIN = coinE8(0);

/**
 * What was known when an intent was judged, taken from what the gates were given: on the decision
 * log with every answer, and on disk with what is sent.
 */
export function known(
  state: State,
  context: GateContext,
  name: InstrumentName | null,
): DecisionContext {
  const { observations } = state;
  const listing = name === null ? undefined : observations.listings.get(name);
  const underlying = listing?.instrument.underlying;
  const index = underlying === undefined ? undefined : observations.indexes.get(underlying);
  const { exposure } = context;
  return Object.freeze({
    mode: context.mode.mode,
    modeReasons: context.mode.reasons,
    riskState: context.riskState,
    latchReasons: context.latchReasons,
    policyHash: observations.policyHash,
    bookAgeMs: listing === undefined ? null : ageMs(context.now, listing.book.updatedAt),
    bestBidE8: touch(listing, 'bid'),
    bestAskE8: touch(listing, 'ask'),
    indexPriceE8: index?.priceE8 ?? null,
    indexAgeMs: index === undefined ? null : ageMs(context.now, index.at),
    metadataAgeMs: listing === undefined ? null : ageMs(context.now, listing.fetchedAt),
    feeModelAgeS: context.feeModelAgeS,
    mmUtil: context.mmUtil,
    equity: context.equity,
    positionE8: name === null ? null : exposure.positionE8(name),
    currentDeltaE8: underlying === undefined ? ZERO_COIN : exposure.currentDeltaE8(underlying),
    pendingDeltaE8: underlying === undefined ? ZERO_COIN : pendingDelta(context, underlying),
  });
}

/** Null without a book, or with an empty side of it. */
function touch(
  listing: ReturnType<State['observations']['listings']['get']>,
  side: 'bid' | 'ask',
): PriceE8 | null {
  if (listing === undefined) return null;
  const { book, instrument } = listing;
  if ((side === 'bid' ? book.bidCount : book.askCount) === 0) return null;
  return priceE8((side === 'bid' ? book.bidPrice(0) : book.askPrice(0)) * instrument.tickE8);
}

function pendingDelta({ exposure }: GateContext, underlying: Currency): CoinE8 {
  return coinE8(exposure.pendingLongDeltaE8(underlying) + exposure.pendingShortDeltaE8(underlying));
}
