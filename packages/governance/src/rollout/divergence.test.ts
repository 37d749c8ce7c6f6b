import { describe, expect, it } from 'vitest';
import {
  contradictionOfAttribution,
  parseAttribution,
  type TradeAttribution,
} from './attribution.ts';
import type { BranchStatus } from './branch-status.ts';
import { readTable, writeTable } from './csv.ts';
import {
  contradictionOfDivergence,
  type Declared,
  DIVERGENCE_TABLE,
  type DivergenceRow,
  divergenceOf,
} from './divergence.ts';
import {
  ALIGNED,
  APART,
  CANDIDATE,
  divergenceRow,
  NOTHING_DECLARED,
  NOW,
  SESSION,
  sessionsBack,
  status,
} from './rollout.fixture.ts';

const of = (statuses: readonly BranchStatus[], declared: Declared = NOTHING_DECLARED) =>
  divergenceOf(SESSION, statuses, declared, [], NOW);
const bought = { last_event_date: SESSION, last_event_side: 'BUY' } as const;
const long = (id: string, over: Partial<BranchStatus> = {}) => ({
  position: 'long',
  open_trade_id: id,
  reason_family: 'trend',
  ...over,
});
type Change = readonly ['added' | 'removed', string];
const attribution = (...changes: readonly Change[]): TradeAttribution => ({
  schema_version: 'trade-attribution.v1',
  candidate_branch: CANDIDATE,
  changes: changes.map(([action, id]) => ({
    trade_id: id,
    action,
    reason_code: 'veto',
    approved_by: 'ana',
  })),
});
const declared = (...changes: readonly Change[]): Declared => ({
  attribution: attribution(...changes),
  families: [],
});

describe('the level of divergence', () => {
  it('is none where all three are alike', () => {
    expect(of(ALIGNED)).toMatchObject({
      divergence_level: 'none',
      control_candidate_aligned: true,
      explained: false,
      explanation_code: null,
      control_signal: 'none',
      generated_at: '2026-04-04T06:00:00.000Z',
    });
    const all = (['reference', 'control', 'candidate'] as const).map((role) =>
      status(role, bought),
    );
    expect(of(all)).toMatchObject({ divergence_level: 'none', candidate_signal: 'BUY' });
  });

  it('is low where only the reference differs, in position or signal', () => {
    const [, control, candidate] = ALIGNED;
    for (const reference of [
      status('reference', { position: 'long' }),
      status('reference', bought),
    ]) {
      const row = of([reference, ...[control, candidate].flatMap((each) => each ?? [])]);
      expect(row.divergence_level).toBe('low');
    }
  });

  it('is medium where control and candidate are alike but for the signal', () => {
    const row = of([status('reference'), status('control', bought), status('candidate')]);
    expect(row).toMatchObject({
      divergence_level: 'medium',
      control_candidate_aligned: true,
      control_signal: 'BUY',
      candidate_signal: 'none',
    });
  });

  it('takes no signal of another session', () => {
    const before = { ...bought, last_event_date: sessionsBack(1) };
    const row = of([status('reference'), status('control', before), status('candidate')]);
    expect(row).toMatchObject({ divergence_level: 'none', control_signal: 'none' });
  });

  it('DG-07 is high where positions differ and nobody declared it', () => {
    expect(of(APART)).toMatchObject({
      divergence_level: 'high',
      control_candidate_aligned: false,
      explained: false,
      control_position: 'long',
      candidate_position: 'flat',
    });
  });

  it('DG-07 is not high where the removal was declared', () => {
    expect(of(APART, declared(['removed', 't-1']))).toMatchObject({
      divergence_level: 'medium',
      explained: true,
      explanation_code: 'removed:t-1',
    });
    expect(of(APART, declared(['added', 't-1'])).divergence_level).toBe('high');
    expect(of(APART, declared(['removed', 't-2'])).divergence_level).toBe('high');
    const other = { ...attribution(['removed', 't-1']), candidate_branch: 'another' };
    expect(of(APART, { attribution: other, families: [] }).divergence_level).toBe('high');
  });

  it('is explained by an addition, and where both differ by both', () => {
    const added = [status('reference'), status('control'), status('candidate', long('t-2'))];
    expect(of(added, declared(['added', 't-2']))).toMatchObject({ explanation_code: 'added:t-2' });
    const both = [
      status('reference'),
      status('control', long('t-1', { position: 'short' })),
      status('candidate', long('t-2')),
    ];
    const half = of(both, declared(['added', 't-2']));
    expect(half).toMatchObject({ divergence_level: 'high', explained: false });
    expect(of(both, declared(['added', 't-2'], ['removed', 't-1']))).toMatchObject({
      divergence_level: 'medium',
      explanation_code: 'added:t-2 removed:t-1',
    });
  });

  it('is explained by a declared family of reasons', () => {
    const families = ['trend'];
    expect(of(APART, { attribution: null, families })).toMatchObject({
      divergence_level: 'medium',
      explanation_code: 'family:trend',
    });
    expect(of(APART, { attribution: null, families: ['other'] }).divergence_level).toBe('high');
    const nameless = APART.map((row) => ({ ...row, reason_family: null }));
    expect(of(nameless, { attribution: null, families }).divergence_level).toBe('high');
  });

  it('is not explained where positions differ over one and the same trade, or none', () => {
    const same = [
      status('reference'),
      status('control', long('t-1', { position: 'short' })),
      status('candidate', long('t-1')),
    ];
    expect(of(same, declared(['removed', 't-1'])).divergence_level).toBe('high');
    const none = APART.map((row) => ({ ...row, open_trade_id: null }));
    expect(of(none, { attribution: null, families: ['trend'] }).divergence_level).toBe('high');
  });

  it('is high where control or candidate has no row of this session, or two', () => {
    const [reference, control, candidate] = ALIGNED.map((row) => [row]);
    const gone = [...(reference ?? []), ...(candidate ?? [])];
    expect(of(gone)).toMatchObject({
      divergence_level: 'high',
      explanation_code: 'control_row_missing',
      control_position: null,
      control_signal: null,
    });
    const alone = [...(reference ?? []), ...(control ?? [])];
    expect(of(alone)).toMatchObject({ explanation_code: 'candidate_row_missing' });
    expect(of([...ALIGNED, ...(control ?? [])]).divergence_level).toBe('high');
    const old = ALIGNED.map((row) => ({ ...row, as_of: sessionsBack(1) }));
    expect(of(old).divergence_level).toBe('high');
  });

  it('is medium without a reference: nobody can say that it does not differ', () => {
    expect(of(ALIGNED.slice(1))).toMatchObject({
      divergence_level: 'medium',
      explanation_code: 'reference_row_missing',
      reference_position: null,
    });
  });
});

describe('the divergence log', () => {
  const highs = [3, 2, 1].map((back) => divergenceRow(sessionsBack(back), APART));

  it('counts the sessions of its level in a row', () => {
    const streak = (log: readonly DivergenceRow[]) =>
      divergenceOf(SESSION, APART, NOTHING_DECLARED, log, NOW).streak_sessions;
    expect(streak([])).toBe(1);
    expect(streak(highs)).toBe(4);
    expect(streak([...highs, divergenceRow(sessionsBack(1), ALIGNED)])).toBe(1);
  });

  it('DG-13 counts a session that is looked at again once', () => {
    const rerun = [...highs, divergenceRow(SESSION, APART), divergenceRow(sessionsBack(-1), APART)];
    const row = divergenceOf(SESSION, APART, NOTHING_DECLARED, rerun, NOW);
    expect(row.streak_sessions).toBe(4);
  });

  it('survives its table', () => {
    const rows = [...highs, of(ALIGNED), of(ALIGNED.slice(1)), of([])];
    const text = writeTable(DIVERGENCE_TABLE, rows);
    expect(readTable(DIVERGENCE_TABLE, Buffer.from(text))).toEqual({ ok: true, rows });
    expect(contradictionOfDivergence(rows)).toBe(null);
    expect(contradictionOfDivergence([of(APART, declared(['removed', 't-1']))])).toBe(null);
  });

  it.each<[string, DivergenceRow, Partial<DivergenceRow>]>([
    ['aligned', of(APART), { control_candidate_aligned: true }],
    ['aligned', of(ALIGNED), { control_candidate_aligned: false }],
    ['aligned', of([]), { control_candidate_aligned: true }],
    ['high', of(APART), { divergence_level: 'medium' }],
    ['high', of(ALIGNED), { divergence_level: 'high' }],
    ['high', of([]), { explained: true, divergence_level: 'medium' }],
    ['high', of(APART), { explained: true }],
    ['none', of(APART), { explained: true, divergence_level: 'none' }],
    ['low', of(APART), { explained: true, divergence_level: 'low' }],
  ])('is not believed where it says %s against its own positions', (detail, row, over) => {
    expect(contradictionOfDivergence([of(ALIGNED), { ...row, ...over }])).toContain(detail);
  });
});

describe('an attribution', () => {
  it('is closed, and tells a trade once', () => {
    expect(parseAttribution(attribution(['added', 'a'])).ok).toBe(true);
    expect(parseAttribution({ ...attribution(), more: 1 }).ok).toBe(false);
    expect(contradictionOfAttribution(attribution(['added', 'a'], ['removed', 'b']))).toBe(null);
    const twice = attribution(['added', 'a'], ['removed', 'a']);
    expect(contradictionOfAttribution(twice)).toBe('trade a is told twice');
  });
});
