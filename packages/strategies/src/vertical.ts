/**
 * Trades one expiry's options against each other and against their own fitted smile: buys the one
 * that is offered below what the rest of the smile says, sells the one that is bid above it, both
 * of one type and one quantity, as one group of two legs. What either can cost at expiry is bounded
 * by the distance of the strikes.
 *
 * Each leg must earn its own fee and margin, and its edge must exceed the error of the fit: a pair
 * of which only the sum is good is not proposed. It leaves when the mid prices are back on the
 * smile, after a time, or before the expiry cliff; the sold leg is bought back first, so that no
 * sold option is ever without the bought one. A curve is not the truth, and there is no claim of
 * profit.
 */
import {
  type Abstention,
  type IntentProposal,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';
import { Abstentions } from './abstain.ts';
import {
  type ExpirySlice,
  fairValue,
  fitSlices,
  type SliceCache,
  unitUsd,
} from './expiry-slices.ts';
import {
  adopt,
  closeNext,
  createPairMemory,
  type Held,
  heldAlone,
  heldIn,
  isOver,
  type Pair,
  type PairMemory,
  review,
} from './pair-book.ts';
import { noteRefused } from './refused-smiles.ts';
import { proposeVertical } from './vertical-entry.ts';
import { VERTICAL_PARAMETERS, type VerticalParameters } from './vertical-parameters.ts';

/** Bounded by the listed expiries. */
export interface VerticalMemory extends PairMemory {
  readonly slices: SliceCache;
  readonly notes: Abstentions;
}

/** The strategy with these parameters. */
export function verticalWith(parameters: VerticalParameters): Strategy<VerticalMemory> {
  return Object.freeze({
    id: strategyId('vertical_surface'),
    remember: () => ({ ...createPairMemory(), slices: new Map(), notes: new Abstentions() }),
    propose: (memory: VerticalMemory, view: StrategyView): readonly IntentProposal[] => {
      memory.notes.clear();
      // Kill is containment's alone.
      if (view.mode === 'Kill') return [];
      const slices = fitSlices(memory.slices, view, parameters.slices);
      noteRefused(memory.slices, 'all', parameters.slices, memory.notes);
      const held = heldIn(view);
      review(memory, view, held, parameters);
      takeOver(memory, view, held);
      const exits = proposeExits(memory, view, slices, held, parameters);
      if (view.mode !== 'Active' || exits.length > 0) return exits;
      return proposeVertical(memory, view, slices, held, parameters);
    },
    abstentions: ({ notes }: VerticalMemory): readonly Abstention[] => notes.list(),
  });
}

export const vertical: Strategy<VerticalMemory> = verticalWith(VERTICAL_PARAMETERS);

/** What an earlier process opened: one sold and one bought option of one type and expiry. */
function takeOver(memory: VerticalMemory, view: StrategyView, held: Held): void {
  for (const [key, quotes] of heldAlone(memory, view, held)) {
    const [one, other] = quotes.map(({ instrument }) => instrument);
    if (one === undefined || other === undefined || quotes.length > 2) continue;
    const [a, b] = [held.get(one.name) ?? 0, held.get(other.name) ?? 0];
    if (a * b >= 0 || one.option?.type !== other.option?.type) continue;
    const legs = a < 0 ? ([one.name, other.name] as const) : ([other.name, one.name] as const);
    adopt(memory, key, legs, view.now);
  }
}

function proposeExits(
  memory: VerticalMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  held: Held,
  parameters: VerticalParameters,
): readonly IntentProposal[] {
  const proposals: IntentProposal[] = [];
  for (const key of [...memory.pairs.keys()].sort()) {
    const pair = memory.pairs.get(key);
    if (pair === undefined || pair.heldSince === null) continue;
    const slice = slices.find((candidate) => candidate.key === key) ?? null;
    const quote = view.quote(pair.legs[0]);
    pair.closing ||=
      isOver(pair, quote, view.now, parameters) || hasReverted(pair, view, slice, held, parameters);
    const close = pair.closing ? closeNext(pair, view, slice, held, parameters) : null;
    if (close !== null) proposals.push(close);
  }
  return proposals;
}

/** What the mids are still off the smile, both legs together, is a fraction of what it was. */
function hasReverted(
  pair: Pair,
  view: StrategyView,
  slice: ExpirySlice | null,
  held: Held,
  { orderAgeMsMax, revertFraction }: VerticalParameters,
): boolean {
  if (pair.entryUsd === null || slice === null) return false;
  const index = view.index(slice.underlying);
  if (index === null) return false;
  let leftUsd = 0;
  for (const leg of pair.legs) {
    const quote = view.quote(leg);
    const amount = held.get(leg);
    if (quote === null || amount === undefined || !(quote.ageMs <= orderAgeMsMax)) return false;
    if (quote.bid === null || quote.ask === null) return false;
    const fair = fairValue(slice, quote, view);
    if (fair === null) return false;
    leftUsd += (fair.price - 0.5 * (quote.bid + quote.ask)) * amount * unitUsd(quote, index);
  }
  return leftUsd <= revertFraction * pair.entryUsd;
}
