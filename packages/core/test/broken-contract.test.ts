/** A code that no catalogue names comes up: what the compiler proves, asked of what runs. */
import { describe, expect, it } from 'vitest';
import { describe as statusOf, readOwnerStatus } from '../src/status.ts';
import type { OpenPermissionReasonCode } from '../src/guard/codes.ts';
import { monoMs, wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const NOBODY_KNOWS = 'NOBODY_KNOWS' as OpenPermissionReasonCode;
const KILLED = ['KILL_CORTEX_FORCE_KILL'];

/** As a line of code would that never listed it. */
function misname(desk: Desk): void {
  const { latch } = desk.state.observations;
  latch.reasons = [...latch.reasons, NOBODY_KNOWS];
}

function statusFrom(desk: Desk) {
  return statusOf(desk.state, {
    now: wallMs(desk.now),
    ledger: { depth: 0, capacity: 1_024, enqueueFailures: 0 },
    requestP95Ms: null,
    lastMessageAt: desk.now,
    count429In5m: 0,
    supportedProfiles: ['CSP'],
  });
}

describe('P2-8 a code that no list names', () => {
  it('TRIP: is Kill within one tick, is on record, and no reader is told it', () => {
    const desk = new Desk().boot();
    expect(desk.mode).toBe('Active');
    misname(desk);
    desk.tick();
    expect([desk.mode, desk.modeReasons]).toEqual(['Kill', KILLED]);
    expect(desk.recordsOf('anomalyRecorded').map(({ anomaly }) => anomaly)).toEqual([
      'unmapped_reason_code',
    ]);
    const document = statusFrom(desk);
    expect(readOwnerStatus(JSON.parse(JSON.stringify(document)))).toMatchObject({ sound: true });
    expect(JSON.stringify(document)).not.toContain(NOBODY_KNOWS);
    expect(document).toMatchObject({ trading_mode: 'Kill', risk_state: 'Healthy' });
    expect(document.owner_view).toMatchObject({
      primary_owner_reason_code: 'KILL_CORTEX_FORCE_KILL',
      unblock: [{ type: 'MANUAL', target: 'another build_id, certified' }],
    });
  });

  it('NON-TRIP: every code that is listed leaves the contract as it is', () => {
    const desk = new Desk().boot();
    desk.state.observations.latch.reasons = ['WS_BOOK_GAP_RECONCILE_REQUIRED'];
    desk.tick();
    expect(desk.state.observations.monitors.isContractBroken).toBe(false);
    expect(desk.recordsOf('anomalyRecorded')).toEqual([]);
    expect(desk.mode).not.toBe('Kill');
  });

  it('stands through clean reconciliations and in the next process of the same build', () => {
    const desk = new Desk().boot();
    misname(desk);
    for (let ticks = 0; ticks < 300; ticks += 1) desk.tick();
    expect(desk.state.observations.latch.reasons).toEqual([]);
    expect(desk.modeReasons).toEqual(KILLED);
    expect(desk.recordsOf('anomalyRecorded')).toHaveLength(1);
    const next = desk.crash();
    for (let ticks = 0; ticks < 300; ticks += 1) next.tick();
    expect([next.mode, next.modeReasons]).toEqual(['Kill', KILLED]);
  });

  it('is over with another build', () => {
    const desk = new Desk().boot();
    misname(desk);
    desk.tick();
    const past = desk.records.map((record) =>
      record.type === 'sessionStarted' ? { ...record, buildId: 'the build before' } : record,
    );
    const rebuilt = new Desk({ past, epoch: 2, now: desk.now }).boot();
    expect(rebuilt.mode).toBe('Active');
    expect(rebuilt.state.facts.brokenBuildId).toBe('the build before');
  });

  it.each([
    ['a latch reason', 'private_message_unreadable', false],
    ['what a reader met', 'unmapped_reason_code', true],
  ])('%s from outside: a fault named %s breaks the contract: %s', (_, fault, isBroken) => {
    const desk = new Desk().boot();
    desk.post({ kind: 'faultObserved', fault, subject: 'x' });
    expect(desk.state.observations.monitors.isContractBroken).toBe(isBroken);
    expect(desk.modeReasons.includes('KILL_CORTEX_FORCE_KILL')).toBe(isBroken);
  });

  it('a ledger that refuses the record changes nothing of the Kill', () => {
    const desk = new Desk().boot();
    desk.ledger = 'held';
    misname(desk);
    desk.tick();
    desk.settleOldest('queue_full');
    desk.tick();
    expect(desk.modeReasons).toContain('KILL_CORTEX_FORCE_KILL');
    expect(desk.state.observations.now).toBe(monoMs(desk.now));
  });
});
