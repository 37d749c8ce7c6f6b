import { describe, expect, it } from 'vitest';
import { PAPER_NEEDS, type PaperBlockerCode, paperGate } from './paper-gate.ts';
import { type PaperRun, parsePaperRun } from './paper-run.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** 1 December 2026, 00:00 UTC. */
const START = Date.UTC(2026, 11, 1);
const FAULTS = Array.from({ length: 8 }, (_, index) => ({ name: `fault-${index}`, at: START }));
const ENGINE: NonNullable<PaperRun['engine']> = {
  run_id: 'engine',
  environment: 'paper',
  build_id: 'tree',
  positions_equal_venue: true,
  orders_left_open: 0,
  containment_events: [],
  ledger_verified: true,
  invariant_violation: null,
};

type Engine = Partial<NonNullable<PaperRun['engine']>>;

/** A run over whole days, clean in every respect, that trades on each of them. */
function run(days: number, more: Partial<PaperRun> = {}, engine: Engine = {}): PaperRun {
  const from = more.started_at ?? START;
  return {
    schema_version: 1,
    run_id: 'run',
    venue: 'mirror',
    data: 'recorded',
    clock: 'real',
    source: { kind: 'address', place: 'wss://www.deribit.com/ws/api/v2', sha256: null, speed: 1 },
    state: 'ended',
    started_at: from,
    written_at: from + days * DAY,
    clock_offset_ms: { first: 3, last: 5, least: 2, most: 9 },
    gaps: [],
    gaps_left_out: 0,
    gap_ms: 0,
    build_id: 'tree',
    node: '24.0.0',
    v8: '13',
    orders: days,
    fills: 0,
    illegal_order_attempts: 0,
    duplicate_dispatches: 0,
    days: Array.from({ length: days }, (_, day) => ({
      from: from + day * DAY,
      orders: 1,
      fills: 0,
    })),
    faults: FAULTS,
    engine: { ...ENGINE, ...engine },
    ...more,
  };
}

const codes = (...runs: PaperRun[]): readonly PaperBlockerCode[] =>
  paperGate(runs).blockers.map(({ code }) => code);
const gap = (from: number, ms: number): PaperRun['gaps'][number] => ({
  scope: 'source',
  instrument: null,
  cause: 'session_lost',
  started_at: from,
  ended_at: from + ms,
});

describe('the paper gate', () => {
  it('passes on ten clean trading days with eight faults', () => {
    const verdict = paperGate([run(10)]);
    expect(verdict).toMatchObject({ answer: 'pass', blockers: [], tradingDays: 10 });
    expect(verdict.days).toHaveLength(10);
  });

  it('passes on fourteen calendar days in a row without a single order, not on thirteen', () => {
    const quiet = { days: [], orders: 0 };
    expect(paperGate([run(14, quiet)])).toMatchObject({ answer: 'pass', tradingDays: 0 });
    expect(codes(run(13, quiet))).toEqual(['days_insufficient']);
  });

  it('does not pass on fourteen days that are not in a row', () => {
    const first = run(7, { days: [] });
    const later = run(7, { run_id: 'later', started_at: START + 8 * DAY, days: [] });
    const next = run(7, { run_id: 'later', started_at: START + 7 * DAY, days: [] });
    expect(paperGate([first, later])).toMatchObject({ answer: 'fail', calendarDays: 7 });
    expect(paperGate([first, next])).toMatchObject({ answer: 'pass', calendarDays: 14 });
  });

  it('fails on nine trading days and says how many there are', () => {
    expect(paperGate([run(9)])).toMatchObject({
      answer: 'fail',
      blockers: [
        {
          code: 'days_insufficient',
          operands: { trading: 9, calendar: 9, needed_trading: 10, needed_calendar: 14 },
        },
      ],
    });
  });

  it('counts what runs have in common once', () => {
    const twice = run(9, { run_id: 'other', started_at: START });
    expect(paperGate([run(9), twice])).toMatchObject({ answer: 'fail', tradingDays: 9 });
    const longer = run(9, { run_id: 'other', started_at: START + DAY });
    expect(paperGate([run(9), longer])).toMatchObject({ answer: 'pass', tradingDays: 10 });
  });

  it('takes a longer gap of the source off the day, and a short one not', () => {
    const short = Array.from({ length: 300 }, (_, n) => gap(START + n * 120_000, 60_000));
    expect(paperGate([run(10, { gaps: short })]).answer).toBe('pass');
    const long = [gap(START + HOUR, 2 * HOUR + 1)];
    expect(paperGate([run(10, { gaps: long })])).toMatchObject({ answer: 'fail', tradingDays: 9 });
    const bearable = [gap(START + HOUR, 2 * HOUR)];
    expect(paperGate([run(10, { gaps: bearable })]).answer).toBe('pass');
    const book = { ...gap(START, 20 * HOUR), scope: 'book' as const, instrument: 'BTC-PERPETUAL' };
    expect(paperGate([run(10, { gaps: [book] })]).answer).toBe('pass');
  });

  it('counts a gap that never ended up to the end, and gaps that overlap once', () => {
    const open = { ...gap(START + 9 * DAY, 0), ended_at: null };
    expect(paperGate([run(10, { gaps: [open] })])).toMatchObject({ tradingDays: 9 });
    const overlapping = [gap(START, 80 * 60_000), gap(START + 40 * 60_000, 80 * 60_000)];
    expect(paperGate([run(10, { gaps: overlapping })]).answer).toBe('pass');
  });

  it('fills the gap of one run by another that heard the source meanwhile', () => {
    const deaf = run(10, { gaps: [gap(START, DAY)] });
    const hearing = run(1, { run_id: 'other' });
    expect(paperGate([deaf, hearing])).toMatchObject({ answer: 'pass', tradingDays: 10 });
  });

  it('fails on seven faults, however often they were recorded', () => {
    const seven = [...FAULTS.slice(1), ...FAULTS.slice(1)];
    expect(paperGate([run(10, { faults: seven })])).toMatchObject({
      answer: 'fail',
      blockers: [{ code: 'faults_insufficient', operands: { faults: 7, needed: 8 } }],
    });
  });

  it('is inconclusive where nothing ran', () => {
    expect(paperGate([])).toMatchObject({
      answer: 'inconclusive',
      blockers: [{ code: 'no_runs' }],
    });
  });

  it('is an error where a file is no run, or one run is told twice, whatever else is there', () => {
    const verdict = paperGate([run(14)], [{ place: 'a.json', detail: 'no JSON' }]);
    expect(verdict).toMatchObject({
      answer: 'error',
      blockers: [{ code: 'evidence_unreadable', operands: { place: 'a.json' } }],
    });
    expect(paperGate([run(14), run(14)])).toMatchObject({
      answer: 'error',
      blockers: [{ code: 'run_told_twice', runId: 'run' }],
    });
  });
});

const STRANGE: readonly (readonly [PaperBlockerCode, Partial<PaperRun>])[] = [
  ['venue_not_mirror', { venue: 'simulated' }],
  ['venue_not_mirror', { venue: 'live' }],
  ['clock_not_real', { clock: 'virtual' }],
  ['data_synthetic', { data: 'synthetic' }],
];

describe('a run that is no paper trading', () => {
  it.each(STRANGE)('%s is not counted and named', (code, more) => {
    const verdict = paperGate([run(14, more)]);
    expect(verdict).toMatchObject({ answer: 'fail', days: [], faults: [], counted: [] });
    expect(verdict.blockers[0]).toMatchObject({ code, runId: 'run' });
  });

  it.each(STRANGE)('%s is no blocker beside enough that is', (_code, more) => {
    const stranger = run(14, { run_id: 'other', ...more });
    expect(paperGate([run(10), stranger])).toMatchObject({ answer: 'pass', counted: ['run'] });
  });
});

type Stain = readonly [PaperBlockerCode, 'fail' | 'inconclusive', Partial<PaperRun>, Engine];
const AT = START + HOUR;
const events = (count: number, reason = 'mixed group'): Engine => ({
  containment_events: Array.from({ length: count }, () => ({ at: AT, reason })),
});
const UNMEASURED = { first: null, last: null, least: null, most: null };
const STAINS: readonly Stain[] = [
  ['duplicate_dispatches', 'fail', { duplicate_dispatches: 1 }, {}],
  ['gaps_left_out', 'inconclusive', { gaps_left_out: 1 }, {}],
  ['engine_unknown', 'inconclusive', { engine: null }, {}],
  ['positions_unknown', 'inconclusive', {}, { positions_equal_venue: null }],
  ['positions_unreconciled', 'fail', {}, { positions_equal_venue: false }],
  ['orders_left_unknown', 'inconclusive', {}, { orders_left_open: null }],
  ['orders_left_open', 'fail', {}, { orders_left_open: 1 }],
  ['ledger_not_verified', 'fail', {}, { ledger_verified: false }],
  ['invariant_violated', 'fail', {}, { invariant_violation: 'a is not b' }],
  ['containment_unbounded', 'fail', {}, events(PAPER_NEEDS.containmentsPerDay + 1)],
  ['containment_without_reason', 'fail', {}, events(1, ' ')],
  ['clock_offset_unknown', 'inconclusive', { clock_offset_ms: UNMEASURED }, {}],
  [
    'clock_offset_moved',
    'fail',
    { clock_offset_ms: { first: 0, last: 0, least: 0, most: 1_001 } },
    {},
  ],
];

describe('a run that is not clean', () => {
  it.each(STAINS)(
    '%s is the blocker, and none of its days counts',
    (code, answer, more, engine) => {
      const verdict = paperGate([run(14, more, engine)]);
      expect(verdict.blockers[0]).toMatchObject({ code, runId: 'run' });
      expect(verdict).toMatchObject({ tradingDays: 0, calendarDays: 0, faults: [] });
      expect(verdict.answer).toBe(answer);
      const own = verdict.blockers.filter(({ runId }) => runId !== null);
      expect(own).toHaveLength(1);
    },
  );

  it('of which nobody knows is no excuse for days that are missing anyway', () => {
    const verdict = paperGate([run(9, { engine: null })]);
    expect(verdict.answer).toBe('fail');
    expect(verdict.blockers.map(({ code }) => code)).toEqual([
      'engine_unknown',
      'days_insufficient',
    ]);
  });

  it.each(STAINS)('%s takes back what was before it, and not what came after', (_, __, more, e) => {
    const bad = run(1, { run_id: 'bad', started_at: START + 14 * DAY, ...more }, e);
    const after = run(10, { run_id: 'after', started_at: START + 15 * DAY });
    expect(paperGate([run(14), bad]).answer).not.toBe('pass');
    expect(paperGate([run(14), bad, after])).toMatchObject({ answer: 'pass', tradingDays: 10 });
  });

  it('is bounded containment with a reason that is no stain', () => {
    const bounded = events(PAPER_NEEDS.containmentsPerDay);
    expect(paperGate([run(10, {}, bounded)]).answer).toBe('pass');
    const offset = { first: 0, last: 0, least: 0, most: 1_000 };
    expect(paperGate([run(10, { clock_offset_ms: offset })]).answer).toBe('pass');
  });
});

describe('the document', () => {
  it('is what it says, and nothing beside it', () => {
    expect(parsePaperRun(run(2)).ok).toBe(true);
    expect(parsePaperRun({ ...run(2), note: 'x' })).toMatchObject({
      violations: [{ path: '/note', rule: 'unknown_key' }],
    });
    expect(parsePaperRun({ ...run(2), venue: 'paper' }).ok).toBe(false);
    expect(parsePaperRun(null).ok).toBe(false);
  });

  it.each([
    ['/written_at', { written_at: START - 1 }],
    ['/gaps/0/ended_at', { gaps: [gap(START, -1)] }],
    [
      '/source/sha256',
      { source: { kind: 'address', place: 't', sha256: 'a'.repeat(64), speed: 1 } },
    ],
    [
      '/clock',
      { source: { kind: 'tape', place: 't', sha256: 'a'.repeat(64), speed: 1 }, clock: 'real' },
    ],
  ] as const)('that contradicts itself at %s is none', (path, more) => {
    const parsed = parsePaperRun({ ...run(2), ...more });
    expect(parsed).toMatchObject({ ok: false, violations: [{ path, rule: 'contradiction' }] });
  });
});
