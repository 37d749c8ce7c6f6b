import { describe, expect, it } from 'vitest';
import { monoMs } from '../values/index.ts';
import { baselineInputs } from './baseline.fixture.ts';
import { resolveMode } from './resolve.ts';
import {
  clearSessionKill,
  count10028,
  createSessionKill,
  note10028,
  SESSION_KILL_REMEMBERED,
} from './session-kill.ts';

const at = (ms: number) => monoMs(1_000_000_000 + ms);

describe('session kill', () => {
  it('counts the last five minutes; exactly five minutes old still counts', () => {
    const kill = createSessionKill();
    expect([kill.active, count10028(kill, at(0))]).toEqual([false, 0]);
    note10028(kill, at(0));
    note10028(kill, at(1));
    expect(count10028(kill, at(300_000))).toBe(2);
    expect(count10028(kill, at(300_001))).toBe(1);
    expect(count10028(kill, at(300_002))).toBe(0);
  });

  it('stays active until a reconciliation, however old it gets', () => {
    const kill = createSessionKill();
    note10028(kill, at(0));
    expect(count10028(kill, at(10_000_000))).toBe(0);
    expect(kill.active).toBe(true);
    expect(clearSessionKill(kill, at(1))).toBe(true);
    expect(kill.active).toBe(false);
    expect(clearSessionKill(kill, at(2))).toBe(false);
  });

  it('is not cleared by a reconciliation that began before the last one', () => {
    const kill = createSessionKill();
    note10028(kill, at(0));
    note10028(kill, at(10));
    expect(clearSessionKill(kill, at(10))).toBe(false);
    expect(kill.active).toBe(true);
    expect(clearSessionKill(kill, at(11))).toBe(true);
  });

  it('is judged by the last one, however many came before the reconciliation', () => {
    const kill = createSessionKill();
    for (const ms of [0, 10, 20]) note10028(kill, at(ms));
    expect(clearSessionKill(kill, at(15))).toBe(false);
    expect(clearSessionKill(kill, at(21))).toBe(true);
  });

  it('has seen nothing at the start', () => {
    expect(createSessionKill()).toEqual({ active: false, seenAt: [] });
  });

  it('AT-1068 AT-1069 one or two are ReduceOnly, three within five minutes are Kill', () => {
    const kill = createSessionKill();
    const judge = (now: number) =>
      resolveMode(
        baselineInputs({
          sessionKillActive: kill.active,
          count10028In5m: count10028(kill, at(now)),
        }),
      );
    expect(judge(0).mode).toBe('Active');
    for (const now of [0, 1_000]) {
      note10028(kill, at(now));
      expect(judge(now).reasons).toEqual(['REDUCEONLY_SESSION_KILL_UNCONFIRMED']);
    }
    note10028(kill, at(2_000));
    expect(judge(2_000)).toEqual({
      mode: 'Kill',
      reasons: ['KILL_RATE_LIMIT_SESSION_TERMINATION'],
    });
    clearSessionKill(kill, at(3_000));
    expect(judge(3_000).mode).toBe('Active');
  });

  it('remembers a bounded number', () => {
    const kill = createSessionKill();
    for (let ms = 0; ms < 1_000; ms += 1) note10028(kill, at(ms));
    expect(kill.seenAt.length).toBe(SESSION_KILL_REMEMBERED);
    expect(count10028(kill, at(1_000))).toBe(SESSION_KILL_REMEMBERED);
  });
});
