/**
 * Causes that make the system less than healthy, whole: what raises them, that OPEN stops and a
 * close goes, and what ends them (contract-1 section 30.2).
 */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, POLICY, policyWith } from '../src/gates/context.fixture.ts';
import { currency } from '../src/values/index.ts';
import { Desk } from './desk.ts';

/** Active, holding one lot, with the last order a second ago. */
function holding(): Desk {
  const desk = new Desk().boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  desk.report(desk.submits[0], 'filled', 1);
  desk.tick(1_000);
  return desk;
}

function ticks(desk: Desk, count: number): void {
  for (let round = 0; round < count; round += 1) desk.tick();
}

describe('a miswired intent', () => {
  it('AT-920 AT-280 contracts that disagree with the amount: refused, Degraded, ReduceOnly', () => {
    const desk = holding();
    desk.propose({ contracts: 17 });
    expect(desk.refusals).toEqual(['ContractsAmountMismatch']);
    expect(desk.submits).toHaveLength(1);
    expect(desk.modeReasons).toEqual(['REDUCEONLY_RISKSTATE_DEGRADED']);
    desk.now += 1_000;
    desk.feed();
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
  });

  it('AT-280 contracts that agree are dispatched, and nothing is Degraded', () => {
    const desk = new Desk().boot();
    desk.propose({ contracts: 0.3 });
    expect(desk.submits).toHaveLength(1);
    expect(desk.mode).toBe('Active');
  });

  it('AMB-45 ends only after a whole reconcile cycle without a new one', () => {
    const desk = new Desk().boot();
    desk.propose({ contracts: 17 });
    ticks(desk, 12);
    expect(desk.mode).toBe('ReduceOnly');
    ticks(desk, 20);
    expect(desk.mode).toBe('Active');
  });

  it('AT-043 AT-922 no delta limit: refused by its code, Degraded, never a default', () => {
    const policy = policyWith({ exposure: { ...POLICY.exposure, deltaLimitE8: new Map() } });
    const desk = new Desk({ policy }).boot();
    desk.propose();
    expect(desk.refusals).toEqual(['InventorySkewDeltaLimitMissing']);
    expect(desk.submits).toEqual([]);
    expect(desk.modeReasons).toEqual(['REDUCEONLY_RISKSTATE_DEGRADED']);
  });
});

describe('the fee model', () => {
  /** Everything is fed but the account: its answers stop. */
  function withoutAccount(desk: Desk, ms: number): void {
    desk.now += ms;
    desk.feed();
    desk.state.observations.polls.accountAt = (desk.now + 1_000_000) as never;
    desk.state.observations.mmUtil = { value: 0.1, at: desk.now as never };
    desk.post({ kind: 'ticked' });
  }

  it('AT-033 AT-042 older than 900 s is Degraded and ReduceOnly; a close still goes', () => {
    const desk = holding();
    const cachedAt = desk.state.observations.feeModelCachedAt ?? 0;
    // A reconciliation answer takes the desk a millisecond of its own.
    withoutAccount(desk, cachedAt + 899_990 - desk.now);
    expect(desk.modeReasons).not.toContain('REDUCEONLY_FEE_MODEL_HARD_STALE');
    withoutAccount(desk, 20);
    expect(desk.modeReasons).toContain('REDUCEONLY_FEE_MODEL_HARD_STALE');
    expect(desk.modeReasons).toContain('REDUCEONLY_RISKSTATE_DEGRADED');
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
  });
});

describe('one instrument in trouble', () => {
  it('an empty book has no depth: refused by its code, and the mode is left alone', () => {
    const desk = new Desk().boot();
    desk.quote(BTC_CALL, [], []);
    desk.propose();
    expect(desk.refusals).toEqual(['ExpectedSlippageTooHigh']);
    expect(desk.mode).toBe('Active');
  });

  it('an index that is gone leaves the basis monitor without a price', () => {
    const desk = new Desk().boot();
    desk.state.observations.indexes.delete(currency('BTC'));
    desk.state.observations.monitors.judgedAt = null;
    desk.propose();
    expect(desk.refusals).toEqual(['TradingModeForbidsOpen']);
    expect(desk.submits).toEqual([]);
    expect(desk.modeReasons).toEqual([
      'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
      'REDUCEONLY_INPUT_MISSING_OR_STALE',
    ]);
  });
});
