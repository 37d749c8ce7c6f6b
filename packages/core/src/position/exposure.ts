import type { Instrument } from '../instrument/instrument.ts';
import { underlyingOf } from '../instrument/name.ts';
import type { Listing } from '../market/listing.ts';
import {
  type AmountE8,
  amountE8,
  type CoinE8,
  coinE8,
  type Currency,
  E8,
  type InstrumentName,
  type MicroUsd,
  microUsd,
  mulDivUp,
  type PriceE8,
} from '../values/index.ts';
import type { ExposureView, HeldAmount, PendingAmount } from './exposure-view.ts';
import type { Position } from './position.ts';
import type { Reservations } from './reservation.ts';

/**
 * Delta and notional of what is held and what is reserved. Deltas are analytics: they are rounded
 * away from zero, and where the venue gives none the worst case of the instrument stands in (a long
 * call is +1). `indexE8` is null where no index is young enough to value anything.
 */
export class Exposure implements ExposureView {
  readonly #positions: ReadonlyMap<InstrumentName, Position>;
  readonly #listings: ReadonlyMap<InstrumentName, Listing>;
  readonly #indexE8: (underlying: Currency) => PriceE8 | null;
  readonly #reservations: Reservations;

  constructor(
    positions: ReadonlyMap<InstrumentName, Position>,
    listings: ReadonlyMap<InstrumentName, Listing>,
    indexE8: (underlying: Currency) => PriceE8 | null,
    reservations: Reservations,
  ) {
    this.#positions = positions;
    this.#listings = listings;
    this.#indexE8 = indexE8;
    this.#reservations = reservations;
  }

  get underlyings(): Iterable<Currency> {
    const seen = new Set<Currency>(this.#reservations.underlyings());
    for (const position of this.#positions.values()) {
      const listing = this.#listings.get(position.instrument);
      seen.add(listing?.instrument.underlying ?? underlyingOf(position.instrument));
    }
    return seen;
  }

  get held(): Iterable<HeldAmount> {
    return this.#positions.values();
  }

  get pending(): Iterable<PendingAmount> {
    return this.#reservations.pending();
  }

  positionE8(instrument: InstrumentName): AmountE8 {
    return this.#positions.get(instrument)?.amountE8 ?? amountE8(0);
  }

  currentDeltaE8(underlying: Currency): CoinE8 {
    let delta = 0;
    for (const position of this.#positions.values()) {
      const listing = this.#listings.get(position.instrument);
      if ((listing?.instrument.underlying ?? underlyingOf(position.instrument)) !== underlying)
        continue;
      delta += this.#positionDelta(position, listing);
    }
    return coinE8(delta);
  }

  pendingLongDeltaE8(underlying: Currency): CoinE8 {
    return this.#reservations.longDeltaE8(underlying);
  }

  pendingShortDeltaE8(underlying: Currency): CoinE8 {
    return this.#reservations.shortDeltaE8(underlying);
  }

  positionNotional(underlying: Currency): MicroUsd {
    let notional = 0;
    for (const position of this.#positions.values()) {
      const instrument = this.#listings.get(position.instrument)?.instrument;
      if ((instrument?.underlying ?? underlyingOf(position.instrument)) !== underlying) continue;
      notional += this.#notional(position, instrument, underlying);
    }
    return microUsd(notional);
  }

  pendingNotional(underlying: Currency): MicroUsd {
    return this.#reservations.notional(underlying);
  }

  #positionDelta(position: Position, listing: Listing | undefined): number {
    const coins = this.#coins(position, listing?.instrument);
    const perUnit = listing === undefined ? 1 : deltaPerUnit(listing);
    return awayFromZero(coins * perUnit);
  }

  /** Amount in coin; a USD-sized one that no index values counts as the whole amount. */
  #coins(position: Position, instrument: Instrument | undefined): number {
    if (instrument?.amountUnit !== 'usd') return position.amountE8;
    const index = this.#indexE8(instrument.underlying);
    const coins = mulDivUp(Math.abs(position.amountE8), E8, index ?? 0);
    if (Number.isNaN(coins)) return position.amountE8;
    return position.amountE8 < 0 ? 0 - coins : coins;
  }

  #notional(position: Position, instrument: Instrument | undefined, underlying: Currency): number {
    const size = Math.abs(position.amountE8);
    if (instrument?.amountUnit === 'usd') return Math.ceil(size / 100);
    const index = this.#indexE8(underlying);
    const notional = mulDivUp(size, index ?? 0, E8 * 100);
    // No index, or one that values nothing: no limit may be shown to hold.
    return notional > 0 ? notional : Number.MAX_SAFE_INTEGER;
  }
}

/** Signed delta of one unit of a long position; the worst case where the venue's is unknown. */
export function deltaPerUnit(listing: Listing): number {
  const { delta, instrument } = listing;
  if (delta !== null && Number.isFinite(delta)) return delta;
  return instrument.option?.type === 'put' ? -1 : 1;
}

function awayFromZero(value: number): number {
  return value >= 0 ? Math.ceil(value) : Math.floor(value);
}
