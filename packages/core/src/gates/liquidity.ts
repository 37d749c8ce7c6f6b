import type { Instrument } from '../instrument/instrument.ts';
import { isBookFresh } from '../market/freshness.ts';
import { type Walk, walkBook } from '../market/walk.ts';
import { ageMs, E8, microUsd, mulDivUp } from '../values/index.ts';
import { inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, parametersOf, toDecimal } from './scope.ts';

/** E8 coin times E8 index, as micro-USD. */
const COIN_INDEX_PER_MICRO_USD = 10_000_000_000;
/** E8 USD, as micro-USD. */
const E8_PER_MICRO = 100;
const BPS = 10_000;

/**
 * No placement on a book nobody can read, none that walks it too far (contract-1 section 13).
 * Reductions too (AT-421): a needed one that is refused here goes as an emergency close, which asks
 * for a price only (AMB-39).
 */
export const liquidity: SafetyGate = {
  name: 'liquidity',
  measures: [
    plain('bookAgeMs'),
    plain('bookMaxAgeMs'),
    plain('slippageBps'),
    plain('maxSlippageBps'),
    inUsd('expectedSlippageUsd'),
  ],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { book, instrument } = listingOf(candidate);
    const { l2BookSnapshotMaxAgeMs: maxAgeMs, maxSlippageBps } = parametersOf(context);
    const bookAgeMs = ageMs(context.now, book.updatedAt);
    note(candidate, bookAgeMs ?? Number.NaN);
    note(candidate, maxAgeMs);
    const walk = isBookFresh(book, context.now, maxAgeMs)
      ? walkBook(book, candidate.leg.side, candidate.quantity)
      : null;
    if (walk === null || bookAgeMs === null) {
      return reject('LiquidityGateNoL2', { instrument: instrument.name, bookAgeMs, maxAgeMs });
    }
    candidate.bookAgeMs = bookAgeMs;
    const slippageBps = note(candidate, walk.slippageBps);
    if (!(slippageBps <= note(candidate, maxSlippageBps)))
      return tooHigh(walk, instrument, maxSlippageBps);
    candidate.slippageBps = slippageBps;
    const slippage = slippageUsd(context, candidate, instrument, walk);
    // Only what opens is judged by it; a reduction without an index is recorded as free of it.
    const isUnknown = Number.isNaN(slippage) && candidate.intentClass !== 'OPEN';
    candidate.expectedSlippage = microUsd(note(candidate, isUnknown ? 0 : slippage));
    return null;
  },
};

function tooHigh(walk: Walk, instrument: Instrument, maxSlippageBps: number): Reject {
  return reject('ExpectedSlippageTooHigh', {
    slippageBps: Number.isFinite(walk.slippageBps) ? walk.slippageBps : null,
    maxSlippageBps,
    filledAmount: toDecimal(walk.filled * instrument.amountStepE8),
  });
}

/**
 * |WAP - best| * quantity in micro-USD, rounded up, through the index where the price counts coin.
 * The contract's bps * notional is the same for futures; for an option it would charge the ratio of
 * its small price on the whole underlying, some twenty times what the walk costs.
 */
function slippageUsd(
  context: GateContext,
  candidate: Candidate,
  instrument: Instrument,
  walk: Walk,
): number {
  if (instrument.amountUnit === 'usd') {
    return Math.ceil((candidate.notional * walk.slippageBps) / BPS);
  }
  // Whole tick-steps: rounding takes the float of the average price back to the sum it came from.
  const excess = Math.round(Math.abs(walk.wapTicks - walk.best) * walk.filled);
  const quoteE8 = mulDivUp(excess, instrument.tickE8 * instrument.amountStepE8, E8);
  if (instrument.quote === 'usd') return mulDivUp(quoteE8, 1, E8_PER_MICRO);
  const indexE8 = context.indexPriceE8(instrument.underlying);
  return mulDivUp(quoteE8, indexE8 ?? Number.NaN, COIN_INDEX_PER_MICRO_USD);
}
