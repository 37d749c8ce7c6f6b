import type { Instrument } from '@holdfast/core/instrument';
import type { WirePublicTrade } from './wire.ts';

/** More than the longest page a client may ask for. */
const KEPT = 10_000;

export interface Print {
  readonly instrument: Instrument;
  readonly wire: WirePublicTrade;
}

/** The latest public trades, oldest first; the oldest of too many are forgotten. */
export class PrintLog {
  readonly #prints: Print[] = [];

  add(print: Print): void {
    this.#prints.push(print);
    if (this.#prints.length > KEPT) this.#prints.splice(0, KEPT / 4);
  }

  all(): readonly Print[] {
    return this.#prints;
  }
}
