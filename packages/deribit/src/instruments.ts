import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';

/**
 * What the venue lists, by the currency it was asked for. The last full answer of a currency is the
 * whole of it: what it leaves out is gone.
 */
export class Instruments {
  readonly #byName = new Map<InstrumentName, Instrument>();
  readonly #byCurrency = new Map<Currency, readonly Instrument[]>();
  readonly #listedAt = new Map<Currency, number>();

  get(name: InstrumentName): Instrument | undefined {
    return this.#byName.get(name);
  }

  /** When this currency was listed last; null when it never was. */
  listedAt(currency: Currency): number | null {
    return this.#listedAt.get(currency) ?? null;
  }

  replace(currency: Currency, instruments: readonly Instrument[], at: number): void {
    for (const { name } of this.#byCurrency.get(currency) ?? []) this.#byName.delete(name);
    for (const instrument of instruments) this.#byName.set(instrument.name, instrument);
    this.#byCurrency.set(currency, instruments);
    this.#listedAt.set(currency, at);
  }

  /** Everything listed that has not expired by `now`. */
  *live(now: number): Iterable<Instrument> {
    for (const instrument of this.#byName.values()) {
      if (instrument.expiry === null || instrument.expiry > now) yield instrument;
    }
  }
}
