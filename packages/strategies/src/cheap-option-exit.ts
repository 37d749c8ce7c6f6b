import type { InstrumentName, IntentProposal, Quote, StrategyView } from '@holdfast/core/strategy';
import type { CheapOptionMemory, Entry } from './cheap-option.ts';
import type { CheapOptionParameters } from './cheap-option-parameters.ts';
import { type ExpirySlice, fairValue, type FairValue, sliceKey, unitUsd } from './expiry-slices.ts';
import { iocLeg } from './ioc-leg.ts';
import { wholeAmount } from './whole-amount.ts';

/**
 * Brings the memory up to the positions seen, and sells what has no reason left to be held. By
 * name.
 */
export function proposeExits(
  memory: CheapOptionMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  parameters: CheapOptionParameters,
): readonly IntentProposal[] {
  const held = new Map<InstrumentName, number>();
  for (const position of view.positions) {
    if (position.amount > 0) held.set(position.instrument, position.amount);
  }
  forget(memory, view, held, parameters);
  const proposals: IntentProposal[] = [];
  for (const name of [...held.keys()].sort()) {
    const known = memory.entries.get(name);
    // The time it is held runs while nobody quotes it, too.
    if (known !== undefined) known.heldSince ??= view.now;
    const quote = view.quote(name);
    if (quote === null || quote.instrument.option === null) continue;
    if (quote.bid === null || !(quote.bid > 0)) continue;
    const entry = known ?? adopt(memory, view, quote, quote.bid);
    if (view.working.has(name) || !(quote.ageMs <= parameters.orderAgeMsMax)) continue;
    if (entry.closeTriedAt !== null && view.now - entry.closeTriedAt < parameters.retryMs) continue;
    // No more than the best bid takes: an order that walks the book would be refused.
    const wanted = Math.min(held.get(name) ?? 0, quote.bidAmount);
    const amount = wholeAmount(quote.instrument, wanted);
    if (amount === null) continue;
    const slice = slices.find((candidate) => candidate.key === entry.sliceKey);
    const fair = slice === undefined ? null : fairValue(slice, quote, view);
    const sale: Sale = { quote, bid: quote.bid, amount, fair };
    if (!isPastLimit(entry, sale, view.now, parameters) && !paysFair(view, sale)) continue;
    entry.closeTriedAt = view.now;
    const leg = iocLeg(name, 'sell', amount, quote.bid, fair);
    proposals.push({ action: 'Close', reduceOnly: true, legs: [leg], target: null });
  }
  return proposals;
}

interface Sale {
  readonly quote: Quote;
  readonly bid: number;
  /** Canonical amount. */
  readonly amount: number;
  readonly fair: FairValue | null;
}

/** Drops purchases that were never filled and positions that are gone. */
function forget(
  memory: CheapOptionMemory,
  view: StrategyView,
  held: ReadonlyMap<InstrumentName, number>,
  parameters: CheapOptionParameters,
): void {
  for (const [name, entry] of memory.entries) {
    if (held.has(name) || view.working.has(name)) continue;
    const wasHeld = entry.heldSince !== null;
    if (!wasHeld && view.now - entry.proposedAt < parameters.retryMs) continue;
    memory.entries.delete(name);
    if (wasHeld) memory.quietUntil.set(entry.sliceKey, view.now + parameters.reentryMs);
  }
  for (const [key, until] of memory.quietUntil) {
    if (until <= view.now) memory.quietUntil.delete(key);
  }
}

/** A position from before this process: what was paid is unknown, so it is judged from here on. */
function adopt(memory: CheapOptionMemory, view: StrategyView, quote: Quote, bid: number): Entry {
  const entry: Entry = {
    sliceKey: sliceKey(quote.instrument),
    proposedAt: view.now,
    bid,
    heldSince: view.now,
    closeTriedAt: null,
  };
  memory.entries.set(quote.instrument.name, entry);
  return entry;
}

/** Near expiry, held too long, or too much lost: sold for what is bid, whatever it is worth. */
function isPastLimit(
  { heldSince, bid: bidAtEntry }: Entry,
  { quote, bid }: Sale,
  now: number,
  parameters: CheapOptionParameters,
): boolean {
  const { expiry } = quote.instrument;
  if (expiry === null || expiry - now <= parameters.closeExpiryMs) return true;
  if (heldSince !== null && now - heldSince >= parameters.holdMsMax) return true;
  return bid <= (1 - parameters.stopFraction) * bidAtEntry;
}

/** The bid, less the fee of this sale, is at least what the rest of the smile says now. */
function paysFair(view: StrategyView, { quote, bid, amount, fair }: Sale): boolean {
  const { name, underlying } = quote.instrument;
  const index = view.index(underlying);
  const feeUsd = view.feeUsd(name, amount, bid);
  if (fair === null || index === null || feeUsd === null) return false;
  return (bid - fair.price) * amount * unitUsd(quote, index) >= feeUsd;
}
