import type { InstrumentName } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
import { TOO_MANY_REQUESTS } from '@holdfast/deribit/protocol';
import type { Prng } from '../prng.ts';

/** What the venue itself may do to us, as shares in [0, 1] and times in ms. */
export interface VenueModel {
  /** A placement answered with a code that proves no order was made, and none was. */
  readonly refusal: number;
  /** A placement answered with a code that proves nothing (D-14). */
  readonly doubt: number;
  /** Of the doubtful ones, those whose order was made nonetheless. */
  readonly doubtPlaced: number;
  /** A placement answered 10028, which ends the session (D-18); its order was not made. */
  readonly tooMany: number;
  /** 1: the venue counts credits, and 10028 comes of asking too much. */
  readonly credits: number;
  /** Of the sessions that end, those whose resting orders the venue cancels (D-18). */
  readonly cancelOnDisconnect: number;
}

export const CALM_VENUE: VenueModel = Object.freeze({
  refusal: 0,
  doubt: 0,
  doubtPlaced: 0,
  tooMany: 0,
  credits: 0,
  cancelOnDisconnect: 1,
});

/** What the next placement meets, once. */
export interface PlacementFate {
  readonly code: number;
  /** The order is made all the same. */
  readonly placed: boolean;
}

/** Margin, terms, instrument: codes of phases section 7.2 that prove no order. */
const REFUSALS = [10009, 10043, 10012, 13021] as const;
/** other_reject, timed_out, internal, temporarily_unavailable: codes that prove nothing. */
const DOUBTS = [11030, 13888, 11094, 13028] as const;

/** Stands before the exchange: what is asked there may be answered differently than it was done. */
export class VenueDoor {
  readonly counts = { refused: 0, doubtful: 0 };
  readonly #exchange: Exchange;
  readonly #prng: Prng;
  readonly #misreported = new Map<string, number>();
  #model: VenueModel;
  #next: PlacementFate[] = [];

  constructor(exchange: Exchange, prng: Prng, model: VenueModel) {
    this.#exchange = exchange;
    this.#prng = prng;
    this.#model = model;
  }

  get model(): VenueModel {
    return this.#model;
  }

  /** From now on it behaves like this, and tells the truth about positions again. */
  become(model: VenueModel): void {
    this.#model = model;
    this.#next = [];
    this.#misreported.clear();
  }

  /** The next placements meet these, in this order. */
  expectNext(fate: PlacementFate): void {
    this.#next.push(fate);
  }

  /** `private/get_positions` says this amount of it, whatever is true; null: the truth again. */
  misreport(instrument: InstrumentName, amount: number | null): void {
    if (amount === null) this.#misreported.delete(instrument);
    else this.#misreported.set(instrument, amount);
  }

  /** What requests are put to in place of the exchange. */
  readonly handle: Exchange['handle'] = (method, params, now, account) => {
    if (method === 'private/buy' || method === 'private/sell') {
      return this.#place(method, params, now, account);
    }
    const answer = this.#exchange.handle(method, params, now, account);
    if (method === 'private/get_positions' && answer.ok && this.#misreported.size > 0) {
      return { ok: true, result: this.#positions(answer.result) };
    }
    return answer;
  };

  /** Whether the venue cancels what a session that ended has left (D-18). */
  noticesEnd(): boolean {
    return this.#prng.chance(this.#model.cancelOnDisconnect);
  }

  #place(...[method, params, now, account]: Parameters<Exchange['handle']>): ExchangeAnswer {
    const fate = this.#next.shift() ?? this.#fate();
    if (fate === null) return this.#exchange.handle(method, params, now, account);
    if (fate.placed) {
      this.counts.doubtful += 1;
      this.#exchange.handle(method, params, now, account);
    } else this.counts.refused += 1;
    return { ok: false, error: { code: fate.code, message: 'refused at the door' } };
  }

  #fate(): PlacementFate | null {
    const { refusal, doubt, doubtPlaced, tooMany } = this.#model;
    if (this.#happens(refusal)) return { code: this.#prng.pick(REFUSALS), placed: false };
    if (this.#happens(doubt)) {
      return { code: this.#prng.pick(DOUBTS), placed: this.#happens(doubtPlaced) };
    }
    return this.#happens(tooMany) ? { code: TOO_MANY_REQUESTS, placed: false } : null;
  }

  #happens(share: number): boolean {
    return share > 0 && this.#prng.chance(share);
  }

  #positions(result: unknown): unknown {
    const known = Array.isArray(result) ? (result as readonly Record<string, unknown>[]) : [];
    return [...this.#misreported].reduce<readonly Record<string, unknown>[]>(
      (positions, [name, amount]) => {
        const others = positions.filter((each) => each['instrument_name'] !== name);
        const said = { instrument_name: name, kind: 'option', size: amount };
        return amount === 0 ? others : [...others, said];
      },
      known,
    );
  }
}
