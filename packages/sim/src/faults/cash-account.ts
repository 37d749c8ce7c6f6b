import type { WireTransaction } from '../exchange/transaction-log.ts';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';

/** How the venue's account of our cash may differ from what it has told us of our trades. */
export const CASH_LIES = ['fee', 'correction', 'silence'] as const;
export type CashLie = (typeof CASH_LIES)[number];

/** A thousandth of a thousandth of a coin: enough to see, and nothing to speak of. */
const AMOUNT = 0.000_001;

/** Whose account lies. */
const CURRENCY = 'BTC';

interface Told {
  readonly logs: readonly WireTransaction[];
  readonly continuation: number | null;
}

/**
 * The transaction log as a venue tells it that has charged one more fee than it said, or has taken
 * something for a reason of its own, once; or that leaves out what has happened since.
 */
export class CashAccount {
  #lie: CashLie | null = null;
  /** The first row that is told otherwise; null: the next that comes. */
  #at: number | null = null;
  #since = 0;

  become(lie: CashLie | null, lastRow: number): void {
    this.#lie = lie;
    this.#at = null;
    this.#since = lastRow;
  }

  tell(answer: ExchangeAnswer): ExchangeAnswer {
    if (!answer.ok || this.#lie === null) return answer;
    const { logs, continuation } = answer.result as Told;
    if (logs[0]?.currency !== CURRENCY) return answer;
    if (this.#lie === 'silence') {
      return {
        ok: true,
        result: { logs: logs.filter(({ id }) => id <= this.#since), continuation },
      };
    }
    this.#at ??= this.#target(logs);
    const at = this.#at;
    if (at === null) return answer;
    return { ok: true, result: { logs: logs.map((row) => this.#row(row, at)), continuation } };
  }

  #target(logs: readonly WireTransaction[]): number | null {
    const later = logs.filter(({ id, type }) => id > this.#since && type === 'trade');
    return later.at(-1)?.id ?? null;
  }

  #row(row: WireTransaction, at: number): WireTransaction {
    if (row.id < at) return row;
    const balance = near(row.balance - AMOUNT);
    if (row.id > at) return { ...row, balance };
    const change = near(row.change - AMOUNT);
    if (this.#lie === 'correction') return { ...row, change, balance, type: 'correction' };
    return { ...row, change, balance, commission: near(row.commission + AMOUNT) };
  }
}

const near = (value: number): number => Math.round(value * 100_000_000) / 100_000_000;
