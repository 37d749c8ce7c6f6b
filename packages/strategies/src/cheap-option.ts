/**
 * An example, with no claim of profit: it shows a whole life of a single-leg trade under the rules
 * of the house, with real pricing. It buys an option that the rest of its expiry's smile, fitted
 * without the option's own quote, calls cheap: what the order would be worth at that fair value,
 * less what it costs at the ask, must exceed the fee of the purchase and its slippage (none: the
 * order is never larger than what is offered at the ask) by a margin.
 *
 * The cost of leaving is not counted at entry, because the strategy leaves by choice: it sells when
 * the bid, less the fee of the sale, has reached what is then the fair value. Until then it waits,
 * and what it waits for is to get back the half spread between the fair value and a bid: that is
 * the bet. Where the wait ends by a limit (holding time, stop, expiry) the position is sold at the
 * bid whatever it is worth, and half a spread and a fee are lost that the entry never counted. And
 * the edge is relative to a fitted curve, not to the truth: a smile can have a kink for a reason
 * that the curve does not know.
 */
import {
  type InstrumentName,
  type IntentProposal,
  type MonoMs,
  SMILE_CRITERIA,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';
import { proposeEntries } from './cheap-option-entry.ts';
import { proposeExits } from './cheap-option-exit.ts';
import { fitSlices, type SliceCache, type SliceRules } from './expiry-slices.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every number the strategy decides by. `version` changes with any of them. */
export interface CheapOptionParameters {
  readonly version: string;
  readonly slices: SliceRules;
  /** An expiry nearer than this is closed, not opened. */
  readonly openExpiryMsMin: number;
  /** Oldest book an order may be priced from. */
  readonly orderAgeMsMax: number;
  /** Largest order, contracts; the third cap is the size offered at the ask. */
  readonly orderContractsMax: number;
  /** Largest order, USD of the underlying at its index. */
  readonly orderNotionalUsdMax: number;
  readonly positionsMax: number;
  /** USD that must be left of the whole order's edge after the purchase's fee and slippage. */
  readonly marginUsd: number;
  /** The edge must also exceed this many times the fit's own error. */
  readonly fitErrorsMin: number;
  /** Widest spread, as a fraction of the ask, that may stand between purchase and sale. */
  readonly spreadFractionMax: number;
  /**
   * Fitted strikes needed on either side: the ends of a smile have no neighbours to be judged by.
   */
  readonly neighboursMin: number;
  /** Candidates of one expiry valued by a new fit in one consult. */
  readonly refitsMax: number;
  /** Closed when the bid has lost this fraction since entry. */
  readonly stopFraction: number;
  /**
   * Closed after this time. Long against the hours for which a market can be silent, as recorded
   * chains are between two snapshots: a shorter one would end every wait at the first quote after
   * the first silence, and no sale would ever be by value.
   */
  readonly holdMsMax: number;
  /**
   * Closed when no more than this is left to expiry. Longer than a silence, so that the last chance
   * to sell does not fall into one.
   */
  readonly closeExpiryMs: number;
  /** Pause before the same expiry, or the same close, is tried again. */
  readonly retryMs: number;
  /** Pause before an expiry is entered again after a close. */
  readonly reentryMs: number;
}

export const CHEAP_OPTION_PARAMETERS: CheapOptionParameters = Object.freeze({
  version: 'cheap-option.3',
  slices: Object.freeze({
    expiryMsMin: 2 * HOUR_MS,
    expiryMsMax: 60 * DAY_MS,
    smileAgeMsMax: 10_000,
    forwardDeviationMax: 0.001,
    volHalfSpreadFractionMax: 0.25,
    refitMs: 10_000,
    criteria: SMILE_CRITERIA,
  }),
  openExpiryMsMin: DAY_MS,
  orderAgeMsMax: 1_000,
  orderContractsMax: 10,
  orderNotionalUsdMax: 60_000,
  positionsMax: 6,
  marginUsd: 0.6,
  fitErrorsMin: 1.5,
  spreadFractionMax: 0.5,
  neighboursMin: 2,
  refitsMax: 3,
  stopFraction: 0.5,
  holdMsMax: DAY_MS,
  closeExpiryMs: 12 * HOUR_MS,
  retryMs: 10_000,
  reentryMs: 5 * MINUTE_MS,
});

/** A purchase that was proposed, and the bid it was proposed at, in the option's quote currency. */
export interface Entry {
  readonly sliceKey: string;
  readonly proposedAt: MonoMs;
  readonly bid: number;
  /** First consult that saw the position; `null` while it may still be filled. */
  heldSince: MonoMs | null;
  closeTriedAt: MonoMs | null;
}

/**
 * Bounded: entries by `positionsMax` and the account's own positions, the rest by the listed
 * expiries.
 */
export interface CheapOptionMemory {
  readonly slices: SliceCache;
  readonly entries: Map<InstrumentName, Entry>;
  /** Until when an expiry is left alone. */
  readonly quietUntil: Map<string, number>;
}

function cheapOptionWith(parameters: CheapOptionParameters): Strategy<CheapOptionMemory> {
  return Object.freeze({
    id: strategyId('cheap-option'),
    remember: () => ({ slices: new Map(), entries: new Map(), quietUntil: new Map() }),
    propose: (memory: CheapOptionMemory, view: StrategyView): readonly IntentProposal[] => {
      // Kill is containment's alone; what it still needs from here is nothing.
      if (view.mode === 'Kill') return [];
      const slices = fitSlices(memory.slices, view, parameters.slices);
      const exits = proposeExits(memory, view, slices, parameters);
      if (view.mode !== 'Active') return exits;
      return [...exits, ...proposeEntries(memory, view, slices, parameters)];
    },
  });
}

export const cheapOption: Strategy<CheapOptionMemory> = cheapOptionWith(CHEAP_OPTION_PARAMETERS);
