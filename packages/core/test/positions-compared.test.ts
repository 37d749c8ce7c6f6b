/** Positions that are not compared are not known to be equal (contract-2 section 7.2). */
import { describe, expect, it } from 'vitest';
import { monoMs } from '../src/values/index.ts';
import { Desk, type DeskOptions } from './desk.ts';

const active = (options: DeskOptions = {}): Desk => new Desk(options).boot();

function ticks(desk: Desk, count: number, ms = 100): void {
  for (let round = 0; round < count; round += 1) desk.tick(ms);
}

const latched = ({ state }: Desk): readonly string[] => state.observations.latch.reasons;

describe('positions while something of ours always moves', () => {
  /** Every answer comes just after something was sent or filled. */
  function busy(desk: Desk, forMs: number): void {
    const end = desk.now + forMs;
    while (desk.now < end) {
      desk.state.observations.lastActivityAt = monoMs(desk.now + 200);
      desk.tick();
    }
  }

  it('AT-305 are compared within a minute: until then OPEN goes on, then it is shut', () => {
    const desk = active();
    busy(desk, 58_000);
    expect([desk.mode, latched(desk)]).toEqual(['Active', []]);
    busy(desk, 25_000);
    expect(latched(desk)).toEqual(['INVENTORY_MISMATCH_RECONCILE_REQUIRED']);
    ticks(desk, 40);
    expect(desk.mode).toBe('Active');
  });
});

describe('positions that nobody answers for', () => {
  const isPass = ({ what }: Desk['fetches'][number]): boolean => what === 'reconciliation';

  /** When the venue was asked for the first time from now on. */
  function askedAt(desk: Desk): number {
    const before = desk.fetches.filter(isPass).length;
    while (desk.fetches.filter(isPass).length === before) desk.tick();
    return desk.fetches.findLast(isPass)?.at ?? Number.NaN;
  }

  /** Tick by tick; a question that is out is told to have failed where it is said how. */
  function unanswered(desk: Desk, until: number, fault: string | null = null): void {
    while (desk.now < until) {
      desk.tick();
      const { requestId } = desk.state.observations.reconciliation;
      if (fault !== null && requestId !== null) {
        desk.post({ kind: 'fetchFailed', requestId, fault });
      }
    }
  }

  it.each([
    ['silence', null],
    ['failure', 'venue_error 13028'],
  ])('TRIP: a minute of %s shuts what opens, once, and one answer opens it', (_, fault) => {
    const desk = active();
    desk.silent.add('reconciliation');
    const since = askedAt(desk);
    unanswered(desk, since + 59_900, fault);
    expect([desk.mode, latched(desk)]).toEqual(['Active', []]);
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    desk.fill(desk.submits[0], 'T1', 1);
    unanswered(desk, since + 66_000, fault);
    expect(desk.mode).toBe('ReduceOnly');
    expect(latched(desk)).toEqual(['INVENTORY_MISMATCH_RECONCILE_REQUIRED']);
    expect([...desk.state.observations.riskCauses.keys()]).toEqual(['inventory_mismatch']);
    desk.propose();
    expect([desk.submits.length, desk.refusals]).toEqual([1, ['OpenPermissionLatched']]);
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
    unanswered(desk, since + 180_000, fault);
    expect(desk.recordsOf('latchSet')).toHaveLength(1);
    desk.silent.clear();
    const again = askedAt(desk);
    ticks(desk, 20);
    expect([desk.mode, latched(desk)]).toEqual(['Active', []]);
    expect(desk.now - again).toBeLessThan(3_000);
  });

  it('NON-TRIP: passes that are minutes apart are no silence', () => {
    const desk = active({ reconcileIntervalMs: 300_000 });
    ticks(desk, 1_500, 1_000);
    expect(desk.fetches.filter(isPass).length).toBeLessThan(10);
    expect(desk.recordsOf('latchSet')).toEqual([]);
  });

  it('NON-TRIP: one of few questions is lost and asked again, and nothing is shut', () => {
    const desk = active({ reconcileIntervalMs: 300_000 });
    desk.silent.add('reconciliation');
    const since = askedAt(desk);
    unanswered(desk, since + 4_900);
    desk.silent.clear();
    ticks(desk, 400, 1_000);
    expect(desk.recordsOf('latchSet')).toEqual([]);
    expect(desk.mode).toBe('Active');
  });

  it('NON-TRIP: a process that slept over its question asks again first', () => {
    const desk = active();
    desk.silent.add('reconciliation');
    askedAt(desk);
    desk.silent.clear();
    desk.tick(120_000);
    ticks(desk, 20);
    expect(desk.recordsOf('latchSet')).toEqual([]);
    expect(desk.mode).toBe('Active');
  });

  it('NON-TRIP: an answer in between begins the minute anew', () => {
    const desk = active();
    for (let round = 0; round < 4; round += 1) {
      desk.silent.add('reconciliation');
      unanswered(desk, askedAt(desk) + 50_000);
      desk.silent.clear();
      ticks(desk, 60);
    }
    expect(desk.recordsOf('latchSet')).toEqual([]);
    expect(desk.mode).toBe('Active');
  });

  it('a lost session is no unanswered question of its own, and ends with its first pass', () => {
    const desk = active();
    desk.silent.add('reconciliation');
    unanswered(desk, askedAt(desk) + 3_000);
    desk.post({ kind: 'sessionChanged', connected: false });
    ticks(desk, 120, 1_000);
    desk.silent.clear();
    desk.post({ kind: 'sessionChanged', connected: true });
    ticks(desk, 30);
    expect(desk.recordsOf('latchSet').at(-1)?.reasons).toEqual([
      'SESSION_TERMINATION_RECONCILE_REQUIRED',
    ]);
    expect(desk.mode).toBe('Active');
  });
});
