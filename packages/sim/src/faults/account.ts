import type { Clock } from '@holdfast/runtime/ports';
import { toWireLimits } from '../exchange/credits.ts';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
import type { Prng } from '../prng.ts';
import { Spell } from './spell.ts';

/** What the venue says of our account. */
export interface AccountModel {
  /** Chance in each second that much of the margin is in use, for a while. */
  readonly strain: number;
  readonly strainMsMax: number;
  /** Of the answers about the account, those that are an error: margin and fees grow old. */
  readonly unread: number;
  /** And those that do not say what the account may ask. */
  readonly limitless: number;
  /** 1: it may ask very little of the matching engine. */
  readonly narrow: number;
}

export const EASY_ACCOUNT: AccountModel = Object.freeze({
  strain: 0,
  strainMsMax: 15_000,
  unread: 0,
  limitless: 0,
  narrow: 0,
});

/** Around each line of contract-1 section 14: no OPEN, ReduceOnly, Kill. */
const LEVELS = [0.69, 0.7, 0.75, 0.85, 0.9, 0.95, 0.99, 1.5] as const;
const TEMPORARILY_UNAVAILABLE = 13_028;

const NARROW = toWireLimits({
  nonMatching: { rate: 20, burst: 100 },
  trading: { rate: 1, burst: 4 },
  cancelAll: { rate: 1, burst: 4 },
  spot: { rate: 1, burst: 4 },
});

type Json = Readonly<Record<string, unknown>>;

/** What `private/get_account_summaries` says in place of the truth. */
export class AccountStory {
  readonly #prng: Prng;
  readonly #strain: Spell;
  #level = 0;
  #held: number | null = null;
  #worth = 1;
  #model: AccountModel;

  constructor(clock: Clock, prng: Prng, model: AccountModel) {
    this.#prng = prng;
    this.#strain = new Spell(clock, prng.fork('strain'));
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    const { strain, strainMsMax } = this.#model;
    if (this.#strain.look(strain, strainMsMax)) this.#level = this.#prng.pick(LEVELS);
  }

  /** So much of the margin is in use, whatever the weather; null: as the weather has it. */
  hold(level: number | null): void {
    this.#held = level;
  }

  /** Equity is said to be this share of what it is, whatever the weather; 1: the truth. */
  holdEquity(share: number): void {
    this.#worth = share;
  }

  putRight(): void {
    this.#held = null;
    this.#worth = 1;
    this.#model = EASY_ACCOUNT;
    this.#strain.end();
  }

  tell(answer: ExchangeAnswer): ExchangeAnswer {
    const { unread, limitless, narrow } = this.#model;
    if (this.#happens(unread)) {
      return { ok: false, error: { code: TEMPORARILY_UNAVAILABLE, message: 'try again' } };
    }
    const hides = this.#happens(limitless);
    const level = this.#held ?? (this.#strain.isOn ? this.#level : null);
    const isTrue = !hides && narrow === 0 && level === null && this.#worth === 1;
    if (!answer.ok || isTrue) return answer;
    const told = answer.result as { readonly summaries: readonly Json[] };
    const summaries = told.summaries.map((each) => ({
      ...each,
      equity: this.#worth * Number(each['equity']),
      ...(narrow > 0 ? { limits: NARROW } : {}),
      ...(hides ? { limits: {} } : {}),
      ...(level === null ? {} : { maintenance_margin: level * Number(each['equity']) }),
    }));
    return { ok: true, result: { ...told, summaries } };
  }

  #happens(share: number): boolean {
    return share > 0 && this.#prng.chance(share);
  }
}
