import {
  E8,
  type InstrumentName,
  type IntentProposal,
  MS_PER_YEAR,
  optionPriceUsd,
  type Quote,
  type StrategyView,
} from '@holdfast/core/strategy';
import type { CheapOptionMemory } from './cheap-option.ts';
import type { CheapOptionParameters } from './cheap-option-parameters.ts';
import { type ExpirySlice, fairValue, sliceKey, unitUsd } from './expiry-slices.ts';
import { iocLeg } from './ioc-leg.ts';
import { wholeAmount } from './whole-amount.ts';

/** At most one purchase for each expiry that is not already in use, until `positionsMax` are. */
export function proposeEntries(
  memory: CheapOptionMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  parameters: CheapOptionParameters,
): readonly IntentProposal[] {
  const usage = usageOf(memory, view);
  if (usage === null) return [];
  const proposals: IntentProposal[] = [];
  let room = parameters.positionsMax - usage.instruments.size;
  for (const slice of slices) {
    if (room <= 0) break;
    if (slice.isHeld || slice.expiry - view.now < parameters.openExpiryMsMin) continue;
    if (usage.keys.has(slice.key)) continue;
    if ((memory.quietUntil.get(slice.key) ?? view.now) > view.now) continue;
    const purchase = bestPurchase(view, slice, parameters);
    if (purchase === null) continue;
    room -= 1;
    memory.quietUntil.set(slice.key, view.now + parameters.retryMs);
    memory.entries.set(purchase.name, {
      sliceKey: slice.key,
      proposedAt: view.now,
      bid: purchase.bid,
      heldSince: null,
      closeTriedAt: null,
    });
    proposals.push(purchase.proposal);
  }
  return proposals;
}

interface Usage {
  readonly instruments: ReadonlySet<InstrumentName>;
  readonly keys: ReadonlySet<string>;
}

/**
 * Options held, working or just proposed, and their expiries; `null` when one of them cannot be
 * placed.
 */
function usageOf(memory: CheapOptionMemory, view: StrategyView): Usage | null {
  const instruments = new Set<InstrumentName>(memory.entries.keys());
  const keys = new Set<string>();
  for (const entry of memory.entries.values()) keys.add(entry.sliceKey);
  const names = [...view.working];
  for (const position of view.positions) {
    if (position.amount !== 0) names.push(position.instrument);
  }
  for (const name of names) {
    const instrument = view.quote(name)?.instrument;
    if (instrument === undefined) return null;
    if (instrument.option === null) continue;
    instruments.add(name);
    keys.add(sliceKey(instrument));
  }
  return { instruments, keys };
}

interface Purchase {
  readonly proposal: IntentProposal;
  readonly name: InstrumentName;
  readonly bid: number;
  readonly netUsd: number;
}

/** The best of the few members that the quick screen ranks highest. */
function bestPurchase(
  view: StrategyView,
  slice: ExpirySlice,
  parameters: CheapOptionParameters,
): Purchase | null {
  const index = view.index(slice.underlying);
  if (index === null || !(index > 0 && index < Infinity)) return null;
  let best: Purchase | null = null;
  for (const name of screen(view, slice, index, parameters)) {
    const quote = view.quote(name);
    const purchase = quote === null ? null : assess(view, slice, quote, index, parameters);
    if (purchase !== null && (best === null || purchase.netUsd > best.netUsd)) best = purchase;
  }
  return best;
}

/** Names worth a fit of their own: quick edge at least half of what it must cover, best first. */
function screen(
  view: StrategyView,
  slice: ExpirySlice,
  index: number,
  parameters: CheapOptionParameters,
): readonly InstrumentName[] {
  const years = (slice.expiry - view.now) / MS_PER_YEAR;
  const end = slice.members.length - parameters.neighboursMin;
  const ranked: { readonly name: InstrumentName; readonly netUsd: number }[] = [];
  for (let i = parameters.neighboursMin; i < end; i += 1) {
    const member = slice.members[i];
    const vol = slice.screenVols[i] ?? null;
    if (member === undefined || vol === null) continue;
    const { ask, bid, type, strike } = member;
    if (ask - bid > parameters.spreadFractionMax * ask) continue;
    const fairUsd = optionPriceUsd(type, slice.forward, strike, vol, years);
    if (fairUsd === null) continue;
    const fair = fairUsd / unitUsd(member.quote, slice.forward);
    if (!(fair > ask)) continue;
    // A member carries the sizes of the moment of its fit; the order is sized by those of now.
    const quote = view.quote(member.quote.instrument.name);
    const edge = quote === null ? null : edgeOf(view, quote, ask, fair, index, parameters);
    if (quote === null || edge === null) continue;
    const { grossUsd, feeUsd } = edge;
    if (!(grossUsd >= 0.5 * (feeUsd + parameters.marginUsd))) continue;
    ranked.push({ name: quote.instrument.name, netUsd: grossUsd - feeUsd });
  }
  // The sort is stable and members are in order of strike, so equal edges keep that order.
  ranked.sort((a, b) => b.netUsd - a.netUsd);
  return ranked.slice(0, parameters.refitsMax).map((candidate) => candidate.name);
}

/**
 * The purchase, if its edge covers its own fee and slippage and the margin; `null` on any missing
 * or stale input.
 */
function assess(
  view: StrategyView,
  slice: ExpirySlice,
  quote: Quote,
  index: number,
  parameters: CheapOptionParameters,
): Purchase | null {
  const { instrument, ask, bid } = quote;
  if (!(quote.ageMs <= parameters.orderAgeMsMax) || ask === null || bid === null) return null;
  const fair = fairValue(slice, quote, view);
  if (fair === null || !(fair.price - ask >= parameters.fitErrorsMin * fair.fitError)) return null;
  const edge = edgeOf(view, quote, ask, fair.price, index, parameters);
  if (edge === null) return null;
  // No slippage to take off: the order is never larger than what is offered at the ask.
  const netUsd = edge.grossUsd - edge.feeUsd;
  if (!(netUsd >= parameters.marginUsd)) return null;
  const bought = iocLeg(instrument.name, 'buy', edge.amount, ask, fair);
  const proposal: IntentProposal = {
    action: 'Place',
    reduceOnly: false,
    legs: [{ ...bought, grossEdgeUsd: edge.grossUsd }],
    target: null,
  };
  return { proposal, name: instrument.name, bid, netUsd };
}

interface Edge {
  /** Canonical amount: the largest within the offer and both caps. */
  readonly amount: number;
  /** Of the whole order at the ask, before costs. */
  readonly grossUsd: number;
  readonly feeUsd: number;
}

/** What a purchase at the ask would gain if the option is worth `fair`; both in its own quote. */
function edgeOf(
  view: StrategyView,
  quote: Quote,
  ask: number,
  fair: number,
  index: number,
  parameters: CheapOptionParameters,
): Edge | null {
  const { instrument, askAmount } = quote;
  const byContracts = (parameters.orderContractsMax * instrument.contractMultiplierE8) / E8;
  const byNotional = parameters.orderNotionalUsdMax / index;
  const amount = wholeAmount(instrument, Math.min(askAmount, byContracts, byNotional));
  if (amount === null) return null;
  // Of the fair value, the most that could be paid, because the gates count it so.
  const feeUsd = view.feeUsd(instrument.name, amount, fair);
  if (feeUsd === null) return null;
  // D-16: an edge becomes USD by the index, whatever the forward it was priced from.
  return { amount, grossUsd: (fair - ask) * amount * unitUsd(quote, index), feeUsd };
}
