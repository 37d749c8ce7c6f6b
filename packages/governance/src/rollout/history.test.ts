import { describe, expect, it } from 'vitest';
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import { acknowledge, withAcknowledgement } from './acknowledge.ts';
import { beforeOf } from './before.ts';
import { NO_PRIOR, NOT_CLEAN, type Prior } from './decision.ts';
import { evaluate } from './evaluate.ts';
import { decidedFactOf, type HistoryFact, priorOf, readHistory } from './history.ts';
import type { Reading } from './reading.ts';
import { evidenceOf, NOW, rolloutFiles, SESSION, sessionsBack, SHA } from './rollout.fixture.ts';
import { contradictionOfState, parseState, type RolloutState, traceOf } from './state.ts';

const FIRST = { prior: NO_PRIOR, holds: [], alarms: [] };
const REVIEW = evaluate(evidenceOf({}), SHA, FIRST).state;
const OK = evaluate(evidenceOf(rolloutFiles()), SHA, FIRST).state;
const at = (ms: number) => new Date(ms).toISOString();

function chain(...facts: readonly HistoryFact[]): string {
  let prev = NO_HASH;
  return facts
    .map((fact, seq) => {
      const { line, hash } = lineOf({ ...fact, seq, prev_hash: prev });
      prev = hash;
      return line;
    })
    .join('');
}
const read = (text: string) => readHistory(Buffer.from(text));
const decided = (state: RolloutState, over: Partial<ReturnType<typeof decidedFactOf>> = {}) => ({
  ...decidedFactOf(state),
  ...over,
});
const ack = (openedAt = REVIEW.generated_at): HistoryFact => ({
  event: 'acknowledged',
  at: at(NOW + 1),
  by: 'ana',
  review_opened_at: openedAt,
});
const value = (state: RolloutState): Reading<RolloutState> => ({
  status: 'value',
  value: state,
  sha256: SHA,
});
/** The state with something else in it, and the trace of that. */
function restated(state: RolloutState, over: Partial<RolloutState>): RolloutState {
  const { generated_at: generatedAt, trace_id: _, ...body } = { ...state, ...over };
  return { ...body, generated_at: generatedAt, trace_id: traceOf(body) };
}

describe('the history of decisions', () => {
  it('folds into what the next run has to know', () => {
    expect(priorOf([])).toBe(NO_PRIOR);
    const one = priorOf(read(chain(decided(REVIEW))).events);
    expect(one).toEqual({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      review: { openedAt: NOW, acknowledgedBy: null, acknowledgedAt: null },
      clean: NOT_CLEAN,
      newest: null,
    });
    const held = decided(OK, { decision: 'HOLD_AND_REVIEW' });
    const two = priorOf(read(chain(decided(REVIEW), ack(), held)).events);
    expect(two).toEqual({
      decision: 'HOLD_AND_REVIEW',
      review: { openedAt: NOW, acknowledgedBy: 'ana', acknowledgedAt: NOW + 1 },
      clean: { count: 1, last: SESSION },
      newest: SESSION,
    });
    const three = priorOf(read(chain(decided(REVIEW), ack(), decided(OK))).events);
    expect(three).toMatchObject({ decision: 'FORWARD_OK', review: null });
  });

  it('keeps the latest session, and counts no review as clean', () => {
    const earlier = decided(OK, { as_of: sessionsBack(1) });
    expect(priorOf(read(chain(decided(OK), earlier)).events).newest).toBe(SESSION);
    const alarmed = decided(OK, { decision: 'ROLLBACK_REVIEW_REQUIRED' });
    expect(priorOf(read(chain(alarmed)).events).clean).toBe(NOT_CLEAN);
    expect(priorOf(read(chain(decided(OK), alarmed)).events).newest).toBe(SESSION);
  });

  it('takes no acknowledgement of another review', () => {
    const other = priorOf(read(chain(decided(REVIEW), ack(at(NOW - 1)))).events);
    expect(other.review?.acknowledgedBy).toBe(null);
    expect(priorOf(read(chain(ack())).events)).toBe(NO_PRIOR);
    const cut: HistoryFact = { event: 'torn_line_cut', bytes: 1, sha256: SHA };
    expect(priorOf(read(chain(cut)).events)).toBe(NO_PRIOR);
  });

  it('names the first record that is not what was written', () => {
    const text = chain(decided(REVIEW), ack());
    expect(read(text)).toMatchObject({ fault: null, whole: text.length });
    expect(read(text.replace('"ana"', '"eve"')).fault).toBe('record_edited:1');
    expect(read(text.split('\n').slice(1).join('\n')).fault).toMatch(/^chain_broken:0/);
    const stranger = lineOf({ event: 'other', seq: 0, prev_hash: NO_HASH }).line;
    expect(read(stranger).fault).toBe('record_malformed:0');
    const headless = lineOf({ ...decided(REVIEW), seq: 0, prev_hash: SHA }).line;
    expect(read(headless).fault).toBe('chain_broken:0');
    for (const wrong of [
      decided(REVIEW, { at: '2026-13-01T00:00:00.000Z' }),
      ack('2026-02-30T00:00:00.000Z'),
    ]) {
      expect(read(chain(wrong)).fault).toBe('record_malformed:0');
    }
    expect(read(`${text}{"torn`).torn).toHaveLength(6);
  });
});

describe('what a run takes for what went before', () => {
  const absent = { status: 'absent' } as const;

  it('is nothing at first', () => {
    expect(beforeOf(read(''), absent)).toEqual(FIRST);
  });

  it('is a review where the history is gone and the state is not', () => {
    const lost = { prior: NO_PRIOR, holds: [], alarms: ['rollout_history_missing'] };
    expect(beforeOf(read(''), value(OK))).toEqual(lost);
    expect(beforeOf(read(''), { status: 'unreadable', detail: '' })).toEqual(lost);
  });

  it('is a review where the history was edited, and the one that was open stays', () => {
    const edited = read(chain(decided(REVIEW)).replace(SHA, 'b'.repeat(64)));
    const { alarms, prior } = beforeOf(edited, value(REVIEW));
    expect(alarms).toEqual(['rollout_history_unparseable:record_edited:0']);
    expect(prior.review?.openedAt).toBe(NOW);
    expect(beforeOf(edited, absent).prior).toBe(NO_PRIOR);
    expect(beforeOf(edited, value(OK)).prior).toMatchObject({
      decision: 'FORWARD_OK',
      newest: SESSION,
    });
  });

  it('holds where the state was edited, and takes the history', () => {
    const malformed = { status: 'malformed', detail: '', line: 3, column: 1, sha256: SHA } as const;
    const before = beforeOf(read(chain(decided(REVIEW))), malformed);
    expect(before.holds).toEqual(['rollout_state_unparseable:3:1']);
    expect(before.prior.review?.openedAt).toBe(NOW);
    const gone = beforeOf(read(chain(decided(OK))), { status: 'unreadable', detail: '' });
    expect(gone.holds).toEqual(['rollout_state_unreadable']);
    expect(beforeOf(read(chain(decided(OK))), absent).holds).toEqual([]);
  });

  it('keeps a review that was published when the chain took nothing more', () => {
    const before = beforeOf(read(chain(decided(OK))), value(REVIEW));
    expect(before.prior).toEqual({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      review: { openedAt: NOW, acknowledgedBy: null, acknowledgedAt: null },
      clean: NOT_CLEAN,
      newest: SESSION,
    });
    const seen = withAcknowledgement(REVIEW, { by: 'ana', at: at(NOW + 5) });
    const one = restated(seen, { streaks: { ...seen.streaks, clean: 1 } });
    const after = beforeOf(
      read(chain(decided(OK), decided(OK, { as_of: sessionsBack(-1) }))),
      value(one),
    );
    expect(after.prior.clean).toEqual({ count: 1, last: sessionsBack(-1) });
    expect(after.prior.review).toMatchObject({ acknowledgedBy: 'ana', acknowledgedAt: NOW + 5 });
    // The chain has gone on: a state that is one behind is no news.
    expect(beforeOf(read(chain(decided(REVIEW))), value(OK)).prior.review?.openedAt).toBe(NOW);
  });
});

describe('an acknowledgement', () => {
  const prior: Prior = {
    ...NO_PRIOR,
    decision: 'ROLLBACK_REVIEW_REQUIRED',
    review: { openedAt: NOW, acknowledgedBy: null, acknowledgedAt: null },
  };
  const seen = { by: 'ana', openedAt: at(NOW) };
  const codeOf = (...given: Parameters<typeof acknowledge>) => {
    const answer = acknowledge(...given);
    return answer.ok ? 'ok' : answer.code;
  };

  it('names the review that was seen', () => {
    expect(acknowledge(prior, seen, NOW + 1)).toEqual({ ok: true, fact: ack() });
    expect(codeOf(prior, { ...seen, openedAt: at(NOW + 1) }, NOW)).toBe('other_review');
    expect(codeOf(prior, { ...seen, openedAt: 'now' }, NOW)).toBe('other_review');
    expect(codeOf(NO_PRIOR, seen, NOW)).toBe('no_review_open');
  });

  it('is given once, by somebody with a name', () => {
    const review = { openedAt: NOW, acknowledgedBy: 'ben', acknowledgedAt: NOW };
    expect(codeOf({ ...prior, review }, seen, NOW)).toBe('already_acknowledged');
    for (const by of ['', '  ', 'a,b', 'a\nb', 'x'.repeat(121)]) {
      expect(codeOf(prior, { ...seen, by }, NOW)).toBe('acknowledger_unnamed');
    }
  });

  it('stands in the state, with a trace of its own and the decision as it was', () => {
    const state = withAcknowledgement(REVIEW, { by: 'ana', at: at(NOW + 1) });
    expect(state.review).toMatchObject({ acknowledged_by: 'ana', acknowledged_at: at(NOW + 1) });
    expect(state.trace_id).not.toBe(REVIEW.trace_id);
    expect(contradictionOfState(state)).toBe(null);
    expect(state.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
  });
});

describe('a state', () => {
  it('is closed', () => {
    expect(parseState(OK).ok).toBe(true);
    expect(parseState({ ...OK, more: 1 }).ok).toBe(false);
    expect(parseState({ ...OK, decision: 'OK' }).ok).toBe(false);
  });

  it.each<[string, RolloutState]>([
    ['trace_id', { ...REVIEW, decision: 'FORWARD_OK' }],
    ['a time', restated(OK, { generated_at: '2026-13-01T00:00:00.000Z' })],
    ['a day', restated(OK, { as_of: '2026-02-30' })],
    ['a day', restated(OK, { inputs: [{ path: 'x', sha256: null, as_of: '2026-02-30' }] })],
    ['its beginning', restated(REVIEW, { review: { ...REVIEW.review, opened_at: null } })],
    ['no review', restated(OK, { decision: 'ROLLBACK_REVIEW_REQUIRED' })],
    ['beside a finding', restated(OK, { warn_gates: ['rg_data_age'] })],
    ['beside a finding', restated(REVIEW, { decision: 'FORWARD_OK', hard_gates: [] })],
  ])('is not believed: %s', (detail, state) => {
    expect(contradictionOfState(state)).toContain(detail);
    expect(contradictionOfState(OK)).toBe(null);
  });
});
