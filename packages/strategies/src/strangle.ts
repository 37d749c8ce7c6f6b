/**
 * Buys movement when it is cheap: an out-of-the-money call and an out-of-the-money put of one BTC
 * expiry, as one group of two legs, while implied volatility is low. Nothing is ever sold short,
 * so the most it can lose is what it paid.
 *
 * Low means: the at-the-money volatility of the expiry's own fitted smile lies below the lower of
 * two readings of the past by `discountMin`. The readings are the median of DVOL and the realised
 * volatility of the index, both over the same samples of this process. A leg's fair value is that
 * of the smile, fitted without the leg's own quote, with every volatility lifted by the ratio of
 * that level to the smile's (at most `liftMax`). Each leg must earn its own fee and margin.
 *
 * It leaves leg by leg, by reduce-only orders: when the pair is bid at a profit, when volatility
 * is back, after a time, or before the expiry cliff. That volatility returns is the bet; a past of
 * a day says little about it, and there is no claim of profit.
 */
import {
  type Abstention,
  type InstrumentName,
  type IntentProposal,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';
import { Abstentions } from './abstain.ts';
import { type ExpirySlice, fitSlices, type SliceCache, unitUsd } from './expiry-slices.ts';
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
import { levelOf, type Low, lowOf, proposeStrangle } from './strangle-entry.ts';
import { STRANGLE_PARAMETERS, type StrangleParameters } from './strangle-parameters.ts';
import { observe, type VolatilityHistory } from './volatility-history.ts';

/** The strategy is BTC's by name. */
const STRANGLE_COIN = 'BTC';

/** Bounded: history by `samplesMax`, the rest by the listed expiries. */
export interface StrangleMemory extends PairMemory {
  readonly slices: SliceCache;
  readonly history: VolatilityHistory;
  readonly notes: Abstentions;
}

/** The strategy with these parameters. */
export function strangleWith(parameters: StrangleParameters): Strategy<StrangleMemory> {
  return Object.freeze({
    id: strategyId('strangle_btc_low_vol'),
    remember: () => ({
      ...createPairMemory(),
      slices: new Map(),
      history: [],
      notes: new Abstentions(),
    }),
    propose: (memory: StrangleMemory, view: StrategyView): readonly IntentProposal[] => {
      memory.notes.clear();
      observe(memory.history, view, STRANGLE_COIN, parameters);
      // Kill is containment's alone.
      if (view.mode === 'Kill') return [];
      const ours = coinOnly(view);
      const slices = fitSlices(memory.slices, ours, parameters.slices);
      noteRefused(memory.slices, STRANGLE_COIN, parameters.slices, memory.notes);
      const held = heldIn(ours);
      review(memory, ours, held, parameters);
      takeOver(memory, ours, held);
      const low = lowOf(memory, parameters);
      const exits = proposeExits(memory, ours, slices, held, low, parameters);
      if (view.mode !== 'Active' || exits.length > 0) return exits;
      return proposeStrangle(memory, ours, slices, held, low, parameters);
    },
    abstentions: ({ notes }: StrangleMemory): readonly Abstention[] => notes.list(),
  });
}

export const strangle: Strategy<StrangleMemory> = strangleWith(STRANGLE_PARAMETERS);

/** Other coins are nobody's business here, and cost a fit each. */
function coinOnly(view: StrategyView): StrategyView {
  const isOurs = (name: InstrumentName): boolean =>
    (view.quote(name)?.instrument.underlying ?? STRANGLE_COIN) === STRANGLE_COIN;
  const quotes = [...view.quotes].filter(
    ({ instrument }) => instrument.underlying === STRANGLE_COIN,
  );
  const positions = view.positions.filter(({ instrument }) => isOurs(instrument));
  return { ...view, quotes, positions, working: new Set([...view.working].filter(isOurs)) };
}

/** What an earlier process bought: one or two long options of one expiry. */
function takeOver(memory: StrangleMemory, view: StrategyView, held: Held): void {
  for (const [key, quotes] of heldAlone(memory, view, held)) {
    const [one, other = one] = quotes.map(({ instrument }) => instrument.name);
    const areLong = quotes.every(({ instrument }) => (held.get(instrument.name) ?? 0) > 0);
    if (one === undefined || other === undefined || !areLong || quotes.length > 2) continue;
    adopt(memory, key, [one, other], view.now);
  }
}

function proposeExits(
  memory: StrangleMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  held: Held,
  low: Low | null,
  parameters: StrangleParameters,
): readonly IntentProposal[] {
  const proposals: IntentProposal[] = [];
  for (const key of [...memory.pairs.keys()].sort()) {
    const pair = memory.pairs.get(key);
    if (pair === undefined || pair.heldSince === null) continue;
    const slice = slices.find((candidate) => candidate.key === key) ?? null;
    const quote = view.quote(pair.legs[0]);
    pair.closing ||=
      isOver(pair, quote, view.now, parameters) ||
      isBack(slice, low, parameters) ||
      isProfit(pair, view, held, parameters);
    const close = pair.closing ? closeNext(pair, view, slice, held, parameters) : null;
    if (close !== null) proposals.push(close);
  }
  return proposals;
}

/** Volatility is where it used to be. */
function isBack(
  slice: ExpirySlice | null,
  low: Low | null,
  { returnDiscount }: StrangleParameters,
): boolean {
  const level = slice === null ? null : levelOf(slice);
  return level !== null && low !== null && level >= (1 - returnDiscount) * low.reference;
}

/** Both legs are held whole, and what is bid for them is above what they cost. */
function isProfit(
  pair: Pair,
  view: StrategyView,
  held: Held,
  { orderAgeMsMax, profitFraction }: StrangleParameters,
): boolean {
  const index = view.index(STRANGLE_COIN);
  if (pair.entryUsd === null || index === null) return false;
  let bidUsd = 0;
  for (const leg of pair.legs) {
    const quote = view.quote(leg);
    const amount = held.get(leg);
    if (quote === null || amount === undefined || quote.bid === null) return false;
    if (!(quote.ageMs <= orderAgeMsMax)) return false;
    bidUsd += quote.bid * amount * unitUsd(quote, index);
  }
  return bidUsd >= (1 + profitFraction) * pair.entryUsd;
}
