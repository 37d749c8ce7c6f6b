import type { CashCause, CashRow } from '@holdfast/core';
import {
  coinE8,
  E8,
  e8FromNumber,
  instrumentName,
  priceE8,
  tradeId,
  wallMs,
} from '@holdfast/core/values';
import type { Static } from 'typebox';
import { TRANSACTION_LOG } from './results.ts';
import { createReader, isWireFault, optionalE8, type Read, type WireFault } from './wire-fault.ts';

export interface ParsedTransactions {
  /** Newest first, as they are told. */
  readonly rows: readonly CashRow[];
  /** Asks for the next page; null when there is none. */
  readonly continuation: number | null;
}

type Row = Static<typeof TRANSACTION_LOG>['logs'][number];
type FaultAt = (path: string, rule: WireFault['rule']) => WireFault;

/** Deribit's words; more may come at any time, and those are `other`. */
const CAUSES: ReadonlyMap<string, CashCause> = new Map<string, CashCause>([
  ['trade', 'trade'],
  ['settlement', 'settlement'],
  ['delivery', 'delivery'],
  ['deposit', 'transfer'],
  ['withdrawal', 'transfer'],
  ['transfer', 'transfer'],
  ['swap', 'transfer'],
]);

/** What arithmetic in doubles leaves of a decimal of sixteen digits. */
const NOISE = 4e-16;

/**
 * The result of `private/get_transaction_log`, to the last row: one that cannot be read makes the
 * page unreadable, because a row that is left out is a balance nobody can explain.
 *
 * @param currency what was asked for: a row of another one contradicts the question.
 */
export function parseTransactions(result: unknown, currency: string): Read<ParsedTransactions> {
  const page = readPage(result);
  if (!page.ok) return page;
  const stranger = page.value.currencies.findIndex((each) => each !== currency);
  if (stranger >= 0) {
    const path = `/logs/${stranger}/currency`;
    return { ok: false, fault: 'malformed_transactions', path, rule: 'contradiction' };
  }
  const { rows, continuation } = page.value;
  return { ok: true, value: { rows, continuation } };
}

const readPage = createReader('transactions', TRANSACTION_LOG, (data, faultAt) => {
  const rows: CashRow[] = [];
  for (const [index, row] of data.logs.entries()) {
    const read = cashRow(row, `/logs/${index}`, faultAt);
    if (isWireFault(read)) return read;
    const before = rows.at(-1);
    // Out of order, or twice: what a page is continued from would not be what it seems.
    if (before !== undefined && before.id <= read.id) {
      return faultAt(`/logs/${index}/id`, 'contradiction');
    }
    rows.push(read);
  }
  const currencies = data.logs.map(({ currency }) => currency);
  return { rows, currencies, continuation: data.continuation ?? null };
});

function cashRow(row: Row, path: string, faultAt: FaultAt): CashRow | WireFault {
  const change = accountE8(row.change);
  if (change === null) return faultAt(`${path}/change`, 'off_grid');
  const balance = accountE8(row.balance);
  if (balance === null) return faultAt(`${path}/balance`, 'off_grid');
  const fee = accountE8(row.commission ?? 0);
  if (fee === null) return faultAt(`${path}/commission`, 'off_grid');
  const cause = CAUSES.get(row.type) ?? 'other';
  // Of a trade it is part of what the settlement pays; counted there, and once.
  const isPaid = cause === 'settlement' || cause === 'delivery';
  const funding = isPaid ? accountE8(row.total_interest_pl ?? row.interest_pl ?? 0) : 0;
  if (funding === null) return faultAt(`${path}/total_interest_pl`, 'off_grid');
  const price = optionalE8(row.price);
  return {
    id: row.id,
    at: wallMs(row.timestamp),
    cause,
    instrument: row.instrument_name == null ? null : instrumentName(row.instrument_name),
    tradeId: row.trade_id == null ? null : tradeId(row.trade_id),
    feeE8: coinE8(fee),
    fundingE8: coinE8(funding),
    priceE8: price === null ? null : priceE8(price),
    changeE8: coinE8(change),
    balanceE8: coinE8(balance),
  };
}

/** Of an account, exact at 1e-8 but for the noise of the doubles that it was computed in. */
function accountE8(value: number): number | null {
  const exact = e8FromNumber(value);
  if (exact !== null) return exact;
  const near = Math.round(value * E8);
  if (!Number.isSafeInteger(near)) return null;
  return Math.abs(near / E8 - value) <= Math.abs(value) * NOISE ? near + 0 : null;
}
