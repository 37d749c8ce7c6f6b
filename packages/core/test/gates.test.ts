import { describe, expect, it } from 'vitest';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  DAY_MS,
  exposureOf,
  legOf,
  NOW,
  policyWith,
  rateOf,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import type { Candidate, GateContext } from '../src/gates/gate.ts';
import { admit, GATES } from '../src/gates/gates.ts';
import type { RejectCode } from '../src/gates/reject.ts';
import { classify } from '../src/intent/classify.ts';
import type { IntentProposal, LegProposal } from '../src/intent/intent.ts';
import { instrumentName, monoMs } from '../src/values/index.ts';

function codeOf(context: GateContext, candidate: Candidate): RejectCode | 'admitted' {
  const admission = admit(context, candidate);
  return admission.pass ? 'admitted' : admission.reject.code;
}

const holding = { exposure: exposureOf({ position: 1 }) };

describe('the baseline of section 52', () => {
  it('admits the OPEN once every gate has passed, with a label of 43 characters', () => {
    const candidate = candidateOf();
    expect(admit(contextOf(), candidate)).toMatchObject({
      pass: true,
      trace: GATES.filter(({ name }) => name !== 'sequenced').map((gate) => gate.name),
    });
    expect(candidate.label).toHaveLength(43);
  });

  it('admits the reduction of a position, as CLOSE and as HEDGE', () => {
    expect(codeOf(contextOf(holding), reducingCandidateOf('CLOSE'))).toBe('admitted');
    expect(codeOf(contextOf(holding), reducingCandidateOf('HEDGE'))).toBe('admitted');
  });
});

describe('the mode gate', () => {
  const kill = { mode: { mode: 'Kill', reasons: ['KILL_RISKSTATE_KILL'] } } as const;
  const reduceOnly = {
    mode: { mode: 'ReduceOnly', reasons: ['REDUCEONLY_POLICY_STALE'] },
  } as const;
  const latched = { latchReasons: ['RESTART_RECONCILE_REQUIRED'] } as const;
  const degraded = { riskState: 'Degraded' } as const;

  it.each([
    ['Kill', kill, 'TradingModeForbidsOpen'],
    [
      'Kill with latch and a sick RiskState',
      { ...kill, ...latched, ...degraded },
      'TradingModeForbidsOpen',
    ],
    ['the latch', { ...reduceOnly, ...latched, ...degraded }, 'OpenPermissionLatched'],
    ['a latch the mode does not know of', latched, 'OpenPermissionLatched'],
    ['ReduceOnly', reduceOnly, 'TradingModeForbidsOpen'],
  ] as const)('stops OPEN for %s', (_name, parts, code) => {
    expect(codeOf(contextOf(parts), candidateOf())).toBe(code);
  });

  it.each(['Degraded', 'Maintenance', 'Kill'] as const)(
    'test_riskstate_not_healthy_blocks_open: %s, in its own words',
    (riskState) => {
      expect(admit(contextOf({ riskState }), candidateOf())).toMatchObject({
        pass: false,
        reject: { code: 'RiskStateNotHealthy', operands: { riskState } },
      });
    },
  );

  it('AT-931 names mode and reasons when the mode fell after the intent was made', () => {
    expect(admit(contextOf(reduceOnly), candidateOf())).toMatchObject({
      reject: {
        code: 'TradingModeForbidsOpen',
        operands: { mode: 'ReduceOnly', reasons: ['REDUCEONLY_POLICY_STALE'] },
      },
    });
  });

  it('AT-229 refuses the OPEN and lets the reduction through while Degraded', () => {
    expect(codeOf(contextOf({ ...holding, ...degraded }), candidateOf())).toBe(
      'RiskStateNotHealthy',
    );
    expect(codeOf(contextOf({ ...holding, ...degraded }), reducingCandidateOf())).toBe('admitted');
  });

  it.each([kill, reduceOnly, latched, degraded])('holds up no reduction', (parts) => {
    expect(codeOf(contextOf({ ...holding, ...parts }), reducingCandidateOf())).toBe('admitted');
  });
});

describe('what cannot be proven to reduce is OPEN', () => {
  const latched = contextOf({ ...holding, latchReasons: ['RESTART_RECONCILE_REQUIRED'] });
  const judged = (parts: Partial<IntentProposal>) => {
    const candidate = candidateOf({}, parts);
    const intentClass = classify(candidate.proposal);
    if (intentClass === 'CANCEL') return 'CANCEL';
    return codeOf(latched, { ...candidate, intentClass });
  };

  it('AT-201 an unknown action is OPEN and blocked with OPEN', () => {
    expect(judged({ action: 'Liquidate', reduceOnly: null })).toBe('OpenPermissionLatched');
    expect(judged({ action: '', reduceOnly: null })).toBe('OpenPermissionLatched');
  });

  it('AT-110 a placement without the flag is OPEN and blocked while latched', () => {
    expect(judged({ action: 'Close', reduceOnly: null })).toBe('OpenPermissionLatched');
    expect(judged({ action: 'Hedge', reduceOnly: false })).toBe('OpenPermissionLatched');
    expect(judged({ action: 'Close', reduceOnly: true })).not.toBe('OpenPermissionLatched');
  });

  it('refuses a candidate that calls itself CLOSE without the flag', () => {
    const candidate: Candidate = { ...candidateOf({ side: 'sell' }), intentClass: 'CLOSE' };
    expect(admit(contextOf(holding), candidate)).toMatchObject({
      reject: { code: 'InvalidInput', operands: { field: 'reduceOnly' } },
    });
  });
});

describe('order-type preflight', () => {
  const codeFor = (leg: Partial<LegProposal>) => codeOf(contextOf(holding), candidateOf(leg));
  const perpetual = { instrument: BTC_PERPETUAL.name, quantity: 30_000, fairPrice: 100_000 };

  it('AT-004 a linked order is refused before anything else is asked of it', () => {
    expect(codeFor({ linkedOrderType: 'one_cancels_other' })).toBe('LinkedOrderTypeForbidden');
    expect(codeFor({ ...perpetual, linkedOrderType: 'one_triggers_other' })).toBe(
      'LinkedOrderTypeForbidden',
    );
  });

  it('AT-016 a market order on an option is refused', () => {
    expect(codeFor({ orderType: 'market' })).toBe('OrderTypeMarketForbidden');
  });

  it('AT-017 a market order on a perpetual is refused', () => {
    expect(codeFor({ ...perpetual, orderType: 'market' })).toBe('OrderTypeMarketForbidden');
  });

  it.each(['stop_market', 'stop_limit'])('AT-018 %s on an option is refused', (orderType) => {
    expect(codeFor({ orderType })).toBe('OrderTypeStopForbidden');
  });

  it.each(['stop_market', 'stop_limit'])(
    'AT-019 %s on a perpetual is refused, with its trigger or without',
    (orderType) => {
      expect(codeFor({ ...perpetual, orderType })).toBe('OrderTypeStopForbidden');
      const trigger = { trigger: 'mark_price', triggerPrice: 90_000 };
      expect(codeFor({ ...perpetual, ...trigger, orderType })).toBe('OrderTypeStopForbidden');
    },
  );

  it('AT-913 names a market order', () => {
    expect(admit(contextOf(), candidateOf({ orderType: 'market' }))).toMatchObject({
      reject: { code: 'OrderTypeMarketForbidden', operands: { orderType: 'market' } },
    });
  });

  it('AT-914 names a stop order', () => {
    expect(codeFor({ orderType: 'stop_market' })).toBe('OrderTypeStopForbidden');
    expect(codeFor({ orderType: 'stop_limit' })).toBe('OrderTypeStopForbidden');
  });

  it('AT-915 names a linked order', () => {
    expect(codeFor({ linkedOrderType: 'one_cancels_other' })).toBe('LinkedOrderTypeForbidden');
  });

  it.each([
    ['take_limit', 'OrderTypeStopForbidden'],
    ['trailing_stop', 'OrderTypeStopForbidden'],
    ['market_limit', 'OrderTypeMarketForbidden'],
    ['iceberg', 'OrderTypeMarketForbidden'],
    ['', 'OrderTypeMarketForbidden'],
    ['LIMIT', 'OrderTypeMarketForbidden'],
  ])('refuses the type %j nobody allowed (AMB-09)', (orderType, code) => {
    expect(codeFor({ orderType })).toBe(code);
  });

  it.each([{ trigger: 'index_price' }, { triggerPrice: 90_000 }])(
    'refuses trigger fields on a limit order (AMB-09)',
    (leg) => {
      expect(codeFor(leg)).toBe('OrderTypeStopForbidden');
      expect(codeFor({ ...perpetual, ...leg })).toBe('OrderTypeStopForbidden');
    },
  );

  it('names market before stop before linked before post-only (AMB-09)', () => {
    const linked = { linkedOrderType: 'one_cancels_other', postOnly: true, limitPrice: 0.048 };
    expect(codeFor({ ...linked, orderType: 'market', trigger: 'x' })).toBe(
      'OrderTypeMarketForbidden',
    );
    expect(codeFor({ ...linked, orderType: 'limit', trigger: 'x' })).toBe('OrderTypeStopForbidden');
    expect(codeFor({ ...linked, orderType: 'limit' })).toBe('LinkedOrderTypeForbidden');
  });

  it('holds for reductions too', () => {
    const market = reducingCandidateOf('CLOSE', { orderType: 'market' });
    expect(codeOf(contextOf(holding), market)).toBe('OrderTypeMarketForbidden');
  });
});

describe('post-only', () => {
  const resting = { postOnly: true, timeInForce: 'good_til_cancelled' } as const;

  it.each([
    ['buy', 0.048],
    ['buy', 0.0485],
    ['sell', 0.0475],
    ['sell', 0.047],
  ] as const)('AT-916 a post-only %s at %d would cross and is refused', (side, limitPrice) => {
    expect(codeOf(contextOf(), candidateOf({ ...resting, side, limitPrice }))).toBe(
      'PostOnlyWouldCross',
    );
  });

  it('lets a post-only order rest one tick inside the touch', () => {
    expect(codeOf(contextOf(), candidateOf({ ...resting, limitPrice: 0.0475 }))).toBe('admitted');
    const sell = { ...resting, side: 'sell', fairPrice: 0.045, limitPrice: 0.048 } as const;
    expect(codeOf(contextOf(), candidateOf(sell))).toBe('admitted');
  });

  it('looks again at the price the pricer made', () => {
    const book = bookOf([[1, 1000]], [[2, 1000]]);
    const cheap = contextWithListing({ book });
    expect(codeOf(cheap, candidateOf({ ...resting, limitPrice: null }))).toBe('PostOnlyWouldCross');
  });

  it.each([
    ['no book', bookOf([], [], { usable: false })],
    ['nobody on the other side', bookOf([[475, 1000]], [])],
  ])('refuses with %s (AMB-09)', (_name, book) => {
    const candidate = candidateOf({ ...resting, limitPrice: 0.04 });
    expect(codeOf(contextWithListing({ book }), candidate)).toBe('PostOnlyWouldCross');
  });

  it('refuses a limit that is no number', () => {
    const candidate = candidateOf({ ...resting, limitPrice: Number.NaN });
    expect(codeOf(contextOf(), candidate)).toBe('PostOnlyWouldCross');
  });

  it('cannot be combined with immediate-or-cancel', () => {
    expect(codeOf(contextOf(), candidateOf({ postOnly: true, limitPrice: 0.04 }))).toBe(
      'InvalidInput',
    );
  });
});

describe('execution style', () => {
  const sniper = { policy: policyWith({ executionStyle: 'Sniper' }), ...holding };

  it('AT-1055 Sniper lets the IOC limit OPEN through', () => {
    expect(codeOf(contextOf(sniper), candidateOf())).toBe('admitted');
  });

  it('refuses any other OPEN', () => {
    const waiting = { timeInForce: 'good_til_cancelled' } as const;
    expect(codeOf(contextOf(sniper), candidateOf(waiting))).toBe('ExecutionStyleViolation');
    const resting = { ...waiting, postOnly: true, limitPrice: 0.0475 };
    expect(codeOf(contextOf(sniper), candidateOf(resting))).toBe('ExecutionStyleViolation');
    expect(codeOf(contextOf(sniper), reducingCandidateOf('CLOSE', waiting))).toBe('admitted');
  });
});

describe('instrument', () => {
  const at = (expiry: number, parts = {}) =>
    contextWithListing({ instrument: { ...BTC_CALL, expiry: monoMs(expiry), ...parts } }, holding);

  it('AT-950 inside the delist buffer only the OPEN is refused', () => {
    expect(codeOf(at(NOW + 30_000), candidateOf())).toBe('InstrumentExpiredOrDelisted');
    expect(codeOf(at(NOW + 30_000), reducingCandidateOf('CLOSE'))).toBe('admitted');
    expect(codeOf(at(NOW + 30_000), reducingCandidateOf('HEDGE'))).toBe('admitted');
  });

  it('AT-965 outside the delist buffer the OPEN goes', () => {
    expect(codeOf(at(NOW + 120_000), candidateOf())).toBe('admitted');
  });

  it('refuses exactly from the edge of the buffer', () => {
    expect(codeOf(at(NOW + 60_000), candidateOf())).toBe('InstrumentExpiredOrDelisted');
    expect(codeOf(at(NOW + 60_001), candidateOf())).toBe('admitted');
  });

  it('refuses what is no longer active, or was closed by the venue', () => {
    expect(codeOf(at(NOW + DAY_MS, { isActive: false }), candidateOf())).toBe(
      'InstrumentExpiredOrDelisted',
    );
    expect(codeOf(contextWithListing({ closed: true }), candidateOf())).toBe(
      'InstrumentExpiredOrDelisted',
    );
  });

  it('reduces past the expiry, until the venue has closed the instrument', () => {
    const instrument = { ...BTC_CALL, expiry: monoMs(NOW - 1) };
    const ended = (closed: boolean) => contextWithListing({ instrument, closed }, holding);
    for (const intentClass of ['CLOSE', 'HEDGE'] as const) {
      expect(codeOf(ended(false), reducingCandidateOf(intentClass))).toBe('admitted');
      expect(codeOf(ended(true), reducingCandidateOf(intentClass))).toBe(
        'InstrumentExpiredOrDelisted',
      );
    }
  });

  it('AT-104 stale metadata opens nothing and still closes', () => {
    const aged = (ageMs: number) => contextWithListing({ fetchedAt: monoMs(NOW - ageMs) }, holding);
    expect(codeOf(aged(3_600_000), candidateOf())).toBe('admitted');
    expect(codeOf(aged(3_600_001), candidateOf())).toBe('InstrumentMetadataMissing');
    expect(codeOf(aged(3_600_001), reducingCandidateOf())).toBe('admitted');
  });

  it('refuses what the venue never listed, and what this build cannot size', () => {
    const name = instrumentName('BTC-SPOT');
    expect(codeOf(contextOf(), candidateOf({ instrument: name }))).toBe(
      'InstrumentMetadataMissing',
    );
    const unsupported = new Map([[name, 'spot' as const]]);
    expect(codeOf(contextOf({ unsupported }), candidateOf({ instrument: name }))).toBe(
      'InstrumentKindUnsupported',
    );
  });
});

describe('shape, strategy, rate', () => {
  it('takes one leg until groups exist', () => {
    const leg = candidateOf().leg;
    expect(codeOf(contextOf(), candidateOf({}, { legs: [leg, leg] }))).toBe('GroupLegsUnsupported');
    expect(codeOf(contextOf(), candidateOf({}, { legs: [] }))).toBe('InvalidInput');
  });

  it.each([
    { quantity: 0 },
    { quantity: -0.3 },
    { quantity: Number.NaN },
    { quantity: Number.POSITIVE_INFINITY },
    { contracts: Number.NaN },
    { contracts: -1 },
    { limitPrice: Number.NaN },
    { limitPrice: 0 },
    { limitPrice: -0.01 },
    { delta: Number.NaN },
    { delta: 1.5 },
    // What no type stops at run time.
    Object.assign(legOf(), { side: 'hold' }),
    Object.assign(legOf(), { timeInForce: 'fill_or_kill' }),
  ])('refuses %o', (leg) => {
    expect(codeOf(contextOf(), candidateOf(leg))).toBe('InvalidInput');
  });

  it('suspends the OPENs of a strategy that failed, not its reductions', () => {
    const parts = { ...holding, isSuspended: () => true };
    expect(codeOf(contextOf(parts), candidateOf())).toBe('StrategySuspended');
    expect(codeOf(contextOf(parts), reducingCandidateOf())).toBe('admitted');
  });

  it.each([
    ['max_orders_per_second', [999, 900, 800, 700, 600], [1000, 900, 800, 700, 600]],
    ['min_order_interval_ms', [199], [200]],
    [
      'max_orders_per_minute',
      Array.from({ length: 100 }, (_, sent) => 59_999 - 500 * sent),
      Array.from({ length: 99 }, (_, sent) => 59_999 - 500 * sent),
    ],
  ] as const)('keeps %s', (limit, over, within) => {
    const trip = contextOf({ ...holding, rate: rateOf(over) });
    expect(admit(trip, candidateOf())).toMatchObject({
      reject: { code: 'PolicyLimitExceeded', operands: { limit } },
    });
    expect(codeOf(trip, reducingCandidateOf())).toBe('admitted');
    expect(codeOf(contextOf({ rate: rateOf(within) }), candidateOf())).toBe('admitted');
  });
});
