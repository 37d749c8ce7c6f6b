import {
  E8,
  impliedVol,
  type Instrument,
  leaveOneOutVol,
  MS_PER_YEAR,
  optionGreeks,
  type OptionType,
  prepareSlice,
  type Quote,
  type SmileCriteria,
  type SmilePoint,
  type SmileRefusal,
  smileVol,
  type SmileSlice,
  type StrategyView,
  type ValidSmile,
} from '@holdfast/core/strategy';

/** What may enter a smile. Ages in ms, fractions of the quantity named. */
export interface SliceRules {
  readonly expiryMsMin: number;
  readonly expiryMsMax: number;
  readonly smileAgeMsMax: number;
  /** A quote whose underlying differs from the slice's median by more is of another moment. */
  readonly forwardDeviationMax: number;
  /** A spread wider than this fraction of the volatility says nothing about it. */
  readonly volHalfSpreadFractionMax: number;
  /**
   * A fit is made again at least this often, because time to expiry runs while quotes stand still.
   */
  readonly refitMs: number;
  readonly criteria: SmileCriteria;
}

/** A usable two-sided option quote with its terms unpacked. */
export interface SliceQuote {
  readonly quote: Quote;
  readonly type: OptionType;
  readonly strike: number;
  readonly bid: number;
  readonly ask: number;
  readonly forward: number;
}

/** One expiry of one settlement family with a good smile. */
export interface ExpirySlice {
  readonly key: string;
  readonly underlying: string;
  readonly expiry: number;
  readonly forward: number;
  /**
   * Quotes the smile was fitted to, by strike; ages and amounts are those of the moment of the fit.
   */
  readonly members: readonly SliceQuote[];
  /**
   * Volatility the others give each member, quickly: a screen for `fairValue`. `null` where there
   * is none.
   */
  readonly screenVols: readonly (number | null)[];
  readonly slice: SmileSlice;
  readonly fit: ValidSmile;
  /** The new fit was refused and this is the last valid one: nothing is valued by it. */
  readonly isHeld: boolean;
}

interface Cached {
  readonly inputs: Float64Array;
  readonly slice: ExpirySlice | null;
  /** Why there is no slice, or only the last valid one. */
  readonly refusal: SmileRefusal | null;
}

/** Fits by expiry, remembered between consults. Holds only expiries seen in the last consult. */
export type SliceCache = Map<string, Cached>;

/**
 * Fits every expiry in range, or takes the remembered fit where no input changed; in order of key.
 */
export function fitSlices(
  cache: SliceCache,
  view: StrategyView,
  rules: SliceRules,
): readonly ExpirySlice[] {
  const groups = groupQuotes(view, rules);
  for (const key of cache.keys()) {
    if (!groups.has(key)) cache.delete(key);
  }
  const slices: ExpirySlice[] = [];
  for (const key of [...groups.keys()].sort()) {
    const quotes = groups.get(key) ?? [];
    quotes.sort(byStrikeAndType);
    const inputs = inputsOf(quotes, Math.floor(view.now / rules.refitMs));
    const before = cache.get(key);
    const unchanged = before !== undefined && same(before.inputs, inputs);
    const fitted = unchanged ? before : { inputs, ...fitSlice(key, quotes, view, rules) };
    if (!unchanged) cache.set(key, fitted);
    if (fitted.slice !== null) slices.push(fitted.slice);
  }
  return slices;
}

/** Expiries in range without a smile of now, by key, and why; null where none was tried. */
export function refusedSlices(
  cache: SliceCache,
): readonly { readonly key: string; readonly refusal: SmileRefusal | null }[] {
  return [...cache]
    .filter(([, { slice, refusal }]) => slice === null || refusal !== null)
    .map(([key, { refusal }]) => ({ key, refusal }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What the rest of the smile says an option is worth, in its own quote currency and per unit. */
export interface FairValue {
  readonly price: number;
  readonly delta: number;
  /** Price change, in the quote currency, for the fit's own error in volatility. */
  readonly fitError: number;
}

/**
 * Values an option from its expiry's smile, fitted again without the option's own quote; with
 * `scale`, as if every volatility of the smile were so many times what it is. Null from a smile
 * that is only held: what it was fitted to is not what is quoted now.
 */
export function fairValue(
  slice: ExpirySlice,
  quote: Quote,
  view: StrategyView,
  scale = 1,
): FairValue | null {
  if (slice.isHeld) return null;
  const index = slice.members.findIndex(
    (member) => member.quote.instrument.name === quote.instrument.name,
  );
  // One that is not a member has bent nothing, so the whole smile may judge it. For a member the
  // search starts cold: a start from the whole smile still carries the option's own quote into a
  // flat valley, by up to 6 %.
  const fit = index < 0 ? slice.fit : view.smiles.without(quote.instrument, slice.slice, index);
  const { option } = quote.instrument;
  if (fit === null || option === null) return null;
  const strike = option.strikeE8 / E8;
  const vol = smileVol(fit, Math.log(strike / slice.forward));
  if (vol === null) return null;
  const years = (slice.expiry - view.now) / MS_PER_YEAR;
  const greeks = optionGreeks(option.type, slice.forward, strike, scale * vol, years);
  if (greeks === null) return null;
  const unit = unitUsd(quote, slice.forward);
  const fitError = (fit.rmseVol * greeks.vegaUsd) / unit;
  return { price: greeks.priceUsd / unit, delta: greeks.delta, fitError };
}

/** Inverse and linear options of one expiry are two families with two forwards. */
export function sliceKey(instrument: Instrument): string {
  return `${instrument.underlying}-${instrument.settlement}-${instrument.expiry ?? 0}`;
}

/** USD that one unit of the option's price stands for, where a coin is worth `coinUsd`. */
export function unitUsd(quote: Quote, coinUsd: number): number {
  return quote.instrument.quote === 'coin' ? coinUsd : 1;
}

function groupQuotes(view: StrategyView, rules: SliceRules): Map<string, SliceQuote[]> {
  const groups = new Map<string, SliceQuote[]>();
  for (const quote of view.quotes) {
    const { instrument, bid, ask, underlyingPrice: forward } = quote;
    const { option, expiry } = instrument;
    if (instrument.kind !== 'option' || option === null || expiry === null) continue;
    const left = expiry - view.now;
    if (!(left >= rules.expiryMsMin && left <= rules.expiryMsMax)) continue;
    if (!instrument.isActive || !(quote.ageMs <= rules.smileAgeMsMax)) continue;
    if (bid === null || ask === null || !(bid > 0 && bid < ask && ask < Infinity)) continue;
    if (forward === null || !(forward > 0 && forward < Infinity)) continue;
    const key = sliceKey(instrument);
    const strike = option.strikeE8 / E8;
    const entry: SliceQuote = { quote, type: option.type, strike, bid, ask, forward };
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

function fitSlice(
  key: string,
  quotes: readonly SliceQuote[],
  view: StrategyView,
  rules: SliceRules,
): Omit<Cached, 'inputs'> {
  const instrument = quotes[0]?.quote.instrument;
  const forward = median(quotes.map((quote) => quote.forward));
  const expiry = instrument?.expiry ?? null;
  if (instrument === undefined || expiry === null || forward === null) return NO_SLICE;
  const years = (expiry - view.now) / MS_PER_YEAR;
  const members: SliceQuote[] = [];
  const points: SmilePoint[] = [];
  for (const quote of quotes) {
    const point = pointOf(quote, forward, years, rules);
    if (point === null) continue;
    members.push(quote);
    points.push(point);
  }
  const slice = prepareSlice(points, years, rules.criteria);
  if (!slice.ok) return { slice: null, refusal: slice };
  const { smile: fit, refusal } = view.smiles.fit(instrument, slice);
  if (fit === null) return { slice: null, refusal };
  const { underlying } = instrument;
  const isHeld = refusal !== null;
  const screenVols = members.map((_, index) => leaveOneOutVol(slice, fit.shape, index));
  const made = { key, underlying, expiry, forward, members, screenVols, slice, fit, isHeld };
  return { slice: made, refusal };
}

const NO_SLICE = Object.freeze({ slice: null, refusal: null });

/**
 * Out-of-the-money side only: the other carries the same volatility by parity, with a wider spread.
 */
function pointOf(
  { quote, type, strike, bid, ask, forward: own }: SliceQuote,
  forward: number,
  years: number,
  rules: SliceRules,
): SmilePoint | null {
  if ((type === 'call') !== strike >= forward) return null;
  if (Math.abs(own / forward - 1) > rules.forwardDeviationMax) return null;
  const unit = unitUsd(quote, forward);
  const vol = impliedVol(type, forward, strike, 0.5 * (bid + ask) * unit, years);
  if (vol === null) return null;
  const greeks = optionGreeks(type, forward, strike, vol, years);
  if (greeks === null || !(greeks.vegaUsd > 0)) return null;
  const volHalfSpread = (0.5 * (ask - bid) * unit) / greeks.vegaUsd;
  if (!(volHalfSpread <= rules.volHalfSpreadFractionMax * vol)) return null;
  return { logMoneyness: Math.log(strike / forward), vol, volHalfSpread };
}

/** All that a fit depends on, compared exactly: no hash that could collide. */
function inputsOf(quotes: readonly SliceQuote[], period: number): Float64Array {
  const inputs = new Float64Array(1 + 4 * quotes.length);
  inputs[0] = period;
  for (const [i, quote] of quotes.entries()) {
    const at = 1 + 4 * i;
    inputs[at] = quote.type === 'call' ? quote.strike : -quote.strike;
    inputs[at + 1] = quote.bid;
    inputs[at + 2] = quote.ask;
    inputs[at + 3] = quote.forward;
  }
  return inputs;
}

function same(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

function byStrikeAndType(a: SliceQuote, b: SliceQuote): number {
  if (a.strike !== b.strike) return a.strike - b.strike;
  return a.type === b.type ? 0 : a.type === 'call' ? -1 : 1;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
