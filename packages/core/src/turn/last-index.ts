import type { Instrument } from '../instrument/instrument.ts';
import type { State } from '../state.ts';
import type { PriceE8 } from '../values/index.ts';

/** The last index of a coin, of whatever age: for what is only told, never for what is decided. */
export function lastIndexE8({ observations }: State, instrument: Instrument): PriceE8 | null {
  const { underlying, name } = instrument;
  const heard = observations.indexes.get(underlying)?.priceE8 ?? null;
  return heard ?? observations.listings.get(name)?.underlyingPriceE8 ?? null;
}
