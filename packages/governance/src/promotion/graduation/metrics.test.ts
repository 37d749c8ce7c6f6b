import { describe, expect, it } from 'vitest';
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import { type Stage, STAGES } from '../stage.ts';
import type { Epochs } from './epoch.ts';
import { diary, fact, HOUR_MS, NOW, POLICY, T0 } from './evidence.fixture.ts';
import { measure, type Metrics, type Scope } from './metrics.ts';

const NO_EPOCHS: Epochs = { experiment: null, paper: null, pilot: null, limited_live: null };
const measured = (facts: readonly DiaryFact[], changes: Partial<Scope> = {}): Metrics =>
  measure(facts, {
    environment: 'paper',
    max_paper_gap_hours: 36,
    policyId: POLICY,
    epochs: NO_EPOCHS,
    since: null,
    now: NOW,
    ...changes,
  });

type Told = readonly [stage: Stage | null, changes?: Partial<DiaryFact>];

/** Entries an hour apart, as many as are told. */
const hourly = (...told: readonly Told[]) =>
  told.map(([stage, changes], place) =>
    fact(stage, { seq: place, recordedAt: T0 + place * HOUR_MS, ...changes }),
  );

const FORCED = { isRiskForced: true };
const WARN = { severity: 'warn' };

describe('the metrics of a diary', () => {
  it('of nobody are nothing', () => {
    const nothing = {
      total: 0,
      forced: 0,
      severity: {},
      alerts: 0,
      unknown: 0,
      virtual: 0,
      simulated: 0,
      unlabelled: 0,
      otherMode: 0,
    };
    expect(measured([])).toEqual({
      totalDecisions: 0,
      severity: {},
      forcedTotal: 0,
      routes: {},
      firstEntryAt: null,
      lastEntryAt: null,
      latestStage: null,
      streak: 0,
      stages: Object.fromEntries(STAGES.map((stage) => [stage, { stage, ...nothing }])),
      green: { days: 0, tradingDays: 0 },
      unstaged: 0,
      ahead: 0,
    });
  });

  it('count each stage for itself, and everything for all', () => {
    const found = measured(
      hourly(
        ['experiment', WARN],
        [null, { severity: 'alert', isRiskForced: true, route: null }],
        ['experiment', FORCED],
        ['paper', { severity: 'zeta' }],
        ['limited_live', { severity: 'unknown', route: 'live' }],
      ),
    );
    expect(found).toMatchObject({
      totalDecisions: 5,
      severity: { alert: 1, normal: 1, unknown: 1, warn: 1, zeta: 1 },
      forcedTotal: 2,
      routes: { live: 1, paper: 3 },
      firstEntryAt: T0,
      lastEntryAt: T0 + 4 * HOUR_MS,
      latestStage: 'limited_live',
      unstaged: 1,
    });
    expect(found.routes).toEqual({ live: 1, paper: 3 });
    expect(Object.keys(found.severity)).toEqual(['alert', 'normal', 'unknown', 'warn', 'zeta']);
    expect(found.stages.experiment).toMatchObject({
      total: 2,
      forced: 1,
      severity: { normal: 1, warn: 1 },
      alerts: 0,
      unknown: 0,
    });
    expect(found.stages.paper).toMatchObject({ total: 1, unknown: 1, severity: { zeta: 1 } });
    expect(found.stages.limited_live).toMatchObject({ total: 1, unknown: 1 });
    expect(found.stages.pilot.total).toBe(0);
  });

  it('count a label by whatever name it has', () => {
    const odd = measured(hourly(['paper', { severity: '__proto__', route: 'constructor' }]));
    expect(Object.entries(odd.severity)).toEqual([['__proto__', 1]]);
    expect(odd.routes).toEqual({ constructor: 1 });
  });

  it('look at the window alone, from its first moment on', () => {
    const facts = hourly(['paper', WARN], ['paper'], ['paper']);
    expect(measured(facts, { since: T0 + HOUR_MS })).toMatchObject({
      totalDecisions: 2,
      firstEntryAt: T0 + HOUR_MS,
      severity: { normal: 2 },
    });
    expect(measured(facts, { since: T0 + HOUR_MS + 1 }).totalDecisions).toBe(1);
  });

  it('name entries of a time that is yet to come', () => {
    const facts = hourly(['paper'], ['paper'], ['paper']);
    expect(measured(facts, { now: T0 + HOUR_MS }).ahead).toBe(1);
    expect(measured(facts, { now: T0 + HOUR_MS - 1 }).ahead).toBe(2);
  });

  it('are of one policy, in whole milliseconds', () => {
    expect(() => measured([fact('paper', { policyId: 'other' })])).toThrow('one policy');
    expect(() => measured([fact('paper', { recordedAt: Number.NaN })])).toThrow('milliseconds');
  });
});

describe('the streak', () => {
  const streak = (...told: readonly Told[]): number => measured(hourly(...told)).streak;

  it('goes back from the newest to the first that is not green', () => {
    expect(streak(['paper', WARN], ['paper'], ['paper'])).toBe(2);
    expect(streak(['paper', FORCED], ['paper'])).toBe(1);
    expect(streak(['paper'], ['paper', WARN])).toBe(0);
    expect(streak(['paper'], ['paper', FORCED])).toBe(0);
    expect(streak(['paper'], ['paper', { severity: 'unknown' }])).toBe(0);
    expect(streak()).toBe(0);
  });

  it('ends where another stage begins', () => {
    expect(streak(['experiment'], ['paper'], ['paper'])).toBe(2);
    expect(streak(['paper'], ['pilot'], ['paper'])).toBe(1);
    expect(streak(['paper'], ['paper'], ['pilot', WARN])).toBe(0);
  });

  it('E-17 goes on over an entry without a stage, which is named and not counted', () => {
    const found = measured(hourly(['paper'], ['paper'], [null]));
    expect(found).toMatchObject({ streak: 2, latestStage: 'paper', unstaged: 1 });
    expect(streak(['paper'], [null], ['paper'])).toBe(2);
    expect(streak([null], [null])).toBe(0);
  });

  it('ends at an entry without a stage that is not green', () => {
    expect(streak(['paper'], [null, WARN])).toBe(0);
    expect(streak(['paper'], [null, FORCED], ['paper'])).toBe(1);
  });

  it('is of the evidence epoch alone', () => {
    const facts = hourly(['paper'], ['paper'], ['paper']);
    const epochs = { ...NO_EPOCHS, paper: T0 + HOUR_MS };
    expect(measured(facts, { epochs }).streak).toBe(2);
  });
});

describe('the evidence epoch', () => {
  it('E-15 takes what is at it or after, and nothing before', () => {
    const facts = hourly(['paper', { severity: 'alert' }], ['paper'], ['paper']);
    const at = (paper: number) => measured(facts, { epochs: { ...NO_EPOCHS, paper } });
    expect(at(T0).stages.paper).toMatchObject({ total: 3, alerts: 1 });
    expect(at(T0 + 1).stages.paper).toMatchObject({ total: 2, alerts: 0 });
    expect(at(T0 + HOUR_MS).stages.paper.total).toBe(2);
    expect(at(T0 + HOUR_MS + 1).stages.paper.total).toBe(1);
    expect(at(T0 + 1).totalDecisions).toBe(3);
  });

  it('zeroes the green span as well', () => {
    const facts = diary({ stage: 'paper', count: 5, everyHours: 24 });
    const epochs = { ...NO_EPOCHS, paper: T0 + 24 * HOUR_MS };
    expect(measured(facts).green).toEqual({ days: 4, tradingDays: 5 });
    expect(measured(facts, { epochs }).green).toEqual({ days: 3, tradingDays: 4 });
  });

  it('of one stage is not that of another', () => {
    const facts = hourly(['paper'], ['pilot']);
    const epochs = { ...NO_EPOCHS, pilot: T0 + 2 * HOUR_MS };
    const { stages } = measured(facts, { epochs });
    expect([stages.paper.total, stages.pilot.total]).toEqual([1, 0]);
  });
});

describe('the execution mode', () => {
  it.each([
    ['experiment', 'shadow', 1],
    ['experiment', 'paper', 1],
    ['experiment', 'live', 1],
    ['experiment', null, 1],
    ['paper', 'shadow', 0],
    ['paper', 'paper', 1],
    ['paper', 'live', 0],
    ['pilot', 'shadow', 0],
    ['pilot', 'paper', 0],
    ['pilot', 'live', 1],
    ['limited_live', 'paper', 0],
    ['limited_live', 'live', 1],
  ] as const)('of %s counts as evidence: %s %d', (stage, executionMode, total) => {
    for (const environment of ['dev', 'prod'] as const) {
      const { stages } = measured(hourly([stage, { executionMode }]), { environment });
      const otherMode = 1 - total;
      expect(stages[stage]).toMatchObject({ total, otherMode, unlabelled: 0 });
    }
  });

  it.each(['paper', 'pilot', 'limited_live'] as const)(
    'that %s does not name is taken as right in dev alone',
    (stage) => {
      const facts = hourly([stage, { executionMode: null }]);
      const of = (environment: Scope['environment']) =>
        measured(facts, { environment }).stages[stage];
      expect(of('dev')).toMatchObject({ total: 1, otherMode: 0, unlabelled: 0 });
      for (const environment of ['staging', 'paper', 'micro-live', 'prod'] as const) {
        expect(of(environment)).toMatchObject({ total: 0, otherMode: 0, unlabelled: 1 });
      }
    },
  );

  it('that is another makes no sample, no streak and no span', () => {
    const shadow = { executionMode: 'shadow' } as const;
    const found = measured(hourly(['paper', shadow], ['paper'], ['paper', shadow]));
    expect(found).toMatchObject({ streak: 1, green: { days: 0, tradingDays: 1 } });
    expect(found.stages.paper).toMatchObject({ total: 1, severity: { normal: 1 }, otherMode: 2 });
  });

  it('that is another hides no bad news: it breaks streak and span, and alerts are told', () => {
    const shadow = { executionMode: 'shadow' } as const;
    for (const bad of [WARN, FORCED, { severity: 'alert' }]) {
      const found = measured(hourly(['paper'], ['paper'], ['paper', { ...shadow, ...bad }]));
      expect(found).toMatchObject({ streak: 0, green: { days: 0, tradingDays: 0 } });
      expect(found.stages.paper).toMatchObject({
        total: 2,
        forced: 0,
        severity: { normal: 2 },
        alerts: 'severity' in bad && bad.severity === 'alert' ? 1 : 0,
      });
    }
  });
});

describe('the labels', () => {
  it('of clock, venue and data are counted of the evidence', () => {
    const of = (provenance: DiaryFact['provenance'], executionMode: 'paper' | 'shadow' = 'paper') =>
      measured(hourly(['paper', { provenance, executionMode }])).stages.paper;
    const real = { clock: 'real', venue: 'live', data: 'recorded' } as const;
    expect(of(real)).toMatchObject({ virtual: 0, simulated: 0, unlabelled: 0 });
    expect(of({ ...real, clock: 'virtual' })).toMatchObject({ virtual: 1, simulated: 0 });
    expect(of({ ...real, venue: 'simulated' })).toMatchObject({ virtual: 0, simulated: 1 });
    expect(of({ ...real, data: 'synthetic' })).toMatchObject({ virtual: 0, simulated: 1 });
    expect(of({ ...real, venue: 'simulated', data: 'synthetic' }).simulated).toBe(1);
    expect(of(null)).toMatchObject({ unlabelled: 1, total: 1 });
    expect(of({ ...real, clock: 'virtual' }, 'shadow').virtual).toBe(0);
    expect(of(null, 'shadow').unlabelled).toBe(1);
  });

  it('that lack twice are counted once', () => {
    const facts = hourly(['paper', { provenance: null, executionMode: null }]);
    expect(measured(facts).stages.paper.unlabelled).toBe(1);
  });
});

describe('the green span of paper', () => {
  it('takes no other stage, and is broken by a warn or a forced decision', () => {
    const green = (...told: readonly Told[]) => measured(hourly(...told)).green.days;
    expect(green(['paper'], ['paper'], ['pilot'])).toBe(1 / 24);
    expect(green(['paper'], ['pilot', WARN], ['paper'])).toBe(2 / 24);
    expect(green(['paper'], ['paper', FORCED], ['paper'])).toBe(0);
    expect(green(['paper'], ['paper', WARN], ['paper'], ['paper'])).toBe(1 / 24);
  });

  it('allows the gap that is configured', () => {
    const facts = diary({ stage: 'paper', count: 3, everyHours: 12 });
    expect(measured(facts, { max_paper_gap_hours: 12 }).green.days).toBe(1);
    expect(measured(facts, { max_paper_gap_hours: 11.9 }).green.days).toBe(0);
  });
});

describe('the order of entries', () => {
  it('is that of their time, then of their place, however they are handed in', () => {
    const warnFirst = [
      fact('paper', { seq: 0, severity: 'warn' }),
      fact('paper', { seq: 1 }),
      fact('paper', { seq: 2 }),
    ];
    expect(measured(warnFirst).streak).toBe(2);
    expect(measured(warnFirst.toReversed())).toEqual(measured(warnFirst));
    const later = fact('paper', { seq: 0, recordedAt: T0 + 1 });
    const earlier = fact('paper', { seq: 9, severity: 'warn' });
    expect(measured([later, earlier])).toMatchObject({ streak: 1, firstEntryAt: T0 });
  });

  it('leaves what it was handed as it was', () => {
    const facts = [fact('paper', { seq: 1 }), fact('paper', { seq: 0 })];
    Object.freeze(facts);
    measured(facts);
    expect(facts.map(({ seq }) => seq)).toEqual([1, 0]);
  });
});
