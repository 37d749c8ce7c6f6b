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
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';
import { proposeEntries } from './cheap-option-entry.ts';
import { proposeExits } from './cheap-option-exit.ts';
import { CHEAP_OPTION_PARAMETERS, type CheapOptionParameters } from './cheap-option-parameters.ts';
import { fitSlices, type SliceCache } from './expiry-slices.ts';

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

/** The strategy with these parameters. */
export function cheapOptionWith(parameters: CheapOptionParameters): Strategy<CheapOptionMemory> {
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
