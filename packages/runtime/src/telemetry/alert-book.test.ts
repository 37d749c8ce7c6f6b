import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlertBook } from './alert-book.ts';
import { ALERT_RULES, type AlertInputs } from './alert-rules.ts';

type Figures = AlertInputs['status'];

const QUIET: Figures = {
  atomic_naked_events_24h: 0,
  '429_count_5m': 0,
  '10028_count_5m': 0,
  policy_age_sec: 300,
  disk_used_pct: 0.79,
};

const inputs = (figures: Partial<Figures> = {}): AlertInputs => ({
  status: { ...QUIET, ...figures },
  maxPolicyAgeSec: 300,
  diskPauseArchivesPct: 0.8,
});

/** State and value of one alert after one look. */
function looked(name: string, figures: Partial<Figures>) {
  const book = new AlertBook(0);
  book.saw(inputs(figures), 1);
  const alert = book.standing.find((each) => each.name === name);
  return [alert?.state, alert?.value];
}

describe('the minimum alert set', () => {
  it('is that of contract-2 section 19.2, in its order', () => {
    expect(ALERT_RULES.map(({ name }) => name)).toStrictEqual([
      'atomic_naked_events',
      '429_count_5m',
      '10028_count_5m',
      'policy_age_sec',
      'decision_snapshot_write_errors',
      'truth_capsule_write_errors',
      'parquet_queue_overflow_count',
      'evidence_guard_blocked_opens_count',
      'disk_used_pct',
      'parquet_write_errors',
    ]);
  });

  it.each<[string, Partial<Figures>, Partial<Figures>]>([
    ['atomic_naked_events', { atomic_naked_events_24h: 1 }, { atomic_naked_events_24h: 0 }],
    ['429_count_5m', { '429_count_5m': 1 }, { '429_count_5m': 0 }],
    ['10028_count_5m', { '10028_count_5m': 1 }, { '10028_count_5m': 0 }],
    ['policy_age_sec', { policy_age_sec: 301 }, { policy_age_sec: 300 }],
    ['disk_used_pct', { disk_used_pct: 0.8 }, { disk_used_pct: 0.799 }],
  ])('TRIP and NON-TRIP %s', (name, over, within) => {
    expect(looked(name, over)).toStrictEqual(['raised', Object.values(over)[0]]);
    expect(looked(name, within)).toStrictEqual(['quiet', Object.values(within)[0]]);
    const book = new AlertBook(0);
    expect(book.saw(inputs(over), 1).map((alert) => alert.name)).toStrictEqual([name]);
  });

  it.each<[string, Partial<Figures>]>([
    ['policy_age_sec', { policy_age_sec: null }],
    ['disk_used_pct', { disk_used_pct: null }],
    ['disk_used_pct', { disk_used_pct: Number.NaN }],
    ['429_count_5m', { '429_count_5m': Number.NaN }],
  ])('TRIP %s of %o is unknown, which is not quiet', (name, figures) => {
    expect(looked(name, figures)).toStrictEqual(['unknown', null]);
  });

  it.each([
    'decision_snapshot_write_errors',
    'truth_capsule_write_errors',
    'parquet_queue_overflow_count',
    'evidence_guard_blocked_opens_count',
    'parquet_write_errors',
  ])('%s is not linked, and never quiet', (name) => {
    expect(looked(name, {})).toStrictEqual(['not_linked', null]);
  });

  it('lines of the policy are the policy’s', () => {
    const book = new AlertBook(0);
    const tight = { ...inputs(), maxPolicyAgeSec: 60, diskPauseArchivesPct: 0.5 };
    expect(book.saw(tight, 1).map(({ name }) => name)).toStrictEqual([
      'policy_age_sec',
      'disk_used_pct',
    ]);
  });
});

describe('the alerts of a run', () => {
  it('rise once, tell their worst, and fall once', () => {
    const book = new AlertBook(0);
    expect(book.saw(inputs(), 10)).toStrictEqual([]);
    expect(book.saw(inputs({ '429_count_5m': 2 }), 20)).toMatchObject([
      { name: '429_count_5m', state: 'raised', value: 2, since: 20 },
    ]);
    expect(book.saw(inputs({ '429_count_5m': 5 }), 30)).toStrictEqual([]);
    expect(book.saw(inputs({ '429_count_5m': 1 }), 40)).toStrictEqual([]);
    expect(book.saw(inputs(), 50)).toMatchObject([
      { name: '429_count_5m', state: 'quiet', value: 0, since: 50 },
    ]);
    expect(book.spans).toStrictEqual([
      {
        name: '429_count_5m',
        condition: 'above 0',
        state: 'raised',
        worst: 5,
        from: 20,
        until: 50,
      },
    ]);
  });

  it('one that is lost from sight is another stretch, and so is one that comes back', () => {
    const book = new AlertBook(0);
    book.saw(inputs({ disk_used_pct: 0.9 }), 10);
    book.saw(inputs({ disk_used_pct: null }), 20);
    book.saw(inputs({ disk_used_pct: 0.9 }), 30);
    expect(book.spans.map(({ state, worst, from, until }) => [state, worst, from, until])).toEqual([
      ['raised', 0.9, 10, 20],
      ['unknown', null, 20, 30],
      ['raised', 0.9, 30, null],
    ]);
  });

  it('keeps a bounded number of stretches, the last ones', () => {
    const book = new AlertBook(0);
    for (let at = 1; at <= 600; at += 1) book.saw(inputs({ '429_count_5m': at % 2 }), at);
    expect(book.spans).toHaveLength(256);
    expect(book.spans.at(-1)).toMatchObject({ from: 599, until: 600 });
  });

  it('tells a change whenever a state is another one, and only then', () => {
    const figure = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(figure, { minLength: 1, maxLength: 40 }), (shares) => {
        const book = new AlertBook(0);
        let before = 'quiet';
        for (const [i, share] of shares.entries()) {
          const changed = book.saw(inputs({ disk_used_pct: share }), i + 1);
          const state = share === null ? 'unknown' : share >= 0.8 ? 'raised' : 'quiet';
          expect(changed.map((alert) => alert.state)).toStrictEqual(
            state === before ? [] : [state],
          );
          const open = book.spans.filter(({ until }) => until === null);
          expect(open).toHaveLength(state === 'quiet' ? 0 : 1);
          before = state;
        }
      }),
    );
  });
});
