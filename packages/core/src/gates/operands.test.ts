import { describe, expect, it } from 'vitest';
import { instrumentName, monoMs } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  exposureOf,
  legOf,
  NOW,
  policyWith,
  reducingCandidateOf,
  STRATEGY,
} from './context.fixture.ts';
import type { Candidate, GateContext } from './gate.ts';
import { admit } from './gates.ts';
import type { Reject } from './reject.ts';

/** A refusal names what it was about, in the numbers and words of who asked. */
type Row = readonly [string, GateContext, Candidate, Reject];

const holding = contextOf({ exposure: exposureOf({ position: 1 }) });
const unknown = instrumentName('BTC-1JAN27-1-C');
const combo = instrumentName('BTC-FS-27MAR26_PERP');
const sniper = contextOf({ policy: policyWith({ executionStyle: 'Sniper' }) });
const resting = { timeInForce: 'good_til_cancelled', limitPrice: 0.04, postOnly: true } as const;
const closed = (instrument: typeof BTC_CALL) =>
  contextWithListing({ instrument, closed: true }, { exposure: exposureOf({ position: 1 }) });

const SHAPE: readonly Row[] = [
  [
    'an intent of two legs',
    contextOf(),
    candidateOf({}, { legs: [legOf(), legOf()] }),
    { code: 'GroupLegsUnsupported', operands: { legs: 2, max: 1 } },
  ],
  [
    'an instrument nobody has listed',
    contextOf(),
    candidateOf({ instrument: unknown }),
    {
      code: 'InstrumentMetadataMissing',
      operands: { instrument: unknown, field: 'instrument' },
    },
  ],
  [
    'a kind this build cannot size',
    contextOf({ unsupported: new Map([[combo, 'future_combo']]) }),
    candidateOf({ instrument: combo }),
    { code: 'InstrumentKindUnsupported', operands: { instrument: combo, kind: 'future_combo' } },
  ],
  [
    'metadata past its age',
    contextWithListing({ fetchedAt: monoMs(NOW - 3_600_001) }),
    candidateOf(),
    {
      code: 'InstrumentMetadataMissing',
      operands: { instrument: BTC_CALL.name, field: 'instrument_cache_age_s' },
    },
  ],
  [
    'an option the venue has closed',
    closed({ ...BTC_CALL, expiry: monoMs(NOW - 5_000) }),
    reducingCandidateOf(),
    {
      code: 'InstrumentExpiredOrDelisted',
      operands: { instrument: BTC_CALL.name, msToExpiry: -5_000 },
    },
  ],
  [
    'a perpetual the venue has closed',
    closed(BTC_PERPETUAL),
    reducingCandidateOf('CLOSE', { instrument: BTC_PERPETUAL.name }),
    {
      code: 'InstrumentExpiredOrDelisted',
      operands: { instrument: BTC_PERPETUAL.name, msToExpiry: null },
    },
  ],
];

const PERMISSION: readonly Row[] = [
  [
    'a strategy that failed',
    contextOf({ isSuspended: (strategy) => strategy === STRATEGY }),
    candidateOf(),
    { code: 'StrategySuspended', operands: { strategyId: STRATEGY } },
  ],
  [
    'a latch',
    contextOf({ latchReasons: ['WS_BOOK_GAP_RECONCILE_REQUIRED'] }),
    candidateOf(),
    {
      code: 'OpenPermissionLatched',
      operands: { reasons: ['WS_BOOK_GAP_RECONCILE_REQUIRED'] },
    },
  ],
  [
    'a venue that asked us to slow down, before its own consequence for the state',
    contextOf({ throttled: true, riskState: 'Degraded' }),
    candidateOf(),
    {
      code: 'RateLimitBrownout',
      operands: { requestClass: 'OPEN', available: 20, reserved: 5 },
    },
  ],
  [
    'requests that are all spoken for',
    contextOf({ requests: { available: 5, reserved: 5 } }),
    candidateOf(),
    { code: 'RateLimitBrownout', operands: { requestClass: 'OPEN', available: 5, reserved: 5 } },
  ],
  [
    'a family that may only hedge',
    contextOf({ policy: policyWith({ universe: { hedgeOnlyFamilies: ['inverse_option'] } }) }),
    candidateOf(),
    { code: 'InstrumentNotAllowed', operands: { instrument: BTC_CALL.name, rule: 'hedge_only' } },
  ],
  [
    'a style',
    sniper,
    candidateOf({ timeInForce: 'good_til_cancelled' }),
    {
      code: 'ExecutionStyleViolation',
      operands: { style: 'Sniper', timeInForce: 'good_til_cancelled' },
    },
  ],
];

const ORDER_TYPE: readonly Row[] = [
  [
    'a market order',
    contextOf(),
    candidateOf({ orderType: 'market' }),
    { code: 'OrderTypeMarketForbidden', operands: { orderType: 'market' } },
  ],
  [
    'a stop order',
    contextOf(),
    candidateOf({ orderType: 'stop_limit' }),
    { code: 'OrderTypeStopForbidden', operands: { orderType: 'stop_limit' } },
  ],
  [
    'a trigger on a limit order',
    contextOf(),
    candidateOf({ trigger: 'index_price' }),
    { code: 'OrderTypeStopForbidden', operands: { orderType: 'limit' } },
  ],
  [
    'an order type of another venue',
    contextOf(),
    candidateOf({ orderType: 'market_limit' }),
    { code: 'OrderTypeMarketForbidden', operands: { orderType: 'market_limit' } },
  ],
  [
    'a linked order',
    contextOf(),
    candidateOf({ linkedOrderType: 'one_cancels_other' }),
    {
      code: 'LinkedOrderTypeForbidden',
      operands: { linkedOrderType: 'one_cancels_other' },
    },
  ],
  [
    'a post-only order that may not rest',
    contextOf(),
    candidateOf({ ...resting, timeInForce: 'immediate_or_cancel' }),
    { code: 'InvalidInput', operands: { field: 'postOnly.timeInForce' } },
  ],
];

const malformed = (leg: Parameters<typeof legOf>[0], field: string): Row => [
  `a malformed ${field} (${JSON.stringify(leg)})`,
  contextOf(),
  candidateOf(leg),
  { code: 'InvalidInput', operands: { field } },
];

const NUMBERS: readonly Row[] = [
  malformed({ side: 'long' as 'buy' }, 'side'),
  malformed({ quantity: Number.POSITIVE_INFINITY }, 'quantity'),
  malformed({ quantity: 0 }, 'quantity'),
  malformed({ contracts: -1 }, 'contracts'),
  malformed({ limitPrice: 0 }, 'limitPrice'),
  malformed({ limitPrice: Number.NaN }, 'limitPrice'),
  malformed({ timeInForce: 'fill_or_kill' as 'immediate_or_cancel' }, 'timeInForce'),
  malformed({ delta: 1.000001 }, 'delta'),
  malformed({ delta: Number.NaN }, 'delta'),
  [
    'a reduction smaller than the venue trades',
    contextWithListing(
      { instrument: { ...BTC_CALL, minAmount: 3 as typeof BTC_CALL.minAmount } },
      { exposure: exposureOf({ position: 0.25 }) },
    ),
    reducingCandidateOf('CLOSE', { quantity: 0.3 }),
    { code: 'TooSmallAfterQuantization', operands: { amount: 0.2, minAmount: 0.3 } },
  ],
  [
    'an inventory that asks for more edge',
    contextOf({ exposure: exposureOf({ current: { BTC: 6 } }) }),
    candidateOf({ grossEdgeUsd: 21 }),
    {
      code: 'InventorySkew',
      operands: { bias: 0.6, netEdgeUsd: 12, adjustedMinEdgeUsd: 13 },
    },
  ],
];

describe('a refusal names', () => {
  it.each([...SHAPE, ...PERMISSION, ...ORDER_TYPE, ...NUMBERS])(
    '%s',
    (_, context, candidate, expected) => {
      expect(admit(context, candidate).reject).toEqual(expected);
    },
  );

  it('and what a reduction may lack is none: no greek is asked of it', () => {
    for (const delta of [2, Number.NaN, null]) {
      expect(admit(holding, reducingCandidateOf('CLOSE', { delta })).pass).toBe(true);
    }
  });

  it('no touch of a side that is empty, whatever its memory still holds', () => {
    const left = bookOf([[475, 1]], [[480, 1]], { bidCount: 0, askCount: 0 });
    const admission = admit(
      contextWithListing({ book: left }),
      candidateOf({ ...resting, limitPrice: 0.049 }),
    );
    expect(admission.reject).toEqual({
      code: 'PostOnlyWouldCross',
      operands: { limitPrice: 0.049, bestBid: null, bestAsk: null },
    });
  });
});
