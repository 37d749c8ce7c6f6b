import { TextDecoder } from 'node:util';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatE6, formatE8 } from '../values/index.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
import type { Entry } from './layout.ts';
import { LAYOUTS } from './layout.ts';
import type { LedgerRecord } from './record.ts';

const bytes = new Uint8Array(262_144);

function textOf(record: LedgerRecord): string {
  const end = encodeRecord(record, bytes, 0);
  expect(end).toBeGreaterThan(0);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end));
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  intent_class: ['OPEN', 'CLOSE', 'HEDGE'],
  side: ['buy', 'sell'],
  time_in_force: ['immediate_or_cancel', 'good_til_cancelled'],
  trading_mode: ['Active', 'ReduceOnly', 'Kill'],
  source: ['reply', 'feed', 'reconciliation'],
  tls_state: ['Canceled', 'Failed'],
  command: ['reduce_only', 'kill', 'release'],
  reason_codes: ['RESTART_RECONCILE_REQUIRED', 'WS_BOOK_GAP_RECONCILE_REQUIRED'],
  mode_reasons: ['KILL_RISKSTATE_KILL', 'REDUCEONLY_POLICY_STALE'],
  'orderClosed.cause': ['canceled_by_us', 'venue_reject'],
  'orderAbandoned.cause': ['decision_too_old', 'not_sent_before_restart'],
  anomaly: ['ghost_order', 'fill_before_ack'],
  mark: ['day_start', 'week_peak'],
  limit: ['daily_loss', 'drawdown'],
  unit: ['coin', 'usd'],
  group_state: ['MixedFailed', 'Flattening', 'Complete', 'Flattened'],
  purpose: ['rescue', 'close', 'hedge'],
  'groupStateChanged.cause': ['all_filled', 'no_trade', 'leg_failed', 'late_fill_closed'],
  'cashRecorded.cause': ['trade', 'settlement', 'other'],
  'cashMismatched.fault': ['balance', 'row_missing'],
  'atomicNakedEventRecorded.cause': ['atomic_legging_failure', 'kill_containment'],
  'reductionTakenOver.cause': ['LiquidityGateNoL2', 'close_out'],
  trading_mode_at_event: ['Active', 'ReduceOnly', 'Kill'],
  evidence_chain_state_at_event: ['GREEN', 'RED'],
};

const exact = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, 1, -1, 100_000_000));
const words = (list: readonly string[]) => fc.constantFrom(...list);

/**
 * Values by the wire name, chosen by what the contract says a field is, not by the codec's own
 * kind.
 */
function valueFor(type: string, wire: string): fc.Arbitrary<unknown> {
  const known = WORDS[wire] ?? WORDS[`${type}.${wire}`];
  if (known !== undefined) {
    if (wire === 'reason_codes' || wire === 'mode_reasons')
      return fc.array(words(known), { maxLength: 5 });
    return words(known);
  }
  if (wire === 'incident_ts_ms' || wire === 'time_to_delta_neutral_ms') return fc.maxSafeNat();
  if (['round', 'attempt', 'close_attempts'].includes(wire)) return fc.maxSafeNat();
  if (wire === 'hedge_used') return fc.boolean();
  if (wire.startsWith('exposure_usd_')) return exact;
  const tail = /_(ts|only|idx|hash|ms|bps|utilization|usd|code)$/.exec(wire)?.[1];
  if (wire === 'approvers' || wire === 'half_seen')
    return fc.array(fc.string({ minLength: 1, maxLength: 9 }));
  if (wire === 'intent_hash') return fc.stringMatching(/^[0-9a-f]{16}$/);
  if (tail === 'ts' || ['epoch', 'open_orders', 'positions', 'trades', 'row_id'].includes(wire))
    return fc.maxSafeNat();
  if (tail === 'only') return fc.boolean();
  if (tail === 'idx') return fc.constantFrom(0, 1);
  if (tail === 'code') return fc.option(fc.integer());
  if (tail === 'ms' || tail === 'bps' || tail === 'utilization') {
    return fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
  }
  if (tail === 'usd' || EXACT.has(wire)) return exact;
  if (wire === 'reason' || wire === 'operator')
    return fc.string({ unit: 'grapheme', maxLength: 50 });
  return fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
}

const EXACT = new Set(
  `qty limit_price price fee cash index_price delta settlement_price best_bid best_ask fair_price
   current_delta pending_delta balance change funding value expected told`.split(/\s+/),
);

type Rows = Readonly<Record<string, Entry<unknown>>>;

function objectFor(type: string, rows: Rows): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(rows).map(([name, entry]) => {
    if ('spread' in entry) return [name, objectFor(type, entry.spread)] as const;
    if ('nested' in entry) return [name, objectFor(type, entry.nested)] as const;
    return [name, valueFor(type, entry[0])] as const;
  });
  return fc.record(Object.fromEntries(fields));
}

const record: fc.Arbitrary<LedgerRecord> = fc.oneof(
  ...Object.entries(LAYOUTS).map(([type, rows]) =>
    objectFor(type, rows as Rows).map((fields) => ({ type, ...fields }) as unknown as LedgerRecord),
  ),
);

const intent = objectFor('intentRecorded', LAYOUTS.intentRecorded as Rows).map(
  (fields) => ({ type: 'intentRecorded', ...fields }) as unknown as LedgerRecord,
);

describe('record codec properties', () => {
  it('reads back every record it writes, and writes it the same again', () => {
    fc.assert(
      fc.property(record, (original) => {
        const text = textOf(original);
        const decoded = decodeRecord(JSON.parse(text));
        expect(decoded).toEqual({ ok: true, record: original });
        if (decoded.ok) expect(textOf(decoded.record)).toBe(text);
      }),
      { numRuns: 1_500 },
    );
  });

  it('writes what RFC 8785 asks for', () => {
    fc.assert(
      fc.property(record, (original) => {
        const text = textOf(original);
        expect(text).toBe(canonicalize(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('writes money digit for digit as the decimal formatter does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), intent, (amount, money, original) => {
        const changed = { ...original, deltaE8: amount, notional: money } as LedgerRecord;
        const json = JSON.parse(textOf(changed)) as Record<string, unknown>;
        expect(json['delta']).toBe(formatE8(amount));
        expect(json['notional_usd']).toBe(formatE6(money));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on JSON, and never takes what it would not have written', () => {
    const mutated = fc
      .tuple(record, fc.nat(), fc.jsonValue())
      .map(([original, at, value]): unknown => {
        const json = JSON.parse(textOf(original)) as Record<string, unknown>;
        const names = Object.keys(json);
        const name = names[at % names.length] ?? 'label';
        return { ...json, [name]: value };
      });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue() as fc.Arbitrary<unknown>, mutated), (json) => {
        const decoded = decodeRecord(json);
        if (decoded.ok) expect(textOf(decoded.record)).toBe(canonicalize(json));
      }),
      { numRuns: 2_000 },
    );
  });
});
