import type { CashAnswer, CashCursor, CashRow } from '@holdfast/core';
import type { Currency } from '@holdfast/core/values';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import { parseTransactions } from './protocol/transactions.ts';

export interface CashRequest {
  /** The venue's time now; a row of this very moment may be younger. */
  readonly venueNow: number;
  readonly currencies: readonly Currency[];
  /** The last agreed rows; a currency without one is told from its last daily settlement on. */
  readonly cursors: readonly CashCursor[];
  readonly ask: (method: string, params: RpcParams, reply: (answer: RpcAnswer) => void) => void;
}

/** Deribit gives no more rows at once. */
const PAGE = 250;
/** Pages of one currency: what more than these hold since the last agreed row is for a person. */
const PAGES_MAX = 10;
const AHEAD_MS = 60_000;
const DAY_MS = 86_400_000;
/** Deribit settles futures at 08:00 UTC. */
const SETTLED_AT_MS = 28_800_000;

/**
 * The transaction log of every currency, one after another, each from its last agreed row on. What
 * could not be had or read is said of its currency, and the others are asked for all the same.
 */
export function askCash(
  request: CashRequest,
  done: (answers: readonly CashAnswer[]) => void,
): void {
  const answers: CashAnswer[] = [];
  const next = (index: number): void => {
    const currency = request.currencies[index];
    if (currency === undefined) return done(answers);
    const cursor = request.cursors.find((each) => each.currency === currency) ?? null;
    const start = { currency, cursor, continuation: null, left: PAGES_MAX, found: [] };
    pages(request, start, (answer) => {
      answers.push(answer);
      next(index + 1);
    });
  };
  next(0);
}

interface Pages {
  readonly currency: Currency;
  readonly cursor: CashCursor | null;
  readonly continuation: number | null;
  readonly left: number;
  /** Newest first. */
  readonly found: CashRow[];
}

function pages(request: CashRequest, each: Pages, done: (answer: CashAnswer) => void): void {
  const { currency, cursor, continuation, left, found } = each;
  const fail = (fault: string): void => done({ currency, ok: false, fault });
  if (left === 0) return fail('too_many_transactions');
  const params = {
    currency,
    start_timestamp: cursor?.rowAt ?? 0,
    end_timestamp: Math.ceil(request.venueNow) + AHEAD_MS,
    count: PAGE,
    ...(continuation === null ? {} : { continuation }),
  };
  request.ask('private/get_transaction_log', params, (answer) => {
    if (answer.ok === null) return fail(answer.fault);
    if (!answer.ok) return fail(`${answer.error.code} ${answer.error.message}`);
    const page = parseTransactions(answer.result, currency);
    if (!page.ok) return fail(`${page.fault} ${page.path} ${page.rule}`);
    const { rows, continuation: more } = page.value;
    const last = found.at(-1);
    const [first] = rows;
    // Rows that were told before, told again, would never end.
    if (last !== undefined && first !== undefined && first.id >= last.id) {
      return fail('transactions_out_of_order');
    }
    found.push(...rows);
    const oldest = rows.at(-1);
    const isDone = more === null || oldest === undefined || isFarEnough(request, cursor, oldest);
    if (isDone) done({ currency, ok: true, rows: found.toReversed() });
    else pages(request, { ...each, continuation: more, left: left - 1 }, done);
  });
}

/** Back to the agreed row; without one, to what the last daily settlement has closed. */
function isFarEnough(request: CashRequest, cursor: CashCursor | null, oldest: CashRow): boolean {
  if (cursor !== null) return oldest.id <= cursor.rowId;
  const today = request.venueNow - (request.venueNow % DAY_MS) + SETTLED_AT_MS;
  return oldest.at < (today <= request.venueNow ? today : today - DAY_MS);
}
