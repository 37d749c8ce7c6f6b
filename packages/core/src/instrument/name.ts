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

/** What an instrument is, as far as its name says. */
export type NamedKind = 'option' | 'inverse_future' | 'linear_future' | 'other';

const OPTION = /^[^-]+-[^-]+-[^-]+-[CP]$/;
const FUTURE = /^[^-]+-(PERPETUAL|\d{1,2}[A-Z]{3}\d{2})$/;

/** For what moved cash once and may be listed no more: Deribit's names say it, combos apart. */
export function kindOfName(name: InstrumentName): NamedKind {
  if (OPTION.test(name)) return 'option';
  if (!FUTURE.test(name)) return 'other';
  return name.includes('_') ? 'linear_future' : 'inverse_future';
}

/** A future or a perpetual: it pays with the daily settlement, and not with the trade. */
export function isFutureByName(name: InstrumentName): boolean {
  const kind = kindOfName(name);
  return kind === 'inverse_future' || kind === 'linear_future';
}
