import { describe, expect, it } from 'vitest';
import { policyWith } from '../src/gates/context.fixture.ts';
import { Desk } from './desk.ts';

const UNPACED = policyWith({
  limits: { maxOrdersPerSecond: 1_000, maxOrdersPerMinute: 10_000, minOrderIntervalMs: 0 },
});

/** One answer of the account without limits; everything else goes on. */
function failAt(desk: Desk, at: number): void {
  while (desk.now < at) desk.tick(Math.min(5_000, at - desk.now));
  const { limits } = desk.account;
  desk.account.limits = null;
  desk.state.observations.polls.accountAt = desk.now as never;
  desk.post({ kind: 'ticked' });
  desk.account.limits = limits;
  desk.state.observations.polls.accountAt = (desk.now + 1_000) as never;
}

const failing = (desk: Desk): boolean =>
  desk.state.observations.riskCauses.has('limits_fetch_failing');

describe('readings of the request limits', () => {
  it('AT-106 the third failure in five minutes degrades, not the second', () => {
    const desk = new Desk().boot();
    desk.account.limits = null;
    const polls = (): number => desk.fetches.filter(({ what }) => what === 'account').length;
    const start = polls();
    while (polls() < start + 2) desk.tick();
    expect([failing(desk), desk.mode]).toEqual([false, 'Active']);
    while (polls() < start + 3) desk.tick();
    expect([failing(desk), desk.modeReasons]).toEqual([true, ['REDUCEONLY_RISKSTATE_DEGRADED']]);
  });

  it('a question without an answer, and one that failed, count as well', () => {
    const unanswered = new Desk().boot();
    unanswered.silent.add('account');
    for (let round = 0; round < 400; round += 1) unanswered.tick();
    expect(failing(unanswered)).toBe(true);
    const failed = new Desk().boot();
    failed.silent.add('account');
    for (let poll = 0; poll < 3; poll += 1) {
      failed.state.observations.polls.accountAt = failed.now as never;
      failed.tick();
      const requestId = failed.fetches.findLast(({ what }) => what === 'account')?.requestId ?? 0;
      failed.post({ kind: 'fetchFailed', requestId, fault: 'timed_out' });
      expect(failing(failed)).toBe(poll === 2);
    }
  });

  it('AT-133 failures too far apart to share one window do not degrade', () => {
    const desk = new Desk().boot();
    const start = desk.now + 1_000;
    for (const s of [0, 200, 400]) {
      failAt(desk, start + s * 1_000);
      expect(failing(desk)).toBe(false);
    }
  });

  it('the next good reading ends it', () => {
    const desk = new Desk().boot();
    const { limits } = desk.account;
    desk.account.limits = null;
    for (let round = 0; round < 400; round += 1) desk.tick();
    expect(failing(desk)).toBe(true);
    desk.account.limits = limits;
    for (let round = 0; round < 120; round += 1) desk.tick();
    expect([failing(desk), desk.mode]).toEqual([false, 'Active']);
  });

  it('a failure of another question is none of these', () => {
    const desk = new Desk().boot();
    for (let id = 9_000; id < 9_010; id += 1) {
      desk.post({ kind: 'fetchFailed', requestId: id, fault: 'timed_out' });
    }
    expect(failing(desk)).toBe(false);
  });
});

describe('the request budget', () => {
  /** Proposes until refused; what went is the answer. */
  function burst(desk: Desk): number {
    const before = desk.submits.length;
    for (let order = 0; order < 300; order += 1) desk.propose();
    return desk.submits.length - before;
  }

  it('AT-919 under pressure an OPEN is refused and not sent; cancels and closes are served', () => {
    const desk = new Desk({ policy: UNPACED });
    desk.account.limits = {
      matching: { ratePerSecond: 5, burst: 20 },
      nonMatching: { ratePerSecond: 20, burst: 100 },
    };
    desk.boot();
    // A quarter of the burst stays for what reduces.
    expect(burst(desk)).toBe(15);
    expect(new Set(desk.refusals)).toEqual(new Set(['RateLimitBrownout']));
    desk.fill(desk.submits[0], 'BTC-1');
    const sent = desk.submits.length;
    desk.proposeClose();
    expect(desk.submits).toHaveLength(sent + 1);
    const resting = desk.rest(desk.submits[1]);
    desk.proposeCancel(resting);
    expect(desk.cancels).toEqual([resting]);
  });

  it.each([
    ['a question', { kind: 'fetchFailed', requestId: 9_000, fault: 'http_429' }],
    ['a connection', { kind: 'faultObserved', fault: 'http_429', subject: null }],
  ] as const)('AT-919 after a 429 to %s OPEN is a brownout, until the cooldown', (_, told) => {
    const desk = new Desk().boot();
    desk.post(told);
    expect(desk.mode).toBe('ReduceOnly');
    desk.propose();
    expect([desk.refusals, desk.submits]).toEqual([['RateLimitBrownout'], []]);
    for (let second = 0; second < 61; second += 1) desk.tick(1_000);
    desk.propose();
    expect(desk.submits).toHaveLength(1);
  });

  it('AT-919 NON-TRIP: a connection that was only closed is no brownout', () => {
    const desk = new Desk().boot();
    desk.post({ kind: 'faultObserved', fault: 'session_closed', subject: null });
    desk.propose();
    expect(desk.submits).toHaveLength(1);
  });

  it('fills again at the account’s rate, and never beyond its burst', () => {
    const desk = new Desk({ policy: UNPACED });
    desk.account.limits = {
      matching: { ratePerSecond: 2, burst: 40 },
      nonMatching: { ratePerSecond: 20, burst: 100 },
    };
    desk.boot();
    for (let round = 0; round < 300; round += 1) desk.tick();
    expect(burst(desk)).toBe(30);
    desk.tick(1_000);
    expect(burst(desk)).toBe(2);
    for (let second = 0; second < 60; second += 1) desk.tick(1_000);
    expect(burst(desk)).toBe(30);
  });

  it('is the least any account has until this one has said its own', () => {
    const desk = new Desk({ policy: UNPACED });
    desk.account.limits = null;
    desk.boot();
    expect(burst(desk)).toBe(15);
  });

  it('figures that are none change nothing', () => {
    const desk = new Desk({ policy: UNPACED });
    const nothing = { ratePerSecond: Number.NaN, burst: 0 };
    desk.account.limits = { matching: nothing, nonMatching: nothing };
    desk.boot();
    expect(burst(desk)).toBe(15);
  });
});
