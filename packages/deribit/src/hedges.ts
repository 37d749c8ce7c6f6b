import {
  type Currency,
  currency,
  type InstrumentName,
  instrumentName,
} from '@holdfast/core/values';
import type { DeribitOptions } from './options.ts';

/**
 * What hedges (D-15). It settles in a currency of which nothing else is wanted: it is asked for by
 * name, and what else settles there is neither listed nor heard.
 */
export interface Hedges {
  readonly settlement: Currency;
  readonly instruments: readonly InstrumentName[];
}

/** Null where there are none, or where their currency is listed as a whole anyway. */
export function hedgesOf({ currencies, hedges }: DeribitOptions): Hedges | null {
  if (hedges === undefined || currencies.includes(hedges.settlement)) return null;
  return {
    settlement: currency(hedges.settlement),
    instruments: hedges.instruments.map((name) => instrumentName(name)),
  };
}

/** Every currency in which something of ours may settle: what reconciliation asks for. */
export function settlementsOf(
  currencies: readonly Currency[],
  hedges: Hedges | null,
): readonly Currency[] {
  return hedges === null ? currencies : [...currencies, hedges.settlement];
}
