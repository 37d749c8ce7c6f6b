import type { Instrument } from '@holdfast/core/instrument';
import {
  MS_PER_YEAR,
  optionGreeks,
  type OptionGreeks,
  type SviShape,
  sviVariance,
} from '@holdfast/core/strategy';
import { E8 } from '@holdfast/core/values';

/** One expiry at one moment. */
export interface PricedExpiry {
  readonly years: number;
  readonly forward: number;
  readonly forwardE8: number;
  /** At-the-money total variance. */
  readonly theta: number;
  readonly shape: SviShape;
}

export interface PricedOption {
  readonly vol: number;
  readonly greeks: OptionGreeks;
  /** |ln(strike / forward)| in standard deviations. */
  readonly distance: number;
}

/** What the surface says about an option; null too near its expiry. */
export function priceOption(expiry: PricedExpiry, instrument: Instrument): PricedOption | null {
  const { option } = instrument;
  if (option === null || !(expiry.years > 0)) return null;
  const strike = option.strikeE8 / E8;
  const { forward, years } = expiry;
  const k = Math.log(strike / forward);
  const vol = Math.sqrt(sviVariance(expiry.shape, k) / years);
  const greeks = optionGreeks(option.type, forward, strike, vol, years);
  if (greeks === null) return null;
  return { vol, greeks, distance: Math.abs(k) / Math.sqrt(expiry.theta) };
}

/**
 * Change of an option's USD price per percentage point of interest, index held: the forward rises
 * with it and the payment is discounted by it, which leaves strike * years * probability of
 * exercise.
 */
export function rhoUsd({ priceUsd, delta }: OptionGreeks, forward: number, years: number): number {
  return (years * (forward * delta - priceUsd)) / 100;
}

/** What of a chain is traded at all: neither far off, nor nearly certain, nor far away. */
const LIQUID = { deltaMin: 0.03, yearsMax: 60 / 365 } as const;

/** Whether an option is requoted often. */
export function isLiquid(delta: number, years: number): boolean {
  const size = Math.abs(delta);
  return years <= LIQUID.yearsMax && size >= LIQUID.deltaMin && size <= 1 - LIQUID.deltaMin;
}

export function yearsTo(expiryMs: number, now: number): number {
  return (expiryMs - now) / MS_PER_YEAR;
}

/** USD at 1e-8, on whole cents as Deribit publishes indexes and futures. */
export function centsE8(usd: number): number {
  return Math.round(usd * 100) * (E8 / 100);
}
