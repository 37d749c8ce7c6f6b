import { type Currency, currency, type InstrumentName } from '../values/index.ts';

/**
 * The coin an instrument is about, read from its name: what stands before the first `-` or `_`.
 * Only for instruments whose metadata is not here (yet): recovery, and positions in what is no
 * longer listed.
 */
export function underlyingOf(name: InstrumentName): Currency {
  for (let index = 0; index < name.length; index += 1) {
    const character = name[index];
    if (character === '-' || character === '_') return currency(name.slice(0, index));
  }
  return currency(name);
}
