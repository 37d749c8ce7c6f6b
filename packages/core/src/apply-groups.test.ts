import { describe, expect, it } from 'vitest';
import { apply } from './apply.ts';
import { createFacts, type Facts } from './facts.ts';
import type { GroupCause } from './order/group.ts';
import type { GroupStateChanged } from './ledger/group-records.ts';
import type { LedgerRecord } from './ledger/record.ts';
import {
  amountE8,
  coinE8,
  currency,
  groupId,
  instrumentName,
  label,
  microUsd,
  priceE8,
  strategyId,
  tradeId,
  wallMs,
} from './values/index.ts';

const GROUP = groupId('9f1c2d3e-4b5a-4c6d-8e7f-000000000001');
const CHILD = groupId('9f1c2d3e-4b5a-4c6d-8e7f-000000000002');
const A = label('a');
const B = label('b');
const X = label('x');
const CALL = instrumentName('BTC-27MAR26-100000-C');
const PUT = instrumentName('BTC-27MAR26-100000-P');
const strategy = strategyId('pairs');
const DAY_MS = 86_400_000;

const leg = (of: typeof A, instrument: typeof CALL) => ({
  label: of,
  instrument,
  side: 'buy' as const,
  amountE8: amountE8(100),
  unit: 'coin' as const,
});

function recorded(): Facts {
  const facts = createFacts();
  apply(facts, {
    type: 'groupRecorded',
    at: wallMs(1),
    groupId: GROUP,
    strategyId: strategy,
    structure: 'BTC:call:buy:week',
    first: leg(A, CALL),
    second: leg(B, PUT),
  });
  return facts;
}

function moved(state: GroupStateChanged['state'], cause: GroupCause, at = 2): LedgerRecord {
  return { type: 'groupStateChanged', at: wallMs(at), groupId: GROUP, state, cause };
}

function planned(purpose: 'rescue' | 'close' | 'hedge', attempt = 1): LedgerRecord {
  const ids = { parentGroupId: GROUP, groupId: CHILD, legIndex: 0 as const, label: X };
  return { type: 'containmentPlanned', at: wallMs(3), ...ids, purpose, round: 0, attempt };
}

function fill(of: typeof A, id: string, amount = 60, side: 'buy' | 'sell' = 'buy'): LedgerRecord {
  return {
    type: 'fillRecorded',
    at: wallMs(4),
    tradeId: tradeId(id),
    label: of,
    venueOrderId: null,
    strategyId: strategy,
    instrument: CALL,
    side,
    amountE8: amountE8(amount),
    priceE8: priceE8(1),
    feeE8: coinE8(0),
    feeCurrency: currency('BTC'),
    cashE8: coinE8(0),
    indexPriceE8: priceE8(7),
    tradedAt: wallMs(4),
    source: 'feed',
  };
}

function naked(at: number): LedgerRecord {
  return {
    type: 'atomicNakedEventRecorded',
    at: wallMs(at),
    groupId: GROUP,
    strategyId: strategy,
    incidentAt: wallMs(1),
    exposureBefore: microUsd(1),
    exposureAfter: microUsd(0),
    timeToDeltaNeutralMs: 5,
    closeAttempts: 1,
    hedgeUsed: false,
    cause: 'atomic_legging_failure',
    tradingMode: 'ReduceOnly',
    evidenceChain: null,
  };
}

describe('the fold of groups', () => {
  it('is new, and on its way with the first marker of a leg', () => {
    const facts = recorded();
    expect(facts.groups.get(GROUP)?.state).toBe('New');
    apply(facts, { type: 'orderSending', at: wallMs(1), label: A });
    expect(facts.groups.get(GROUP)?.state).toBe('Dispatched');
    expect([...facts.openGroups]).toEqual([GROUP]);
  });

  it('keeps the first failure as its seed', () => {
    const facts = recorded();
    apply(facts, moved('MixedFailed', 'leg_failed', 2));
    apply(facts, moved('MixedFailed', 'legs_mismatch', 9));
    expect(facts.groups.get(GROUP)).toMatchObject({ seed: 'leg_failed', mixedAt: 2 });
  });

  it('counts rescues to the leg and closes against it, each trade once', () => {
    const facts = recorded();
    apply(facts, fill(A, 't1'));
    apply(facts, planned('rescue'));
    apply(facts, fill(X, 't2', 40));
    apply(facts, fill(X, 't2', 40));
    expect(facts.groups.get(GROUP)?.legs[0]).toMatchObject({ filledE8: 100, indexPriceE8: 7 });
    apply(facts, planned('close', 2));
    apply(facts, fill(X, 't3', 70, 'sell'));
    expect(facts.groups.get(GROUP)?.legs[0]).toMatchObject({ filledE8: 100, closedE8: 70 });
    expect(facts.groups.get(GROUP)).toMatchObject({ rescues: 1, closeAttempts: 2 });
  });

  it('counts a hedge with its sign and to no leg', () => {
    const facts = recorded();
    apply(facts, planned('hedge'));
    apply(facts, fill(X, 't1', 5, 'sell'));
    expect(facts.groups.get(GROUP)).toMatchObject({ hedges: 1, hedgedE8: -5 });
    expect(facts.groups.get(GROUP)?.legs[0].filledE8).toBe(0);
  });

  it('is looked at again when a fill comes after its end', () => {
    const facts = recorded();
    apply(facts, moved('Complete', 'no_trade'));
    expect(facts.openGroups.size).toBe(0);
    apply(facts, fill(A, 'late'));
    expect([...facts.openGroups]).toEqual([GROUP]);
    apply(facts, moved('Complete', 'late_fill_closed'));
    expect(facts.openGroups.size).toBe(0);
    expect(facts.endedGroups).toEqual([GROUP]);
  });

  it('AT-927 knows the naked-exposure events of the last day and no older ones', () => {
    const facts = recorded();
    for (const at of [5, 6, DAY_MS + 6]) apply(facts, naked(at));
    expect(facts.nakedEvents).toEqual([6, DAY_MS + 6]);
    expect(facts.groups.get(GROUP)?.eventRecorded).toBe(true);
  });

  it('AT-221 counts the flattens of its structure, so that a restart forgets none', () => {
    const facts = recorded();
    for (const at of [1, 2, 3]) apply(facts, moved('Flattening', 'emergency_close', at));
    expect(facts.churn.get('pairs BTC:call:buy:week')).toMatchObject({ trippedAt: 3 });
  });
});
