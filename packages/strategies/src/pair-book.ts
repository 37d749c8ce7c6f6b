import {
  type InstrumentName,
  type IntentProposal,
  type Quote,
  type Side,
  type StrategyView,
} from '@holdfast/core/strategy';
import type { Abstentions } from './abstain.ts';
import { type ExpirySlice, fairValue, sliceKey } from './expiry-slices.ts';
import { iocLeg } from './ioc-leg.ts';
import { wholeAmount } from './whole-amount.ts';

/** How pairs are kept. Ms, and counts. */
export interface PairRules {
  readonly orderAgeMsMax: number;
  readonly groupsMax: number;
  readonly mixedMs: number;
  readonly holdMsMax: number;
  readonly closeExpiryMs: number;
  readonly retryMs: number;
  readonly reentryMs: number;
}

/** Two legs that were proposed as one, or found held together. */
export interface Pair {
  /** Of the expiry: one pair each. */
  readonly key: string;
  /** The first of them is closed first. */
  readonly legs: readonly [InstrumentName, InstrumentName];
  readonly proposedAt: number;
  /** What the legs were worth to their strategy at entry, USD; null where nobody saw it. */
  readonly entryUsd: number | null;
  /** First look that saw any of it held. */
  heldSince: number | null;
  /** Since when exactly one leg is held. */
  mixedSince: number | null;
  /** Decided, and never undecided: half a pair is not what was wanted. */
  closing: boolean;
  closeTriedAt: number | null;
}

/** Bounded by the expiries that are listed. */
export interface PairMemory {
  readonly pairs: Map<string, Pair>;
  /** Until when an expiry is left alone. */
  readonly quietUntil: Map<string, number>;
}

export function createPairMemory(): PairMemory {
  return { pairs: new Map(), quietUntil: new Map() };
}

/** Signed amounts held, canonical units. */
export type Held = ReadonlyMap<InstrumentName, number>;

export function heldIn(view: StrategyView): Held {
  const held = new Map<InstrumentName, number>();
  for (const { instrument, amount } of view.positions) {
    if (amount !== 0) held.set(instrument, amount);
  }
  return held;
}

/** Brings every pair up to what is held and working now, and lets go of those that are gone. */
export function review(memory: PairMemory, view: StrategyView, held: Held, rules: PairRules): void {
  for (const [key, pair] of memory.pairs) {
    const count = pair.legs.filter((leg) => held.has(leg)).length;
    if (count > 0) pair.heldSince ??= view.now;
    if (count === 1) pair.mixedSince ??= view.now;
    else pair.mixedSince = null;
    if (count > 0 || isWorking(pair, view)) continue;
    const wasHeld = pair.heldSince !== null;
    if (!wasHeld && view.now - pair.proposedAt < rules.retryMs) continue;
    memory.pairs.delete(key);
    if (wasHeld) memory.quietUntil.set(key, view.now + rules.reentryMs);
  }
  for (const [key, until] of memory.quietUntil) {
    if (until <= view.now) memory.quietUntil.delete(key);
  }
}

function isWorking(pair: Pair, view: StrategyView): boolean {
  return pair.legs.some((leg) => view.working.has(leg));
}

/** Options that are held without a pair, by expiry; a pair of an earlier process is among them. */
export function heldAlone(
  memory: PairMemory,
  view: StrategyView,
  held: Held,
): ReadonlyMap<string, readonly Quote[]> {
  const known = new Set([...memory.pairs.values()].flatMap(({ legs }) => legs));
  const alone = new Map<string, Quote[]>();
  for (const name of [...held.keys()].sort()) {
    const quote = known.has(name) ? null : view.quote(name);
    if (quote === null || quote.instrument.option === null) continue;
    const key = sliceKey(quote.instrument);
    alone.set(key, [...(alone.get(key) ?? []), quote]);
  }
  return alone;
}

/** A pair nobody saw the beginning of is judged from here on. */
export function adopt(
  memory: PairMemory,
  key: string,
  legs: readonly [InstrumentName, InstrumentName],
  now: number,
): void {
  if (memory.pairs.has(key)) return;
  memory.pairs.set(key, pairOf(key, legs, now, null));
}

export function pairOf(
  key: string,
  legs: readonly [InstrumentName, InstrumentName],
  now: number,
  entryUsd: number | null,
): Pair {
  const fresh = { heldSince: null, mixedSince: null, closing: false, closeTriedAt: null };
  return { key, legs, proposedAt: now, entryUsd, ...fresh };
}

/** Whether its own end has come: near expiry, held too long, or half of it left alone too long. */
export function isOver(pair: Pair, quote: Quote | null, now: number, rules: PairRules): boolean {
  const { heldSince, mixedSince } = pair;
  if (heldSince === null) return false;
  if (now - heldSince >= rules.holdMsMax) return true;
  // Containment has the first word on half a pair; this is for what it left.
  if (mixedSince !== null && now - mixedSince >= rules.mixedMs) return true;
  const expiry = quote?.instrument.expiry ?? null;
  return expiry !== null && expiry - now <= rules.closeExpiryMs;
}

/**
 * The next leg of a pair that is being closed: one at a time, the first leg to its end before the
 * second begins, no more than the touch takes.
 */
export function closeNext(
  pair: Pair,
  view: StrategyView,
  slice: ExpirySlice | null,
  held: Held,
  rules: PairRules,
): IntentProposal | null {
  if (isWorking(pair, view)) return null;
  if (pair.closeTriedAt !== null && view.now - pair.closeTriedAt < rules.retryMs) return null;
  const name = pair.legs.find((leg) => held.has(leg));
  const quote = name === undefined ? null : view.quote(name);
  if (quote === null || !(quote.ageMs <= rules.orderAgeMsMax)) return null;
  const amount = held.get(quote.instrument.name) ?? 0;
  const side: Side = amount > 0 ? 'sell' : 'buy';
  const price = side === 'sell' ? quote.bid : quote.ask;
  const offered = side === 'sell' ? quote.bidAmount : quote.askAmount;
  if (price === null || !(price > 0 && price < Infinity)) return null;
  const quantity = wholeAmount(quote.instrument, Math.min(Math.abs(amount), offered));
  if (quantity === null) return null;
  pair.closeTriedAt = view.now;
  const fair = slice === null ? null : fairValue(slice, quote, view);
  const leg = iocLeg(quote.instrument.name, side, quantity, price, fair);
  return { action: 'Close', reduceOnly: true, legs: [leg], target: null };
}

/**
 * Expiries something may be opened in now: a smile of now, nothing held, working or proposed there
 * by anybody, no pause, and room for one more pair. What is left alone is noted. Null where it
 * cannot be known.
 */
export function openSlices(
  memory: PairMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  held: Held,
  rules: PairRules,
  notes: Abstentions,
): readonly ExpirySlice[] | null {
  const used = new Set<string>();
  for (const name of new Set([...held.keys(), ...view.working])) {
    const quote = view.quote(name);
    if (quote === null) {
      notes.note('all', 'PositionUnplaced', held.size, 0);
      return null;
    }
    if (quote.instrument.option !== null) used.add(sliceKey(quote.instrument));
  }
  if (memory.pairs.size >= rules.groupsMax) {
    notes.note('all', 'GroupsFull', memory.pairs.size, rules.groupsMax);
    return [];
  }
  return slices.filter(({ key, isHeld }) => {
    // Why its fit was refused is noted already.
    if (isHeld) return false;
    const pair = memory.pairs.get(key);
    const quietUntil = memory.quietUntil.get(key) ?? view.now;
    if (pair !== undefined) notes.note(key, 'GroupUnresolved', legsHeld(pair, held), 2);
    else if (used.has(key)) notes.note(key, 'ExpiryInUse', 1, 0);
    else if (quietUntil > view.now) notes.note(key, 'Waiting', quietUntil - view.now, 0);
    else return true;
    return false;
  });
}

const legsHeld = (pair: Pair, held: Held): number =>
  pair.legs.filter((leg) => held.has(leg)).length;

/** The largest amount that is whole in both instruments; null below the least order of either. */
export function pairAmount(one: Quote, other: Quote, amountMax: number): number | null {
  const first = wholeAmount(one.instrument, amountMax);
  const second = first === null ? null : wholeAmount(other.instrument, first);
  if (second === null) return null;
  return wholeAmount(one.instrument, second) === second ? second : null;
}
