/** P1-C: whatever an intent is refused for, nothing is left of it. */
import { describe, expect, it } from 'vitest';
import type { RejectCode } from '../src/gates/reject.ts';
import { REJECT_REASONS } from '../src/reasons.ts';
import { Desk } from './desk.ts';
import { footprintOf } from './footprint.ts';
import { NOT_PROVOKED, rejections } from './rejection-cases.ts';

const CASES = rejections();

describe('P1-C a refusal and what it leaves behind', () => {
  it.each(CASES)(
    'P1-C test_rejected_intent_has_no_side_effects: $code, for $cause',
    ({ code, reject, intent_id: intentId, before, after }) => {
      expect(reject?.code).toBe(code);
      expect(intentId).toMatch(/^[0-9a-f-]{36}:0$/);
      expect(after).toEqual(before);
    },
  );

  it('P1-C test_riskstate_not_healthy_blocks_open: test_phase1_degraded_blocks_opens', () => {
    const degraded = CASES.find(({ code }) => code === 'RiskStateNotHealthy');
    expect(degraded?.reject).toMatchObject({ operands: { riskState: 'Degraded' } });
    expect(degraded?.after.orders_dispatched).toBe(0);
  });

  it('every code is provoked once, or it is said why it cannot be', () => {
    const provoked = CASES.map(({ code }) => code);
    const named = [...provoked, ...(Object.keys(NOT_PROVOKED) as RejectCode[])].sort();
    expect(named).toEqual(Object.keys(REJECT_REASONS).sort());
  });

  it('an admitted intent leaves a footprint that is another', () => {
    const desk = new Desk().boot();
    const before = footprintOf(desk);
    desk.propose();
    const after = footprintOf(desk);
    const differing = Object.keys(before).filter(
      (key) =>
        JSON.stringify(before[key as keyof typeof before]) !==
        JSON.stringify(after[key as keyof typeof after]),
    );
    expect(differing).toEqual([
      'ledger_records',
      'ledger_bytes',
      'ledger_sha256',
      'orders',
      'working_orders',
      'reservations',
      'pending_exposure',
      'orders_counted_by_rate_limit',
      'orders_dispatched',
    ]);
  });
});
