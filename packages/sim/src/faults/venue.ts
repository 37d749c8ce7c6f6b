import type { InstrumentName } from '@holdfast/core/values';
import type { Exchange, SettlementNotice } from '../exchange/index.ts';
import type { BookNotice } from '../exchange/notification.ts';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
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
  /** Chance in each second that the session is lost. */
  readonly sessionLoss: number;
  readonly sessionLossMsMax: number;
  /** Of the sessions that end, those whose resting orders the venue cancels (D-18). */
  readonly cancelOnDisconnect: number;
}

export const CALM_VENUE: VenueModel = Object.freeze({
  refusal: 0,
  doubt: 0,
  doubtPlaced: 0,
  tooMany: 0,
  sessionLoss: 0,
  sessionLossMsMax: 1_000,
  cancelOnDisconnect: 1,
});

/** What the next placement meets, once. */
export interface PlacementFate {
  readonly code: number;
  /** The order is made all the same. */
  readonly placed: boolean;
}

const TOO_MANY_REQUESTS = 10028;
/** Margin, terms, instrument: codes of phases section 7.2 that prove no order. */
const REFUSALS = [10009, 10043, 10012, 13021] as const;
/** other_reject, timed_out, internal, temporarily_unavailable: codes that prove nothing. */
const DOUBTS = [11030, 13888, 11094, 13028] as const;

type VenueSide = Pick<Exchange, 'handle' | 'bookSnapshot' | 'settlementsSince'>;

/** Stands before the exchange: what is asked there may be answered differently than it was done. */
export class VenueDoor implements VenueSide {
  readonly counts = { refused: 0, doubtful: 0, sessionsEnded: 0 };
  readonly #exchange: Exchange;
  readonly #prng: Prng;
  readonly #onSessionEnd: () => void;
  readonly #misreported = new Map<string, number>();
  #model: VenueModel;
  #next: PlacementFate[] = [];

  constructor(exchange: Exchange, prng: Prng, model: VenueModel, onSessionEnd: () => void) {
    this.#exchange = exchange;
    this.#prng = prng;
    this.#model = model;
    this.#onSessionEnd = onSessionEnd;
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

  handle(method: string, params: unknown, now: number): ExchangeAnswer {
    if (method === 'private/buy' || method === 'private/sell') {
      return this.#place(method, params, now);
    }
    const answer = this.#exchange.handle(method, params, now);
    if (method === 'private/get_positions' && answer.ok && this.#misreported.size > 0) {
      return { ok: true, result: this.#positions(answer.result) };
    }
    return answer;
  }

  bookSnapshot(name: InstrumentName): BookNotice | null {
    return this.#exchange.bookSnapshot(name);
  }

  settlementsSince(since: number): readonly SettlementNotice[] {
    return this.#exchange.settlementsSince(since);
  }

  #place(method: string, params: unknown, now: number): ExchangeAnswer {
    const fate = this.#next.shift() ?? this.#fate();
    if (fate === null) return this.#exchange.handle(method, params, now);
    if (fate.placed) {
      this.counts.doubtful += 1;
      this.#exchange.handle(method, params, now);
    } else this.counts.refused += 1;
    if (fate.code === TOO_MANY_REQUESTS) {
      this.counts.sessionsEnded += 1;
      this.#onSessionEnd();
    }
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
