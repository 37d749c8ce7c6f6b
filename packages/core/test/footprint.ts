/**
 * What a proposal could leave behind, of a desk: the ledger's bytes, orders, positions and all that
 * is pending. Two equal footprints mean that nothing happened in between (P1-C).
 */
import { createHash } from 'node:crypto';
import { encodeRecord } from '../src/ledger/codec.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import { currency } from '../src/values/index.ts';
import type { Desk } from './desk.ts';

export interface Footprint {
  readonly ledger_records: number;
  readonly ledger_bytes: number;
  readonly ledger_sha256: string;
  /** `label state filled`, amounts at 1e-8. */
  readonly orders: readonly string[];
  /** `instrument amount`, at 1e-8. */
  readonly positions: readonly string[];
  readonly working_orders: number;
  readonly pending_intents: number;
  readonly pending_attempts: number;
  readonly pending_cancels: number;
  readonly reservations: number;
  /** `coin long short`, deltas at 1e-8, of what is on its way. */
  readonly pending_exposure: readonly string[];
  readonly orders_counted_by_rate_limit: number;
  readonly orders_dispatched: number;
  readonly cancels_dispatched: number;
}

const MINUTE_MS = 60_000;
const RECORD_BYTES_MAX = 65_536;

export function footprintOf(desk: Desk): Footprint {
  const { facts, observations } = desk.state;
  const { exposure } = observations;
  const bytes = Buffer.concat(desk.records.map(bytesOf));
  return {
    ledger_records: desk.records.length,
    ledger_bytes: bytes.length,
    ledger_sha256: createHash('sha256').update(bytes).digest('hex'),
    orders: [...facts.orders].map(
      ([label, { state, filledE8 }]) => `${label} ${state} ${filledE8}`,
    ),
    positions: [...facts.positions].map(([name, { amountE8 }]) => `${name} ${amountE8}`),
    working_orders: facts.working.size,
    pending_intents: observations.pendingIntents.size,
    pending_attempts: observations.pendingAttempts.size,
    pending_cancels: observations.canceling.size,
    reservations: observations.reservations.size,
    pending_exposure: ['BTC', 'ETH'].map(
      (coin) =>
        `${coin} ${exposure.pendingLongDeltaE8(currency(coin))} ` +
        `${exposure.pendingShortDeltaE8(currency(coin))}`,
    ),
    orders_counted_by_rate_limit: observations.rate.countWithin(MINUTE_MS),
    orders_dispatched: desk.submits.length,
    cancels_dispatched: desk.cancels.length,
  };
}

/** A record as it goes to disk. */
export function bytesOf(record: LedgerRecord): Buffer {
  const page = Buffer.alloc(RECORD_BYTES_MAX);
  const end = encodeRecord(record, page, 0);
  if (end < 0) throw new Error(`${record.type} cannot be written`);
  return page.subarray(0, end);
}
