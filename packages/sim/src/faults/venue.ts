import type { InstrumentName } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
import { TOO_MANY_REQUESTS } from '@holdfast/deribit/protocol';
import type { Clock } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';
import type { AccountStory } from './account.ts';
import { CashAccount, type CashLie } from './cash-account.ts';
import { LateTrades } from './late-trades.ts';

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
  /** Of our trades, those that are in no list of trades until up to `lateMsMax` later. */
  readonly late: number;
  readonly lateMsMax: number;
  /** 1: it lists kinds of instrument that this build does not know. */
  readonly strangers: number;
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
  late: 0,
  lateMsMax: 4_000,
  strangers: 0,
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

/** A combination: listed by the venue, and of no use to anybody here. */
export const STRANGER = { instrument_name: 'BTC-CS-16JAN26-64000_66000', kind: 'option_combo' };

export interface VenueDoorOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly account: AccountStory;
  readonly model: VenueModel;
}

/** Stands before the exchange: what is asked there may be answered differently than it was done. */
export class VenueDoor {
  readonly counts = { refused: 0, doubtful: 0 };
  readonly #exchange: Exchange;
  readonly #prng: Prng;
  readonly #account: AccountStory;
  readonly #lateTrades: LateTrades;
  readonly #cash = new CashAccount();
  readonly #misreported = new Map<string, number>();
  #model: VenueModel;
  #next: PlacementFate[] = [];
  /** Methods that are answered with an error for the time being. */
  readonly #failing = new Map<string, number>();

  constructor({ exchange, clock, prng, account, model }: VenueDoorOptions) {
    this.#exchange = exchange;
    this.#prng = prng;
    this.#account = account;
    this.#lateTrades = new LateTrades(clock, prng.fork('late-trades'));
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
    this.#cash.become(null, 0);
    this.#failing.clear();
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

  /** From now on its account of our cash is told like this; null: the truth again. */
  tellCash(lie: CashLie | null, now: number): void {
    const period = { currency: 'BTC', start_timestamp: 0, end_timestamp: now, count: 1 };
    const answer = this.#exchange.handle('private/get_transaction_log', period, now);
    const logs = answer.ok ? (answer.result as { logs: readonly { id: number }[] }).logs : [];
    this.#cash.become(lie, logs[0]?.id ?? 0);
  }

  /** Of its margin the account is said to use this share; null: the truth again. */
  holdMargin(level: number | null): void {
    this.#account.hold(level);
  }

  /** `private/get_account_summaries` says this share of the equity; 1: the truth again. */
  holdEquity(share: number): void {
    this.#account.holdEquity(share);
  }

  /** Every such request is answered with this error; null: with the truth again. */
  failing(method: string, code: number | null): void {
    if (code === null) this.#failing.delete(method);
    else this.#failing.set(method, code);
  }

  /** What requests are put to in place of the exchange. */
  readonly handle: Exchange['handle'] = (method, params, now, account) => {
    const failure = this.#failing.get(method);
    if (failure !== undefined) return refused(failure);
    if (method === 'private/buy' || method === 'private/sell') {
      return this.#place(method, params, now, account);
    }
    return this.#reword(method, this.#exchange.handle(method, params, now, account));
  };

  /** Whether the venue cancels what a session that ended has left (D-18). */
  noticesEnd(): boolean {
    return this.#prng.chance(this.#model.cancelOnDisconnect);
  }

  #reword(method: string, answer: ExchangeAnswer): ExchangeAnswer {
    switch (method) {
      case 'private/get_positions':
        if (!answer.ok || this.#misreported.size === 0) return answer;
        return { ok: true, result: this.#positions(answer.result) };
      case 'private/get_account_summaries':
        return this.#account.tell(answer);
      case 'private/get_transaction_log':
        return this.#cash.tell(answer);
      case 'private/get_user_trades_by_currency_and_time':
        return this.#lateTrades.withhold(answer, this.#model.late, this.#model.lateMsMax);
      case 'public/get_instruments':
        if (!answer.ok || this.#model.strangers === 0) return answer;
        return { ok: true, result: [...(answer.result as readonly unknown[]), STRANGER] };
      default:
        return answer;
    }
  }

  #place(...[method, params, now, account]: Parameters<Exchange['handle']>): ExchangeAnswer {
    const fate = this.#next.shift() ?? this.#fate();
    if (fate === null) return this.#exchange.handle(method, params, now, account);
    if (fate.placed) {
      this.counts.doubtful += 1;
      this.#exchange.handle(method, params, now, account);
    } else this.counts.refused += 1;
    return refused(fate.code);
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

function refused(code: number): ExchangeAnswer {
  return { ok: false, error: { code, message: 'refused at the door' } };
}
