import { describe, expect, it } from 'vitest';
import type { OperationsLock } from '../src/guard/operations-lock.ts';
import { DEFAULT_PARAMETERS } from '../src/policy-document.ts';
import { describe as describeStatus } from '../src/status.ts';
import { wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const OPERATION = 'OPS-2026-01-05-001';
const SINCE = '2026-01-05T09:00:00.000Z';
const HELD: readonly OperationsLock[] = [
  { state: 'running', operationId: OPERATION, since: SINCE },
  { state: 'latched', operationId: OPERATION, since: SINCE },
  { state: 'unreadable' },
];

function read(desk: Desk, lock: OperationsLock): void {
  desk.post({ kind: 'operationsLockRead', lock });
}

/** What a person reads of the reason, in the status document. */
function toldOf(desk: Desk): string {
  return stepsOf(desk)
    .map(({ current }) => current)
    .join('; ');
}

function stepsOf(desk: Desk) {
  const status = describeStatus(desk.state, {
    now: wallMs(desk.now),
    ledger: { depth: 0, capacity: 1_024, enqueueFailures: 0 },
    requestP95Ms: null,
    lastMessageAt: null,
    count429In5m: 0,
    supportedProfiles: ['CSP'],
  });
  return status.owner_view.unblock;
}

describe('the operations lock', () => {
  it.each(HELD)('X-04 TRIP: nothing opens while it is %s, and what closes may go', (lock) => {
    const desk = new Desk().boot();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    read(desk, lock);
    expect([desk.mode, [...desk.state.observations.riskCauses.keys()]]).toEqual([
      'ReduceOnly',
      ['operations_lock'],
    ]);
    desk.propose();
    expect(desk.refusals).toEqual(['RiskStateNotHealthy']);
    desk.propose({ side: 'sell', limitPrice: 0.045 }, { action: 'Close', reduceOnly: true });
    expect(desk.submits).toHaveLength(2);
    expect(toldOf(desk)).toContain(
      lock.state === 'unreadable'
        ? 'operations_lock: the operations lock cannot be read'
        : `operations_lock: operation ${OPERATION} is ${lock.state} since ${SINCE}`,
    );
  });

  it.each([
    ['running', `holdfast ops resume ${OPERATION}`],
    ['latched', 'holdfast ops clear --environment'],
    ['unreadable', 'artifacts/operations/<environment>.lock.json'],
  ] as const)('X-04 D-24 the owner reads what ends it where it is %s', (state, words) => {
    const desk = new Desk().boot();
    const lock = HELD.find((held) => held.state === state);
    if (lock === undefined) throw new Error('it is one of them');
    read(desk, lock);
    const [step, ...more] = stepsOf(desk).filter(({ current }) => current.includes('lock'));
    expect(more).toEqual([]);
    expect(step?.target).toContain(words);
    read(desk, { state: 'free' });
    expect(stepsOf(desk)).toEqual([]);
  });

  it('X-04 an operation behind another is told as the one that holds it now', () => {
    const desk = new Desk().boot();
    read(desk, { state: 'running', operationId: OPERATION, since: SINCE });
    read(desk, { state: 'running', operationId: 'OPS-2026-01-05-002', since: SINCE });
    expect(toldOf(desk)).toContain('OPS-2026-01-05-002');
    expect(toldOf(desk)).not.toContain(OPERATION);
  });

  it('X-04 NON-TRIP: free, and free again, it holds nothing back', () => {
    const desk = new Desk().boot();
    read(desk, { state: 'free' });
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    for (const lock of HELD) {
      read(desk, lock);
      expect(desk.mode).toBe('ReduceOnly');
      read(desk, { state: 'free' });
      expect([desk.mode, desk.state.observations.riskCauses.size]).toEqual(['Active', 0]);
    }
  });

  it('X-04 no clean pass, no time and no word ends it, but the file alone', () => {
    const desk = new Desk().boot();
    read(desk, { state: 'latched', operationId: OPERATION, since: SINCE });
    const minutes = DEFAULT_PARAMETERS.emergencyReduceonlyCooldownS * 1_000;
    for (let passed = 0; passed < minutes; passed += 10_000) desk.tick(10_000);
    desk.post({ kind: 'operatorCommanded', command: 'release', reason: 'go', operator: 'me' });
    expect([...desk.state.observations.riskCauses.keys()]).toContain('operations_lock');
  });
});
