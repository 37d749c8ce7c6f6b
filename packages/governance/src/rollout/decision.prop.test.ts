import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledge } from './acknowledge.ts';
import {
  decide,
  DECISIONS,
  NO_PRIOR,
  type RolloutDecision,
  rawDecisionOf,
  severityOf,
} from './decision.ts';
import type { GateStatus } from './gate.ts';
import { type HistoryEvent, type HistoryFact, priorOf } from './history.ts';
import { textOfDay } from './calendar.ts';
import { SHA } from './rollout.fixture.ts';
import { textOfTime } from './spelling.ts';

const STATUSES: readonly GateStatus[] = ['pass', 'warn', 'hard'];
const gates = fc.array(fc.constantFrom(...STATUSES), { minLength: 13, maxLength: 13 });
const RECOVERY = 3;

/** A run of some session, or somebody who acknowledges. */
type Act = 'acknowledge' | { readonly raw: RolloutDecision; readonly on: number };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ raw: fc.constantFrom(...DECISIONS), on: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant('acknowledge' as const) },
);

/** Plays a story through decisions and chain, as the checker does. */
function play(acts: readonly Act[]) {
  const events: HistoryEvent[] = [];
  const told: { readonly decision: string; readonly at: number }[] = [];
  let session = 20_000;
  const put = (fact: HistoryFact): void => {
    events.push({ ...fact, seq: events.length, prev_hash: SHA, hash: SHA });
  };
  for (const [index, each] of acts.entries()) {
    const now = (index + 1) * 1_000;
    const prior = priorOf(events);
    if (each === 'acknowledge') {
      const openedAt = textOfTime(prior.review?.openedAt ?? 0);
      const answer = acknowledge(prior, { by: 'ana', openedAt }, now);
      if (answer.ok) put(answer.fact);
      continue;
    }
    // Nought is a rerun of the session before.
    session += each.on;
    const asOf = textOfDay(session);
    const decided = decide(each.raw, prior, {
      asOf,
      now,
      recoveryCleanRuns: RECOVERY,
      holds: [],
      alarms: [],
    });
    told.push({ decision: decided.decision, at: events.length });
    put({
      event: 'decided',
      at: textOfTime(now),
      as_of: asOf,
      decision: decided.decision,
      raw_decision: decided.raw,
      hard_gates: [],
      warn_gates: [],
      reasons: [...decided.reasons],
      policy_sha256: SHA,
      trace_id: SHA.slice(0, 24),
    });
  }
  return { events, told };
}

describe('properties of the decision', () => {
  it('no gate that gets worse makes it better', () => {
    const priors = fc.constantFrom(
      NO_PRIOR,
      { ...NO_PRIOR, decision: 'HOLD_AND_REVIEW' as const },
      {
        decision: 'ROLLBACK_REVIEW_REQUIRED' as const,
        review: { openedAt: 1, acknowledgedBy: 'ana', acknowledgedAt: 2 },
        clean: { count: 5, last: '2026-04-01' },
        newest: '2026-04-01',
      },
    );
    fc.assert(
      fc.property(gates, fc.nat(12), priors, (statuses, which, prior) => {
        const worse = statuses.with(which, statuses[which] === 'pass' ? 'warn' : 'hard');
        const [one, other] = [statuses, worse].map((each) => {
          const raw = rawDecisionOf(each.map((status) => ({ status })));
          return decide(raw, prior, {
            asOf: '2026-04-02',
            now: 9,
            recoveryCleanRuns: RECOVERY,
            holds: [],
            alarms: [],
          });
        });
        expect(severityOf(other?.decision ?? 'FORWARD_OK')).toBeGreaterThanOrEqual(
          severityOf(one?.decision ?? 'FORWARD_OK'),
        );
      }),
    );
  });

  it('DG-11 no story leads from a review forward without three clean sessions and a person', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const { events, told } = play(acts);
        for (const { decision, at } of told.filter((each) => each.decision === 'FORWARD_OK')) {
          const before = events.slice(0, at);
          const review = before.findLastIndex(
            (event) => event.event === 'decided' && event.decision === 'ROLLBACK_REVIEW_REQUIRED',
          );
          const forward = before.findLastIndex(
            (event) => event.event === 'decided' && event.decision === 'FORWARD_OK',
          );
          if (review === -1 || forward > review) continue;
          const since = [...before.slice(review + 1), events[at]];
          const clean = new Set<string | null>();
          for (const event of since) {
            if (event?.event !== 'decided') continue;
            if (event.raw_decision === 'FORWARD_OK') clean.add(event.as_of);
            else clean.clear();
          }
          expect(clean.size).toBeGreaterThanOrEqual(RECOVERY);
          // Since the review was opened, which reruns of it do not do again.
          const opened = before.findLastIndex(
            (event, index) =>
              index < review &&
              event.event === 'decided' &&
              event.decision !== 'ROLLBACK_REVIEW_REQUIRED',
          );
          const seen = before.slice(opened + 1).some((event) => event.event === 'acknowledged');
          expect(seen, decision).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('some story does lead forward again', () => {
    const day = (raw: (typeof DECISIONS)[number]) => ({ raw, on: 1 });
    const ok = day('FORWARD_OK');
    const { told } = play([day('ROLLBACK_REVIEW_REQUIRED'), ok, 'acknowledge', ok, ok, ok]);
    expect(told.map(({ decision }) => decision)).toEqual([
      'ROLLBACK_REVIEW_REQUIRED',
      'HOLD_AND_REVIEW',
      'HOLD_AND_REVIEW',
      'FORWARD_OK',
      'FORWARD_OK',
    ]);
  });
});
