import { describe, expect, it } from 'vitest';
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import {
  assessCoverage,
  CoverageBook,
  type CoverageQuery,
  type RegimeRelief,
  reportOf,
  tallyOf,
} from './coverage.ts';
import { fact, NOW } from './evidence.fixture.ts';

const QUERY: CoverageQuery = {
  required: 'limited_live',
  since: NOW - 1_000_000_000,
  minConfidence: 0.5,
  isDev: false,
};
const count = (over: Partial<DiaryFact>, query: Partial<CoverageQuery> = {}) =>
  tallyOf([fact(over)], { ...QUERY, ...query }).regimes.get('balanced') ?? 0;

describe('a decision counts for its regime', () => {
  it('where nothing speaks against it', () => {
    expect(count({})).toBe(1);
  });

  it('from the stage below the one that is asked for, and from none lower', () => {
    const reached = (required: CoverageQuery['required']) =>
      (['experiment', 'paper', 'pilot', 'limited_live'] as const).map((stage) =>
        count({ stage }, { required }),
      );
    expect(reached('paper')).toEqual([1, 1, 1, 1]);
    expect(reached('pilot')).toEqual([0, 1, 1, 1]);
    expect(reached('limited_live')).toEqual([0, 0, 1, 1]);
    expect(count({ stage: null, executionMode: 'live' }, { required: 'paper' })).toBe(0);
    expect(count({ stage: null }, { required: 'paper', isDev: true })).toBe(0);
  });

  it('from the moment its evidence begins, and not before', () => {
    expect(count({ recordedAt: QUERY.since })).toBe(1);
    expect(count({ recordedAt: QUERY.since - 1 })).toBe(0);
  });

  it('where nothing but its stage forced it', () => {
    expect(count({ isRiskForced: true })).toBe(0);
  });

  it('where it was as sure of its regime as is asked', () => {
    expect(count({ regimeConfidence: 0.5 })).toBe(1);
    expect(count({ regimeConfidence: 0.499 })).toBe(0);
    expect(count({ regimeConfidence: null })).toBe(0);
    expect(count({ regimeConfidence: Number.NaN })).toBe(0);
    expect(count({ regimeConfidence: 0.7 }, { minConfidence: 0.71 })).toBe(0);
  });

  it('where it names a regime, and under that name alone', () => {
    const { regimes } = tallyOf(
      [fact({ regime: null }), fact({ regime: 'calm' }), fact({ regime: 'calm' })],
      QUERY,
    );
    expect([...regimes]).toEqual([['calm', 2]]);
  });

  const ELSEWHERE = [
    [{ provenance: null }],
    [{ provenance: { clock: 'virtual', venue: 'live', data: 'recorded' } }],
    [{ provenance: { clock: 'real', venue: 'simulated', data: 'recorded' } }],
    [{ executionMode: null }],
    [{ executionMode: 'shadow' }],
    [{ executionMode: 'paper' }],
    [{ stage: 'paper', executionMode: 'live' }],
    [{ stage: 'paper', executionMode: null }],
  ] as const;
  it.each(ELSEWHERE)('made where no evidence is made only in dev: %j', (over) => {
    expect(count(over, { required: 'pilot' })).toBe(0);
    expect(count(over, { required: 'pilot', isDev: true })).toBe(1);
  });

  it.each([
    ['testnet', 1],
    ['mirror', 1],
  ] as const)('made against %s', (venue, expected) => {
    const provenance = { clock: 'real', venue, data: 'recorded' } as const;
    expect(count({ stage: 'paper', provenance }, { required: 'pilot' })).toBe(expected);
  });

  it('at the first stage as a shadow or not', () => {
    expect(count({ stage: 'experiment', executionMode: null }, { required: 'paper' })).toBe(1);
  });

  it('and paper decisions are told, whatever they are worth', () => {
    const facts = [fact({ stage: 'paper', isRiskForced: true, regime: null }), fact()];
    expect(tallyOf(facts, QUERY).paperEntries).toBe(1);
  });
});

describe('a book of coverage', () => {
  const head = (seq: number, hash = String(seq)) => ({ seq, hash });
  /** Facts that say how often they were walked. */
  function watched() {
    const seen = { walks: 0 };
    const facts = new Proxy([fact(), fact()], {
      get(target, key, receiver): unknown {
        if (key === Symbol.iterator) seen.walks += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    return { facts, seen };
  }

  it('counts once for one head, and anew for another', () => {
    const book = new CoverageBook();
    const { facts, seen } = watched();
    const ask = (at: { seq: number; hash: string }) =>
      book.tally(at, 'alpha', facts, QUERY).regimes.get('balanced');
    expect([ask(head(1)), ask(head(1)), ask(head(1))]).toEqual([2, 2, 2]);
    expect(seen.walks).toBe(1);
    expect(ask(head(2))).toBe(2);
    expect(seen.walks).toBe(2);
    ask(head(2, 'other'));
    expect(seen.walks).toBe(3);
    ask(head(3, 'other'));
    expect(seen.walks).toBe(4);
  });

  it('keeps every question apart', () => {
    const book = new CoverageBook();
    const facts = [fact({ stage: 'paper' }), fact(), fact({ provenance: null })];
    const ask = (over: Partial<CoverageQuery>, policy = 'alpha') =>
      book.tally(head(1), policy, facts, { ...QUERY, ...over }).regimes.get('balanced');
    expect(ask({})).toBe(1);
    expect(ask({ required: 'pilot' })).toBe(2);
    expect(ask({ since: NOW })).toBeUndefined();
    expect(ask({ minConfidence: 0.9 })).toBeUndefined();
    expect(ask({ isDev: true })).toBe(2);
    expect(book.tally(head(1), 'beta', [], QUERY).regimes.size).toBe(0);
  });

  it('forgets what it knew before it grows without bound, and still knows it', () => {
    const book = new CoverageBook();
    const { facts, seen } = watched();
    const ask = (since: number) => book.tally(head(1), 'alpha', facts, { ...QUERY, since });
    for (let since = 0; since < 4_096; since += 1) ask(since);
    ask(0);
    expect(seen.walks).toBe(4_096);
    ask(4_096);
    expect(ask(0).regimes.get('balanced')).toBe(2);
    expect(seen.walks).toBe(4_098);
  });
});

describe('coverage', () => {
  const tally = {
    regimes: new Map([
      ['balanced', 3],
      ['bullish', 2],
    ]),
    paperEntries: 0,
  };
  const assess = (relief: readonly RegimeRelief[]) =>
    assessCoverage(tally, {
      policyId: 'alpha',
      regimes: ['balanced', 'bullish', 'dislocated'],
      need: 3,
      relief,
      now: NOW,
    });
  const met = (relief: readonly RegimeRelief[]) =>
    assess(relief).flatMap(({ regime, isMet }) => (isMet ? [regime] : []));

  it('is have and need of each regime, in the order they are required', () => {
    expect(reportOf(assess([]))).toEqual({ balanced: '3/3', bullish: '2/3', dislocated: '0/3' });
    expect(met([])).toEqual(['balanced']);
  });

  const waiver = {
    kind: 'waiver',
    policyId: 'alpha',
    regime: 'dislocated',
    waiverId: 'w1',
    expiresAt: NOW + 1,
  } as const;
  it('G-24 may be waived for a regime, until the waiver ends and for one policy', () => {
    expect(met([waiver])).toEqual(['balanced', 'dislocated']);
    expect(assess([waiver])[2]).toMatchObject({ have: 0, need: 3, relief: ['waiver:w1'] });
    expect(met([{ ...waiver, expiresAt: NOW }])).toEqual(['balanced']);
    expect(assess([{ ...waiver, expiresAt: NOW }])[2]).toMatchObject({ relief: [] });
    expect(met([{ ...waiver, policyId: 'beta' }])).toEqual(['balanced']);
  });

  const replay = {
    kind: 'replay',
    policyId: 'alpha',
    regime: 'bullish',
    evidenceId: 'r1',
    decisions: 1,
  } as const;
  it('G-24 adds what a replay has shown, and names it', () => {
    expect(met([replay])).toEqual(['balanced', 'bullish']);
    expect(assess([replay])[1]).toMatchObject({ have: 3, relief: ['replay:r1'] });
    expect(met([{ ...replay, decisions: 0 }])).toEqual(['balanced']);
    expect(met([{ ...replay, regime: 'dislocated', decisions: 2 }])).toEqual(['balanced']);
    expect(met([{ ...replay, policyId: 'beta' }])).toEqual(['balanced']);
  });
});
