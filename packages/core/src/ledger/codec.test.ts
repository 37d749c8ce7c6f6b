import { describe, expect, it } from 'vitest';
import {
  amountE8,
  coinE8,
  groupId,
  instrumentName,
  intentHash,
  label,
  microUsd,
  priceE8,
  strategyId,
  wallMs,
} from '../values/index.ts';
import { decodeRecord, encodeRecord, findFault } from './codec.ts';
import type { IntentRecorded, LedgerRecord } from './record.ts';

const INTENT: IntentRecorded = {
  type: 'intentRecorded',
  at: wallMs(1_790_000_000_000),
  terms: {
    label: label('s4:abcdef12:0123456789ab:0:0123456789abcdef'),
    intentHash: intentHash('0123456789abcdef'),
    groupId: groupId('6f1e3f3e-7b8a-4b44-9a52-08c6a5f0aa11'),
    legIndex: 0,
    strategyId: strategyId('covered-call'),
    intentClass: 'OPEN',
    instrument: instrumentName('BTC-27MAR26-100000-C'),
    side: 'buy',
    amountE8: amountE8(10_000_000),
    limitPriceE8: priceE8(4_550_000),
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    reduceOnly: false,
  },
  deltaE8: coinE8(-5_000_000),
  notional: microUsd(9_712_340_000),
  context: {
    tradingMode: 'Active',
    policyHash: '9f86d081',
    bookAgeMs: 12,
    bestBidE8: priceE8(4_500_000),
    bestAskE8: null,
    indexPriceE8: priceE8(9_712_345_000_000),
    fairPriceE8: null,
    grossEdge: microUsd(3_400_000),
    fee: microUsd(0),
    expectedSlippage: microUsd(1),
    minEdge: null,
    slippageBps: 1.25,
    marginUtilization: 1e-7,
    currentDeltaE8: coinE8(50_000_000),
    pendingDeltaE8: coinE8(0),
  },
};

const INTENT_TEXT =
  '{"context":{"best_ask":null,"best_bid":"0.045","book_age_ms":12,"current_delta":"0.5",' +
  '"expected_slippage_usd":"0.000001","fair_price":null,"fee_usd":"0","gross_edge_usd":"3.4",' +
  '"index_price":"97123.45","margin_utilization":1e-7,"min_edge_usd":null,"pending_delta":"0",' +
  '"policy_hash":"9f86d081","slippage_bps":1.25,"trading_mode":"Active"},' +
  '"created_ts":1790000000000,"delta":"-0.05","group_id":"6f1e3f3e-7b8a-4b44-9a52-08c6a5f0aa11",' +
  '"instrument":"BTC-27MAR26-100000-C","intent_class":"OPEN","intent_hash":"0123456789abcdef",' +
  '"label":"s4:abcdef12:0123456789ab:0:0123456789abcdef","leg_idx":0,"limit_price":"0.0455",' +
  '"notional_usd":"9712.34","post_only":false,"qty":"0.1","record_type":"intent_recorded",' +
  '"reduce_only":false,"schema_version":1,"side":"buy","strategy_id":"covered-call",' +
  '"time_in_force":"immediate_or_cancel"}';

const SENDING = { label: 'x', record_type: 'order_sending', schema_version: 1, sent_ts: 7 };

function textOf(record: LedgerRecord): string {
  const bytes = new Uint8Array(65_536);
  const end = encodeRecord(record, bytes, 3);
  return decodeURIComponent(
    [...bytes.subarray(3, end)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function faultOf(json: unknown): string {
  const decoded = decodeRecord(json);
  return decoded.ok ? 'none' : `${decoded.fault.field}: ${decoded.fault.rule}`;
}

/**
 * A copy of the intent's JSON with one member changed, or taken away when the value is undefined.
 */
function intentWith(
  change: Record<string, unknown>,
  context: Record<string, unknown> = {},
): unknown {
  const json = JSON.parse(INTENT_TEXT) as Record<string, unknown> & { context: object };
  return JSON.parse(
    JSON.stringify({ ...json, ...change, context: { ...json.context, ...context } }),
  );
}

describe('record codec', () => {
  it('writes an intent with the contract names, sorted, numbers exact', () => {
    expect(textOf(INTENT)).toBe(INTENT_TEXT);
    expect(decodeRecord(JSON.parse(INTENT_TEXT))).toEqual({ ok: true, record: INTENT });
  });

  it('writes any Unicode as RFC 8785 does', () => {
    const reason = 'é€🛑 "q" \\ / \n\u0001\u007f';
    const record: LedgerRecord = {
      type: 'operatorCommandRecorded',
      at: wallMs(0),
      command: 'kill',
      reason,
      operator: '',
      modeReasons: [],
    };
    expect(textOf(record)).toBe(
      `{"command":"kill","mode_reasons":[],"operator":"","reason":${JSON.stringify(reason)},` +
        '"record_type":"operator_command_recorded","recorded_ts":0,"schema_version":1}',
    );
  });

  it.each([
    [
      'unknown record type',
      { ...SENDING, record_type: 'order_sent' },
      'record_type: unknown_record_type',
    ],
    [
      'inherited record type',
      { ...SENDING, record_type: 'constructor' },
      'record_type: unknown_record_type',
    ],
    ['no record type', { label: 'x' }, 'record_type: unknown_record_type'],
    ['no object', [SENDING], ': not_an_object'],
    ['null', null, ': not_an_object'],
    [
      'newer schema',
      { ...SENDING, schema_version: 2 },
      'schema_version: unsupported_schema_version',
    ],
    ['unknown field', { ...SENDING, extra: 1 }, 'extra: unknown_field'],
    [
      'missing field',
      { label: 'x', record_type: 'order_sending', schema_version: 1 },
      'sent_ts: missing_field',
    ],
    ['wrong type', { ...SENDING, label: 5 }, 'label: wrong_type'],
    ['null where none may be', { ...SENDING, label: null }, 'label: wrong_type'],
    ['empty name', { ...SENDING, label: '' }, 'label: out_of_range'],
    ['long name', { ...SENDING, label: 'x'.repeat(257) }, 'label: out_of_range'],
    ['half a surrogate pair', { ...SENDING, label: '\ud800' }, 'label: not_unicode'],
    ['fraction of a millisecond', { ...SENDING, sent_ts: 7.5 }, 'sent_ts: out_of_range'],
    ['negative time', { ...SENDING, sent_ts: -1 }, 'sent_ts: out_of_range'],
    [
      'time past the safe range',
      { ...SENDING, sent_ts: 9_007_199_254_740_992 },
      'sent_ts: out_of_range',
    ],
    ['time as text', { ...SENDING, sent_ts: '7' }, 'sent_ts: wrong_type'],
    [
      'another order',
      { record_type: 'order_sending', label: 'x', schema_version: 1, sent_ts: 7 },
      ': not_in_canonical_order',
    ],
    ['nothing wrong', SENDING, 'none'],
  ])('%s', (_, json, fault) => {
    expect(faultOf(json)).toBe(fault);
  });

  it.each([
    [{ qty: '0.10' }, {}, 'qty: non_canonical'],
    [{ qty: 0.1 }, {}, 'qty: out_of_range'],
    [{ qty: '90071992.54740992' }, {}, 'qty: non_canonical'],
    [{ qty: null }, {}, 'qty: wrong_type'],
    [{ leg_idx: 2 }, {}, 'leg_idx: out_of_range'],
    [{ reduce_only: 0 }, {}, 'reduce_only: wrong_type'],
    [{ side: 'BUY' }, {}, 'side: unknown_value'],
    [{ side: 'toString' }, {}, 'side: unknown_value'],
    [{ intent_class: 'CANCEL' }, {}, 'intent_class: unknown_value'],
    [{ intent_hash: '0123456789ABCDEF' }, {}, 'intent_hash: non_canonical'],
    [{ side: undefined }, {}, 'side: missing_field'],
    [{}, { fee_usd: '0.0000001' }, 'context.fee_usd: non_canonical'],
    [{}, { fee_usd: undefined }, 'context.fee_usd: missing_field'],
    [{}, { mood: 'good' }, 'context.mood: unknown_field'],
    [{}, { slippage_bps: null }, 'context.slippage_bps: wrong_type'],
    [{}, { margin_utilization: null }, 'none'],
  ])('intent with %o %o', (change, context, fault) => {
    expect(faultOf(intentWith(change, context))).toBe(fault);
  });

  it('names a bad reason in a list, and a list too long', () => {
    const latch = (reasons: unknown) => ({
      reason_codes: reasons,
      record_type: 'latch_set',
      recorded_ts: 1,
      schema_version: 1,
    });
    expect(faultOf(latch(['RESTART_RECONCILE_REQUIRED']))).toBe('none');
    expect(faultOf(latch(['BORED']))).toBe('reason_codes: unknown_value');
    expect(faultOf(latch([1]))).toBe('reason_codes: wrong_type');
    expect(faultOf(latch('RESTART_RECONCILE_REQUIRED'))).toBe('reason_codes: wrong_type');
    expect(faultOf(latch(Array(65).fill('RESTART_RECONCILE_REQUIRED')))).toBe(
      'reason_codes: out_of_range',
    );
  });

  it('refuses to write what it could not read, and says why', () => {
    const bytes = new Uint8Array(4_096);
    const cases: readonly [LedgerRecord, string, string][] = [
      [{ ...INTENT, deltaE8: coinE8(0.5) }, 'delta', 'out_of_range'],
      [
        { ...INTENT, context: { ...INTENT.context, bookAgeMs: Number.NaN } },
        'context.book_age_ms',
        'out_of_range',
      ],
      [{ ...INTENT, at: wallMs(-1) }, 'created_ts', 'out_of_range'],
      [{ ...INTENT, terms: { ...INTENT.terms, label: label('\udc00') } }, 'label', 'not_unicode'],
      [{ type: 'orderSending', at: wallMs(1) } as LedgerRecord, 'label', 'missing_field'],
      [{ type: 'somethingElse' } as unknown as LedgerRecord, '', 'unknown_record_type'],
    ];
    for (const [record, field, rule] of cases) {
      expect(encodeRecord(record, bytes, 0)).toBe(-1);
      expect(findFault(record)).toMatchObject({ field, rule });
    }
    expect(encodeRecord(INTENT, new Uint8Array(100), 0)).toBe(-1);
    expect(findFault(INTENT).rule).toBe('too_long');
    expect(encodeRecord(INTENT, bytes, 0)).toBe(INTENT_TEXT.length);
  });
});
