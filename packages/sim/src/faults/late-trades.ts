import type { Clock } from '@holdfast/runtime/ports';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
import type { Prng } from '../prng.ts';

interface Told {
  readonly trade_id: string;
}

/** Trades that were made and are not in the venue's lists yet. */
export class LateTrades {
  readonly #clock: Clock;
  readonly #prng: Prng;
  /** When each trade that was looked for is in the lists. */
  readonly #listedAt = new Map<string, number>();

  constructor(clock: Clock, prng: Prng) {
    this.#clock = clock;
    this.#prng = prng;
  }

  /** The answer to a question about our trades, without those that are late. */
  withhold(answer: ExchangeAnswer, share: number, msMax: number): ExchangeAnswer {
    if (!answer.ok || share === 0) return answer;
    const told = answer.result as { readonly trades: readonly Told[] };
    const trades = told.trades.filter((trade) => this.#isListed(trade, share, msMax));
    return { ok: true, result: { ...told, trades } };
  }

  #isListed({ trade_id: id }: Told, share: number, msMax: number): boolean {
    const now = this.#clock.now();
    const known = this.#listedAt.get(id);
    if (known !== undefined) return known <= now;
    const at = this.#prng.chance(share) ? now + this.#prng.int(1, msMax) : now;
    this.#listedAt.set(id, at);
    return at <= now;
  }
}
