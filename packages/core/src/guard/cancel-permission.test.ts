import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../order/order.ts';
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
import {
  assessCancel,
  assessReplace,
  type CancelContext,
  type Replacement,
} from './cancel-permission.ts';

const NAME = instrumentName('BTC-27MAR26-100000-C');

function order(terms: Partial<Order['terms']> = {}, filled = 0): Order {
  return {
    terms: {
      label: label('s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571'),
      intentHash: intentHash('922c27184cf9a571'),
      groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f'),
      legIndex: 0,
      strategyId: strategyId('test'),
      intentClass: 'OPEN',
      instrument: NAME,
      side: 'buy',
      amountE8: amountE8(100),
      limitPriceE8: priceE8(1),
      timeInForce: 'good_til_cancelled',
      postOnly: false,
      reduceOnly: false,
      ...terms,
    },
    state: 'Acked',
    sendingRecorded: true,
    abandoned: false,
    createdAt: wallMs(0),
    sentAt: wallMs(0),
    ackAt: wallMs(0),
    lastFillAt: null,
    endedAt: null,
    venueOrderId: null,
    lastTradeId: null,
    filledE8: amountE8(filled),
    decision: { fairPriceE8: null, grossEdge: null },
    deltaE8: coinE8(0),
    notional: microUsd(0),
  };
}

const closing = (amount = 100, filled = 0): Order =>
  order(
    { intentClass: 'CLOSE', side: 'sell', reduceOnly: true, amountE8: amountE8(amount) },
    filled,
  );

function context(changes: Partial<CancelContext> = {}): CancelContext {
  return {
    mode: 'Active',
    latchReasons: [],
    riskState: 'Healthy',
    enforcedProfile: 'CSP',
    evidenceChain: null,
    positionE8: amountE8(100),
    ...changes,
  };
}

function replacement(changes: Partial<Replacement> = {}): Replacement {
  return { instrument: NAME, side: 'buy', amountE8: amountE8(100), reduceOnly: false, ...changes };
}

const upsized = replacement({ amountE8: amountE8(101) });
const cause = (verdict: ReturnType<typeof assessCancel>): string | null =>
  verdict?.code === 'RiskIncreasingCancelReplaceForbidden' ? verdict.operands.cause : null;

/** Each blocks a risk-increasing replace by itself. */
const BLOCKS: readonly (readonly [string, Partial<CancelContext>, string])[] = [
  ['ReduceOnly', { mode: 'ReduceOnly' }, 'mode_ReduceOnly'],
  ['Kill', { mode: 'Kill' }, 'mode_Kill'],
  ['the latch', { latchReasons: ['WS_BOOK_GAP_RECONCILE_REQUIRED'] }, 'open_permission_latched'],
  ['Degraded', { riskState: 'Degraded' }, 'risk_state_Degraded'],
  ['evidence', { enforcedProfile: 'GOP', evidenceChain: 'RED' }, 'evidence_not_green'],
];

describe('cancel', () => {
  it('of an OPEN order is always fine', () => {
    for (const [, blocked] of BLOCKS) expect(assessCancel(context(blocked), order())).toBeNull();
    expect(assessCancel(context({ mode: 'Kill', positionE8: null }), order())).toBeNull();
  });

  it('of a protective order is refused in any mode while something is held (AMB-32)', () => {
    for (const mode of ['Active', 'ReduceOnly', 'Kill'] as const) {
      expect(cause(assessCancel(context({ mode }), closing()))).toBe('protective_order');
    }
    expect(cause(assessCancel(context({ positionE8: null }), closing()))).toBe('protective_order');
    expect(assessCancel(context({ positionE8: amountE8(0) }), closing())).toBeNull();
  });

  it('counts a hedge as protective even without its reduce-only flag', () => {
    const hedge = order({ intentClass: 'HEDGE', reduceOnly: false });
    expect(cause(assessCancel(context(), hedge))).toBe('protective_order');
  });
});

describe('replace', () => {
  it('by more is allowed when every permission stands', () => {
    expect(assessReplace(context(), order(), upsized)).toBeNull();
  });

  it.each(BLOCKS)('by more is refused under %s', (_, blocked, expected) => {
    expect(cause(assessReplace(context(blocked), order(), upsized))).toBe(expected);
  });

  it('AT-402 AT-119 while latched neither an upsize nor the cancel of a close gets through', () => {
    const latched = context({ latchReasons: ['WS_TRADES_GAP_RECONCILE_REQUIRED'] });
    expect(cause(assessReplace(latched, order(), upsized))).toBe('open_permission_latched');
    expect(cause(assessCancel(latched, closing()))).toBe('protective_order');
    expect(assessReplace(context(), order(), upsized)).toBeNull();
  });

  it('AT-120 while Degraded by a broken stream an upsize is refused', () => {
    const degraded = context({ riskState: 'Degraded' });
    expect(cause(assessReplace(degraded, order(), upsized))).toBe('risk_state_Degraded');
    expect(assessCancel(degraded, order())).toBeNull();
  });

  it('while evidence is not green, outside CSP, an upsize is refused', () => {
    const red = context({ enforcedProfile: 'GOP', evidenceChain: 'RED' });
    expect(cause(assessReplace(red, order(), upsized))).toBe('evidence_not_green');
    expect(assessReplace(red, order(), replacement())).toBeNull();
    expect(assessReplace({ ...red, enforcedProfile: 'CSP' }, order(), upsized)).toBeNull();
    expect(assessReplace({ ...red, evidenceChain: 'GREEN' }, order(), upsized)).toBeNull();
  });

  it('in bunker mode, which is ReduceOnly, a neutral one still passes', () => {
    const bunker = context({ mode: 'ReduceOnly' });
    expect(cause(assessReplace(bunker, order(), upsized))).toBe('mode_ReduceOnly');
    expect(assessReplace(bunker, order(), replacement())).toBeNull();
    expect(assessReplace(bunker, order(), replacement({ amountE8: amountE8(40) }))).toBeNull();
    expect(assessCancel(bunker, order())).toBeNull();
  });

  it.each([
    ['another side', replacement({ side: 'sell' })],
    ['another instrument', replacement({ instrument: instrumentName('BTC-PERPETUAL') })],
    ['no amount', replacement({ amountE8: amountE8(Number.NaN) })],
  ])('by %s is risk-increasing', (_, unlike) => {
    expect(cause(assessReplace(context({ mode: 'ReduceOnly' }), order(), unlike))).not.toBeNull();
  });

  it('measures what is left of the order, not what it was', () => {
    const halfFilled = order({}, 50);
    const sixty = replacement({ amountE8: amountE8(60) });
    expect(cause(assessReplace(context({ riskState: 'Degraded' }), halfFilled, sixty))).toBe(
      'risk_state_Degraded',
    );
    const fifty = replacement({ amountE8: amountE8(50) });
    expect(assessReplace(context({ riskState: 'Degraded' }), halfFilled, fifty)).toBeNull();
  });

  it('over an unknown position counts every unit more as risk', () => {
    const unknown = context({ mode: 'ReduceOnly', positionE8: null });
    expect(cause(assessReplace(unknown, order(), upsized))).toBe('mode_ReduceOnly');
    expect(assessReplace(unknown, order(), replacement())).toBeNull();
    expect(assessReplace(unknown, order(), replacement({ amountE8: amountE8(0) }))).toBeNull();
  });

  it('of a protective order may change its price, never its protection', () => {
    const same = replacement({ side: 'sell', reduceOnly: true });
    const kill = context({ mode: 'Kill' });
    expect(assessReplace(kill, closing(), same)).toBeNull();
    for (const unlike of [
      { ...same, reduceOnly: false },
      { ...same, amountE8: amountE8(99) },
      { ...same, side: 'buy' as const },
      { ...same, amountE8: amountE8(Number.NaN) },
    ]) {
      expect(cause(assessReplace(context(), closing(), unlike))).toBe('protective_order');
    }
  });

  it('of a protective order goes to no other instrument, though every permission stands', () => {
    const elsewhere = replacement({
      instrument: instrumentName('BTC-PERPETUAL'),
      side: 'sell',
      reduceOnly: true,
    });
    expect(cause(assessReplace(context(), closing(), elsewhere))).toBe('protective_order');
  });

  it('of a close with nothing left to protect is judged as what it would open', () => {
    const flat = { positionE8: amountE8(0) };
    const opening = replacement({ side: 'sell' });
    expect(assessReplace(context(flat), closing(), opening)).toBeNull();
    const held = context({ ...flat, mode: 'ReduceOnly' });
    expect(cause(assessReplace(held, closing(), opening))).toBe('mode_ReduceOnly');
    expect(assessReplace(held, closing(), { ...opening, reduceOnly: true })).toBeNull();
  });

  it('by an order the venue holds to reducing is never risk-increasing', () => {
    const reducing = replacement({ reduceOnly: true, amountE8: amountE8(900) });
    expect(assessReplace(context({ mode: 'Kill' }), order(), reducing)).toBeNull();
  });

  it('by less than nothing is risk-increasing: nobody can say what it would be', () => {
    const negative = replacement({ amountE8: amountE8(-1) });
    expect(cause(assessReplace(context({ mode: 'ReduceOnly' }), order(), negative))).toBe(
      'mode_ReduceOnly',
    );
  });

  it('by more is no risk while it only takes from what is held, and is once it turns it', () => {
    const short = context({ mode: 'ReduceOnly', positionE8: amountE8(-300) });
    const turning = (amount: number) => replacement({ amountE8: amountE8(amount) });
    expect(assessReplace(short, order(), turning(600))).toBeNull();
    expect(cause(assessReplace(short, order(), turning(601)))).toBe('mode_ReduceOnly');
  });

  it('of a protective order larger than the position may shrink to the position', () => {
    const held = context({ mode: 'ReduceOnly', positionE8: amountE8(60) });
    const shrunk = replacement({ side: 'sell', reduceOnly: true, amountE8: amountE8(60) });
    expect(assessReplace(held, closing(), shrunk)).toBeNull();
    const unknown = context({ mode: 'ReduceOnly', positionE8: null });
    expect(cause(assessReplace(unknown, closing(), shrunk))).toBe('protective_order');
  });

  it('while latched never lets the largest reachable position grow', () => {
    const amounts = fc.integer({ min: 0, max: 300 });
    const side = fc.constantFrom('buy', 'sell');
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 300 }),
        amounts,
        amounts,
        side,
        side,
        (held, from, to, was, now) => {
          const latched = context({
            positionE8: amountE8(held),
            latchReasons: ['RESTART_RECONCILE_REQUIRED'],
          });
          const target = order({ side: was, amountE8: amountE8(from) });
          const next = replacement({ side: now, amountE8: amountE8(to) });
          if (assessReplace(latched, target, next) !== null) return;
          const reach = (s: string, amount: number): number =>
            Math.max(Math.abs(held), Math.abs(held + (s === 'buy' ? amount : -amount)));
          expect(reach(now, to)).toBeLessThanOrEqual(reach(was, from));
        },
      ),
      { numRuns: 500 },
    );
  });
});
