import { describe, expect, it } from 'vitest';
import {
  decide,
  decideDisabled,
  NO_PRIOR,
  type Occasion,
  type Prior,
  rawDecisionOf,
  reviewAfter,
} from './decision.ts';

const REVIEW = 'ROLLBACK_REVIEW_REQUIRED';
const HOLD = 'HOLD_AND_REVIEW';
const OK = 'FORWARD_OK';

const on = (asOf: string | null, over: Partial<Occasion> = {}): Occasion => ({
  asOf,
  now: 1_000,
  recoveryCleanRuns: 3,
  holds: [],
  alarms: [],
  ...over,
});
const open = { openedAt: 5, acknowledgedBy: null, acknowledgedAt: null };
const seen = { openedAt: 5, acknowledgedBy: 'ana', acknowledgedAt: 6 };
const recovering = (count: number, review: Prior['review'] = seen): Prior => ({
  decision: HOLD,
  review,
  clean: { count, last: '2026-04-02' },
  newest: '2026-04-02',
});

describe('the raw decision', () => {
  it('is the worst of the gates, and a review where nothing was asked', () => {
    const of = (...statuses: ('pass' | 'warn' | 'hard')[]) =>
      rawDecisionOf(statuses.map((status) => ({ status })));
    expect(of('pass', 'pass')).toBe(OK);
    expect(of('pass', 'warn')).toBe(HOLD);
    expect(of('hard', 'warn', 'pass')).toBe(REVIEW);
    expect(of()).toBe(REVIEW);
  });
});

describe('the decision', () => {
  it('goes from a hold to forward without waiting', () => {
    const prior = { ...NO_PRIOR, decision: HOLD, newest: '2026-04-02' } as const;
    expect(decide(OK, prior, on('2026-04-03'))).toMatchObject({ decision: OK, reasons: [] });
    expect(decide(HOLD, prior, on('2026-04-03'))).toMatchObject({ decision: HOLD, review: null });
  });

  it('opens a review, and keeps the one that is open', () => {
    const first = decide(REVIEW, NO_PRIOR, on('2026-04-03'));
    expect(first.review).toEqual({ openedAt: 1_000, acknowledgedBy: null, acknowledgedAt: null });
    const again = { ...recovering(0), decision: REVIEW } as const;
    expect(decide(REVIEW, again, on('2026-04-03')).review).toBe(seen);
  });

  it('opens another one after a relapse, which nobody has seen', () => {
    const relapse = decide(REVIEW, recovering(2), on('2026-04-03'));
    expect(relapse.review).toEqual({ openedAt: 1_000, acknowledgedBy: null, acknowledgedAt: null });
    expect(relapse.clean.count).toBe(0);
  });

  it('DG-11 holds after three clean runs that nobody acknowledged, and goes on with it', () => {
    const unseen = decide(OK, recovering(2, open), on('2026-04-03'));
    expect(unseen).toMatchObject({ decision: HOLD, reasons: ['recovery_in_progress'] });
    expect(unseen.clean).toEqual({ count: 3, last: '2026-04-03' });
    const both = decide(OK, recovering(2, seen), on('2026-04-03'));
    expect(both).toMatchObject({ decision: OK, review: null, reasons: [] });
    expect(decide(OK, recovering(1, seen), on('2026-04-03')).decision).toBe(HOLD);
  });

  it('DG-11 begins anew after a warning', () => {
    const warned = decide(HOLD, recovering(2), on('2026-04-03'));
    expect(warned).toMatchObject({
      decision: HOLD,
      review: seen,
      clean: { count: 0, last: null },
      reasons: ['recovery_in_progress'],
    });
  });

  it('DG-13 counts a clean session once', () => {
    const rerun = decide(OK, recovering(2), on('2026-04-02'));
    expect(rerun).toMatchObject({ decision: HOLD, clean: { count: 2, last: '2026-04-02' } });
  });

  it('does not go forward by looking at an earlier session', () => {
    const prior = { ...NO_PRIOR, decision: HOLD, newest: '2026-04-02' } as const;
    expect(decide(OK, prior, on('2026-04-01'))).toMatchObject({
      decision: HOLD,
      reasons: ['session_before_the_last:2026-04-02'],
    });
    expect(decide(OK, prior, on('2026-04-02')).decision).toBe(OK);
    expect(decide(OK, recovering(9), on('2026-04-01')).decision).toBe(HOLD);
    expect(decide(OK, recovering(3), on('2026-04-01')).clean.count).toBe(3);
  });

  it('holds and alarms whatever the gates say', () => {
    const held = decide(OK, NO_PRIOR, on('2026-04-03', { holds: ['why'] }));
    expect(held).toMatchObject({ decision: HOLD, raw: OK, reasons: ['why'] });
    const still = decide(OK, recovering(2), on('2026-04-03', { holds: ['why'] }));
    expect(still).toMatchObject({ decision: HOLD, reasons: ['why', 'recovery_in_progress'] });
    const alarmed = decide(OK, NO_PRIOR, on('2026-04-03', { holds: ['why'], alarms: ['gone'] }));
    expect(alarmed).toMatchObject({ decision: REVIEW, raw: OK, reasons: ['gone', 'why'] });
    expect(alarmed.clean.count).toBe(0);
  });

  it('counts no session that nobody knows', () => {
    expect(decide(OK, NO_PRIOR, on(null)).clean.count).toBe(0);
  });
});

describe('a checker that is off', () => {
  const at = { now: 1_000, alarms: [] };

  it('DG-15 holds, and keeps a review', () => {
    const clean = { count: 0, last: null };
    const held = decideDisabled({ ...recovering(2), decision: OK, review: null }, at);
    expect(held).toMatchObject({ decision: HOLD, review: null, clean });
    expect(held.reasons).toEqual(['rollout_checker_disabled']);
    expect(decideDisabled(NO_PRIOR, at).decision).toBe(HOLD);
    const kept = decideDisabled({ ...recovering(0), decision: REVIEW }, at);
    expect(kept).toMatchObject({ decision: REVIEW, review: seen });
    expect(decideDisabled(recovering(2), at)).toMatchObject({
      decision: HOLD,
      review: seen,
      clean,
    });
  });

  it('does not silence an alarm', () => {
    const alarmed = decideDisabled(NO_PRIOR, { now: 1_000, alarms: ['gone'] });
    expect(alarmed).toMatchObject({
      decision: REVIEW,
      reasons: ['gone', 'rollout_checker_disabled'],
    });
    expect(alarmed.review?.openedAt).toBe(1_000);
  });

  it('never takes a required review without one', () => {
    const impossible = { ...NO_PRIOR, decision: REVIEW } as const;
    expect(() => reviewAfter(impossible, 1)).toThrow('one is open');
  });
});
