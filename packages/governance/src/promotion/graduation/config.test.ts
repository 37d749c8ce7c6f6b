import type { Environment } from '@holdfast/runtime/config';
import { describe, expect, it } from 'vitest';
import { configDigest, GRADUATION_DEFAULTS, loadGraduationConfig } from './config.ts';

const NOTHING = {};
const change = (configDigestOf: string, approvers: readonly string[]) => ({
  changeId: 'CH-1',
  configDigest: configDigestOf,
  approvers,
});

function digestFor(document: unknown, environment: Environment = 'dev'): string {
  const load = loadGraduationConfig(document, environment, null);
  if (!('digest' in load)) throw new Error('malformed');
  return load.digest;
}

describe('the configuration of the gates', () => {
  it('has the table of section 3.3 as its defaults', () => {
    expect(GRADUATION_DEFAULTS).toEqual({
      gates: {
        paper: {
          min_decisions: 20,
          max_alerts: 0,
          max_forced_ratio: 0.35,
          max_warn_ratio: 0.4,
          min_normal_ratio: 0.5,
        },
        pilot: {
          min_decisions: 40,
          max_alerts: 0,
          max_forced_ratio: 0.25,
          max_warn_ratio: 0.2,
          min_normal_ratio: 0.65,
          min_normal_streak: 8,
          min_approvals: 1,
        },
        limited_live: {
          min_decisions: 60,
          max_alerts: 0,
          max_forced_ratio: 0.1,
          max_warn_ratio: 0.1,
          min_normal_ratio: 0.8,
          min_normal_streak: 15,
          min_approvals: 2,
        },
      },
      min_paper_green_days: 14,
      max_paper_gap_hours: 36,
      min_trading_days: 10,
      strict_unknown_severity: true,
      pilot_is_real_money: true,
    });
  });

  it('is the defaults where nothing but the environment is said', () => {
    const config = { ...GRADUATION_DEFAULTS, environment: 'dev' };
    expect(loadGraduationConfig(NOTHING, 'dev', null)).toEqual({
      ok: true,
      config,
      digest: configDigest({ ...GRADUATION_DEFAULTS, environment: 'dev' }),
      loosened: [],
    });
  });

  it('keeps the neighbours of a key that is said', () => {
    const load = loadGraduationConfig({ gates: { pilot: { min_decisions: 80 } } }, 'dev', null);
    expect(load).toMatchObject({
      ok: true,
      config: {
        gates: {
          ...GRADUATION_DEFAULTS.gates,
          pilot: { ...GRADUATION_DEFAULTS.gates.pilot, min_decisions: 80 },
        },
      },
    });
  });

  it('has another digest with any other value', () => {
    const tighter = { min_trading_days: 11 };
    expect(digestFor(NOTHING)).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([digestFor(NOTHING), digestFor(tighter), digestFor(NOTHING, 'prod')]).size).toBe(
      3,
    );
  });

  it.each([
    ['an environment of its own', { environment: 'dev' }, '/environment', 'unknown_key'],
    ['an unknown key', { min_days: 3 }, '/min_days', 'unknown_key'],
    ['an unknown gate', { gates: { experiment: {} } }, '/gates/experiment', 'unknown_key'],
    [
      'a streak for paper',
      { gates: { paper: { min_normal_streak: 3 } } },
      '/gates/paper/min_normal_streak',
      'unknown_key',
    ],
    ['a gate that is no mapping', { gates: { pilot: [] } }, '/gates/pilot', 'type'],
    [
      'a ratio over one',
      { gates: { paper: { min_normal_ratio: 1.1 } } },
      '/gates/paper/min_normal_ratio',
      'maximum',
    ],
    [
      'half a decision',
      { gates: { paper: { min_decisions: 20.5 } } },
      '/gates/paper/min_decisions',
      'type',
    ],
    [
      'no sample at all',
      { gates: { paper: { min_decisions: 0 } } },
      '/gates/paper/min_decisions',
      'minimum',
    ],
    [
      'nobody for pilot',
      { gates: { pilot: { min_approvals: 0 } } },
      '/gates/pilot/min_approvals',
      'minimum',
    ],
    [
      'one person for limited_live',
      { gates: { limited_live: { min_approvals: 1 } } },
      '/gates/limited_live/min_approvals',
      'minimum',
    ],
    [
      'a streak below nought',
      { gates: { pilot: { min_normal_streak: -1 } } },
      '/gates/pilot/min_normal_streak',
      'minimum',
    ],
    ['fewer days than none', { min_trading_days: -1 }, '/min_trading_days', 'minimum'],
    ['a word for a switch', { pilot_is_real_money: 'no' }, '/pilot_is_real_money', 'type'],
    ['a negative day', { min_paper_green_days: -1 }, '/min_paper_green_days', 'minimum'],
    ['a negative gap', { max_paper_gap_hours: -1 }, '/max_paper_gap_hours', 'minimum'],
    ['nothing', null, '', 'type'],
    ['a list', [], '', 'type'],
    ['a text', 'dev', '', 'type'],
  ])('refuses %s', (_, document, path, rule) => {
    const load = loadGraduationConfig(document, 'dev', null);
    expect(load).toMatchObject({ ok: false, code: 'config_malformed' });
    const places =
      'violations' in load ? load.violations.map((found) => [found.path, found.rule]) : [];
    expect(places).toContainEqual([path, rule]);
  });
});

describe('a value looser than its default', () => {
  const LOOSER: readonly (readonly [string, object])[] = [
    ['gates.paper.min_decisions', { gates: { paper: { min_decisions: 19 } } }],
    ['gates.paper.max_alerts', { gates: { paper: { max_alerts: 1 } } }],
    ['gates.pilot.max_forced_ratio', { gates: { pilot: { max_forced_ratio: 0.26 } } }],
    ['gates.pilot.max_warn_ratio', { gates: { pilot: { max_warn_ratio: 0.21 } } }],
    ['gates.pilot.min_normal_ratio', { gates: { pilot: { min_normal_ratio: 0.64 } } }],
    [
      'gates.limited_live.min_normal_streak',
      { gates: { limited_live: { min_normal_streak: 14 } } },
    ],
    ['min_paper_green_days', { min_paper_green_days: 13.99 }],
    ['max_paper_gap_hours', { max_paper_gap_hours: 37 }],
    ['min_trading_days', { min_trading_days: 9 }],
    ['strict_unknown_severity', { strict_unknown_severity: false }],
    ['pilot_is_real_money', { pilot_is_real_money: false }],
  ];
  const TIGHTER = {
    gates: {
      paper: { min_decisions: 21 },
      pilot: { max_forced_ratio: 0.24, min_normal_streak: 9, min_approvals: 2 },
      limited_live: { max_warn_ratio: 0, min_normal_ratio: 1, min_approvals: 3 },
    },
    min_paper_green_days: 14.5,
    max_paper_gap_hours: 35,
    min_trading_days: 11,
  };

  it('is refused; a tighter one is not', () => {
    expect(loadGraduationConfig({ ...TIGHTER }, 'dev', null)).toMatchObject({ ok: true });
  });

  it.each(LOOSER)('is refused by name: %s', (key, document) => {
    const load = loadGraduationConfig({ ...document }, 'dev', null);
    expect(load).toEqual({
      ok: false,
      code: 'change_record_missing',
      loosened: [key],
      digest: digestFor({ ...document }),
    });
  });

  it.each(LOOSER)('is taken with its approved change: %s', (key, document) => {
    const whole = { ...document };
    const approved = change(digestFor(whole), ['ana', 'bo']);
    expect(loadGraduationConfig(whole, 'dev', approved)).toMatchObject({
      ok: true,
      loosened: [key],
    });
  });

  const LOOSE = { min_trading_days: 9 };

  it('is named with every other, in the order of the table', () => {
    const both = { ...LOOSE, gates: { paper: { max_alerts: 2, min_decisions: 3 } } };
    expect(loadGraduationConfig(both, 'dev', null)).toMatchObject({
      loosened: ['gates.paper.min_decisions', 'gates.paper.max_alerts', 'min_trading_days'],
    });
  });

  it('is refused with the change of another configuration', () => {
    const other = change(digestFor({ min_trading_days: 8 }), ['ana', 'bo']);
    expect(loadGraduationConfig(LOOSE, 'dev', other)).toMatchObject({
      ok: false,
      code: 'change_record_mismatch',
    });
    const elsewhere = change(digestFor(LOOSE, 'prod'), ['ana', 'bo']);
    expect(loadGraduationConfig(LOOSE, 'dev', elsewhere)).toMatchObject({ ok: false });
  });

  it.each([
    [[]],
    [['ana']],
    [['ana', 'Ana ']],
    [['ana', 'ana@firm.example']],
    [['ana', '']],
    [[' ', 'ana']],
  ])('is refused where %j approved the change', (approvers) => {
    expect(loadGraduationConfig(LOOSE, 'dev', change(digestFor(LOOSE), approvers))).toEqual({
      ok: false,
      code: 'change_record_unapproved',
      loosened: ['min_trading_days'],
      digest: digestFor(LOOSE),
    });
  });

  it('is taken where two people did, one of them twice', () => {
    const approved = change(digestFor(LOOSE), ['ana', 'ANA', 'bo']);
    expect(loadGraduationConfig(LOOSE, 'dev', approved)).toMatchObject({ ok: true });
  });
});
