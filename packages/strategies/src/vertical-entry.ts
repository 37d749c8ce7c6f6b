import {
  E8,
  type IntentProposal,
  MS_PER_YEAR,
  optionPriceUsd,
  type OptionType,
  type Quote,
  type Side,
  type StrategyView,
} from '@holdfast/core/strategy';
import { type ExpirySlice, fairValue, type FairValue, unitUsd } from './expiry-slices.ts';
import { type LegEdge, legEdge, touchAmount } from './leg-edge.ts';
import { type Held, openSlices, pairAmount, pairOf } from './pair-book.ts';
import type { VerticalMemory } from './vertical.ts';
import type { VerticalParameters } from './vertical-parameters.ts';

/** At most one group a look: the best pair of the expiries that are free. */
export function proposeVertical(
  memory: VerticalMemory,
  view: StrategyView,
  slices: readonly ExpirySlice[],
  held: Held,
  parameters: VerticalParameters,
): readonly IntentProposal[] {
  const free = openSlices(memory, view, slices, held, parameters, memory.notes) ?? [];
  let best: Found | null = null;
  for (const slice of free) {
    if (slice.expiry - view.now < parameters.openExpiryMsMin) continue;
    const index = view.index(slice.underlying);
    if (index === null || !(index > 0 && index < Infinity)) {
      memory.notes.note(slice.key, 'IndexMissing', 0, 0);
      continue;
    }
    const found = bestPair(memory, view, slice, index, parameters);
    if (found !== null && (best === null || found.netUsd > best.netUsd)) best = found;
  }
  if (best === null) return [];
  const { key, bought, sold } = best;
  const edgeUsd = (bought.leg.grossEdgeUsd ?? 0) + (sold.leg.grossEdgeUsd ?? 0);
  const names = [sold.leg.instrument, bought.leg.instrument] as const;
  memory.pairs.set(key, pairOf(key, names, view.now, edgeUsd));
  return [{ action: 'Place', reduceOnly: false, legs: [bought.leg, sold.leg], target: null }];
}

interface Found {
  readonly key: string;
  readonly bought: LegEdge;
  readonly sold: LegEdge;
  readonly netUsd: number;
}

/** A member off its smile on one side, valued without its own quote. */
interface OffSmile {
  readonly quote: Quote;
  readonly strike: number;
  readonly fair: FairValue;
}

function bestPair(
  { notes }: VerticalMemory,
  view: StrategyView,
  slice: ExpirySlice,
  index: number,
  parameters: VerticalParameters,
): Found | null {
  let best: Found | null = null;
  let [cheapCount, richCount] = [0, 0];
  for (const type of ['call', 'put'] as const) {
    const cheap = offSmile(view, slice, type, 'buy', parameters);
    const rich = offSmile(view, slice, type, 'sell', parameters);
    cheapCount += cheap.length;
    richCount += rich.length;
    for (const buy of cheap) {
      for (const sell of rich) {
        const found = assess(view, slice.key, buy, sell, index, parameters);
        if (found !== null && (best === null || found.netUsd > best.netUsd)) best = found;
      }
    }
  }
  if (best !== null) return best;
  if (cheapCount === 0 || richCount === 0) {
    notes.note(slice.key, 'NoRichAndCheapPair', Math.min(cheapCount, richCount), 1);
  } else notes.note(slice.key, 'EdgeTooSmall', cheapCount * richCount, parameters.marginUsd);
  return null;
}

/**
 * The few members of one type whose touch a quick look calls furthest off the smile, valued by a
 * fit without them; those whose edge is not lost in the error of that fit.
 */
function offSmile(
  view: StrategyView,
  slice: ExpirySlice,
  type: OptionType,
  side: Side,
  parameters: VerticalParameters,
): readonly OffSmile[] {
  const years = (slice.expiry - view.now) / MS_PER_YEAR;
  const end = slice.members.length - parameters.neighboursMin;
  const ranked: { readonly quote: Quote; readonly strike: number; readonly gain: number }[] = [];
  for (let i = parameters.neighboursMin; i < end; i += 1) {
    const member = slice.members[i];
    const vol = slice.screenVols[i] ?? null;
    if (member === undefined || member.type !== type || vol === null) continue;
    const quote = view.quote(member.quote.instrument.name);
    const price = quote === null ? null : usablePrice(quote, side, parameters);
    const fairUsd = optionPriceUsd(type, slice.forward, member.strike, vol, years);
    if (quote === null || price === null || fairUsd === null) continue;
    const gain = gainOf(side, fairUsd / unitUsd(quote, slice.forward), price);
    if (gain > 0) ranked.push({ quote, strike: member.strike, gain });
  }
  // The sort is stable and members are in order of strike, so equal gains keep that order.
  ranked.sort((a, b) => b.gain - a.gain);
  return ranked.slice(0, parameters.refitsMax).flatMap(({ quote, strike }) => {
    const fair = fairValue(slice, quote, view);
    const price = usablePrice(quote, side, parameters);
    if (fair === null || price === null) return [];
    const isClear = gainOf(side, fair.price, price) >= parameters.fitErrorsMin * fair.fitError;
    return isClear ? [{ quote, strike, fair }] : [];
  });
}

/** The touch of a fresh book whose spread can be crossed again; null of any other. */
function usablePrice(
  { ageMs, ask, bid }: Quote,
  side: Side,
  { orderAgeMsMax, spreadFractionMax }: VerticalParameters,
): number | null {
  if (!(ageMs <= orderAgeMsMax) || ask === null || bid === null) return null;
  if (!(ask - bid <= spreadFractionMax * ask)) return null;
  return side === 'buy' ? ask : bid;
}

const gainOf = (side: Side, fair: number, price: number): number =>
  side === 'buy' ? fair - price : price - fair;

/** Both legs of one size, if each earns its own fee and margin and the strikes are near enough. */
function assess(
  view: StrategyView,
  key: string,
  buy: OffSmile,
  sell: OffSmile,
  index: number,
  parameters: VerticalParameters,
): Found | null {
  const width = Math.abs(buy.strike - sell.strike);
  if (!(width > 0)) return null;
  const amountMax = Math.min(
    touchAmount(buy.quote, 'buy'),
    touchAmount(sell.quote, 'sell'),
    (parameters.orderContractsMax * buy.quote.instrument.contractMultiplierE8) / E8,
    parameters.orderNotionalUsdMax / index,
    parameters.riskUsdMax / width,
  );
  const quantity = pairAmount(buy.quote, sell.quote, amountMax);
  if (quantity === null) return null;
  const bought = legEdge(view, buy.quote, 'buy', quantity, buy.fair, index);
  const sold = legEdge(view, sell.quote, 'sell', quantity, sell.fair, index);
  if (bought === null || sold === null) return null;
  if (!(Math.min(bought.netUsd, sold.netUsd) >= parameters.marginUsd)) return null;
  return { key, bought, sold, netUsd: bought.netUsd + sold.netUsd };
}
