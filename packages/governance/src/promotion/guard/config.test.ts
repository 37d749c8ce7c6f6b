import { describe, expect, it } from 'vitest';
import {
  type ConfigFaultCode,
  DEFAULT_GUARD_CONFIG,
  effectiveDocument,
  expand,
  resolveGuardConfig,
} from './config.ts';

const HOME = '/at-home';

function resolve(document: unknown, variables: Readonly<Record<string, string>> = {}) {
  const source =
    document === undefined
      ? ({ kind: 'none' } as const)
      : ({ kind: 'document', value: document } as const);
  return resolveGuardConfig(source, variables, HOME);
}

function config(document: unknown, variables: Readonly<Record<string, string>> = {}) {
  const read = resolve(document, variables);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.config;
}

function codes(document: unknown, variables: Readonly<Record<string, string>> = {}) {
  const read = resolve(document, variables);
  return read.ok ? [] : read.faults.map(({ code }) => code);
}

/** What every mapping of stages has to hold. */
const STAGES = {
  approved: 'paper',
  approved_default: 'paper',
  approved_fallback: 'paper',
  pilot_active: 'pilot',
  active: 'limited_live',
};

describe('the promotion guard, configured', () => {
  it('has four regimes and three decisions where nobody says anything', () => {
    const read = resolve(undefined);
    expect(read).toMatchObject({ ok: true, config: DEFAULT_GUARD_CONFIG });
    expect(DEFAULT_GUARD_CONFIG).toMatchObject({
      ledgerPath: 'artifacts/governance/policy_ledger.json',
      diaryPath: 'artifacts/governance/decision_diary.json',
      stageRequirements: STAGES,
      requiredRegimes: ['balanced', 'bullish', 'bearish', 'dislocated'],
      minDecisionsPerRegime: 3,
      minRegimeConfidence: 0.5,
    });
  });

  it('reads every key of a file, with the root or without it', () => {
    const document = {
      ledger_path: '~/ledger.json',
      diary_path: 'diary.json',
      stage_requirements: { ...STAGES, ' Approved ': 'Pilot' },
      required_regimes: [' Bullish', 'balanced', 'bullish'],
      min_decisions_per_regime: 2,
      min_regime_confidence: 0.75,
      regime_gate_statuses: ['Pilot_Active', 'active', 'active'],
    };
    const { approved: _, ...others } = document.stage_requirements;
    const said = { ...document, stage_requirements: others };
    const expected = {
      ledgerPath: '/at-home/ledger.json',
      diaryPath: 'diary.json',
      stageRequirements: { ...STAGES, approved: 'pilot' },
      requiredRegimes: ['bullish', 'balanced'],
      minDecisionsPerRegime: 2,
      minRegimeConfidence: 0.75,
      regimeGateStatuses: ['active', 'pilot_active'],
    };
    expect(config(said)).toEqual(expected);
    expect(config({ promotion_guard: said })).toEqual(expected);
  });

  it('takes min_decisions for min_decisions_per_regime, and not both', () => {
    expect(config({ min_decisions: 5 }).minDecisionsPerRegime).toBe(5);
    const both = { min_decisions: 5, min_decisions_per_regime: 5 };
    expect(codes(both)).toEqual(['config_malformed']);
  });

  const BEATS = [
    ['POLICY_LEDGER_PATH', ' ~/x.json ', 'ledgerPath', '/at-home/x.json'],
    ['DECISION_DIARY_PATH', 'y.json', 'diaryPath', 'y.json'],
    ['PROMOTION_REQUIRED_REGIMES', ' Calm, bullish,CALM', 'requiredRegimes', ['calm', 'bullish']],
    ['PROMOTION_MIN_REGIME_COUNT', ' 7 ', 'minDecisionsPerRegime', 7],
  ] as const;
  it.each(BEATS)('R-09 %s goes before the file', (variable, value, key, expected) => {
    const file = {
      ledger_path: 'file-ledger.json',
      diary_path: 'file-diary.json',
      required_regimes: ['bearish'],
      min_decisions_per_regime: 9,
    };
    const without = config(file);
    expect(without[key]).not.toEqual(expected);
    expect(config(file, { [variable]: value })).toEqual({ ...without, [key]: expected });
    expect(config(undefined, { [variable]: value })[key]).toEqual(expected);
  });

  const REFUSED: readonly (readonly [string, string, ConfigFaultCode])[] = [
    ['POLICY_LEDGER_PATH', '', 'env_empty:POLICY_LEDGER_PATH'],
    ['DECISION_DIARY_PATH', '   ', 'env_empty:DECISION_DIARY_PATH'],
    ['PROMOTION_REQUIRED_REGIMES', ' ', 'env_empty:PROMOTION_REQUIRED_REGIMES'],
    ['PROMOTION_REQUIRED_REGIMES', '  ,', 'env_invalid:PROMOTION_REQUIRED_REGIMES'],
    ['PROMOTION_MIN_REGIME_COUNT', '', 'env_empty:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_MIN_REGIME_COUNT', '-4', 'env_invalid:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_MIN_REGIME_COUNT', 'abc', 'env_invalid:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_MIN_REGIME_COUNT', '0', 'env_invalid:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_MIN_REGIME_COUNT', '1.5', 'env_invalid:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_MIN_REGIME_COUNT', '9007199254740992', 'env_invalid:PROMOTION_MIN_REGIME_COUNT'],
    ['PROMOTION_GUARD_CONFIG', ' ', 'env_empty:PROMOTION_GUARD_CONFIG'],
  ];
  it.each(REFUSED)('R-10 %s set to "%s" ends the start', (variable, value, code) => {
    expect(codes(undefined, { [variable]: value })).toEqual([code]);
    expect(codes({ required_regimes: ['balanced'] }, { [variable]: value })).toEqual([code]);
  });

  it('R-10 one decision in each regime is the least that may be asked', () => {
    expect(config(undefined, { PROMOTION_MIN_REGIME_COUNT: '1' }).minDecisionsPerRegime).toBe(1);
  });

  const MALFORMED: readonly (readonly [string, unknown, readonly ConfigFaultCode[]])[] = [
    ['a list', [], ['config_malformed']],
    ['nothing', null, ['config_malformed']],
    ['a root that is a list', { promotion_guard: [] }, ['config_malformed']],
    ['an unknown key', { required_regime: ['x'] }, ['config_unknown_key:required_regime']],
    ['a key with a slash', { 'a/b~c': 1 }, ['config_unknown_key:a/b~c']],
    ['a key beside the root', { promotion_guard: {}, other: 1 }, ['config_unknown_key:other']],
    ['no regimes', { required_regimes: [] }, ['config_malformed']],
    ['a blank regime', { required_regimes: ['balanced', ' '] }, ['config_malformed']],
    ['a blank path', { ledger_path: ' ' }, ['config_malformed']],
    ['a count of nought', { min_decisions_per_regime: 0 }, ['config_malformed']],
    ['a count of halves', { min_decisions: 1.5 }, ['config_malformed']],
    ['no confidence', { min_regime_confidence: 0 }, ['config_malformed']],
    ['too much confidence', { min_regime_confidence: 1.01 }, ['config_malformed']],
    ['no statuses', { regime_gate_statuses: [] }, ['config_malformed']],
    ['an unknown status', { regime_gate_statuses: [' Actve'] }, ['unknown_status:actve']],
    ['a status nobody guards', { regime_gate_statuses: ['evolved'] }, ['config_malformed']],
    [
      'an unknown stage',
      { stage_requirements: { ...STAGES, active: 'Limited-Live' } },
      ['unknown_stage:limited-live', 'config_malformed'],
    ],
    [
      'an unknown status with a stage',
      { stage_requirements: { ...STAGES, actve: 'paper' } },
      ['unknown_status:actve'],
    ],
    [
      'a stage for a status nobody guards',
      { stage_requirements: { ...STAGES, inactive: 'paper' } },
      ['config_malformed'],
    ],
    [
      'a status twice',
      { stage_requirements: { ...STAGES, Active: 'limited_live' } },
      ['config_malformed'],
    ],
    [
      'less than the ladder asks',
      { stage_requirements: { ...STAGES, active: 'pilot' } },
      ['config_malformed'],
    ],
    [
      'nothing at all for a status',
      { stage_requirements: { ...STAGES, approved: 'experiment' } },
      ['config_malformed'],
    ],
  ];
  it.each(MALFORMED)('R-10 a file with %s ends the start', (_, document, expected) => {
    expect(codes(document)).toEqual(expected);
  });

  it.each(Object.keys(STAGES))('R-10 a file that takes the stage of %s away', (status) => {
    const kept = Object.entries(STAGES).filter(([key]) => key !== status);
    const read = resolve({ stage_requirements: Object.fromEntries(kept) });
    expect(read).toMatchObject({
      ok: false,
      name: 'PromotionGuardConfigError',
      faults: [
        { code: 'config_malformed', detail: `/stage_requirements names no stage for ${status}` },
      ],
    });
  });

  it('R-10 tells every fault of file and environment at once', () => {
    const document = {
      tpyo: 1,
      min_decisions: 'many',
      regime_gate_statuses: ['actve'],
      stage_requirements: { ...STAGES, active: 'live' },
    };
    const variables = { POLICY_LEDGER_PATH: '', PROMOTION_MIN_REGIME_COUNT: 'x' };
    expect(new Set(codes(document, variables))).toEqual(
      new Set([
        'config_unknown_key:tpyo',
        'config_malformed',
        'unknown_status:actve',
        'unknown_stage:live',
        'env_empty:POLICY_LEDGER_PATH',
        'env_invalid:PROMOTION_MIN_REGIME_COUNT',
      ]),
    );
  });

  it('hands on what was wrong with the file, beside what is wrong with the environment', () => {
    const faults = [{ code: 'config_missing', detail: 'gone' }] as const;
    const read = resolveGuardConfig({ kind: 'fault', faults }, { DECISION_DIARY_PATH: '' }, HOME);
    expect(read.ok ? [] : read.faults.map(({ code }) => code)).toEqual([
      'config_missing',
      'env_empty:DECISION_DIARY_PATH',
    ]);
  });

  it('has a digest that says which demands were made', () => {
    const digestOf = (document: unknown): string => {
      const read = resolve(document);
      return read.ok ? read.digest : '';
    };
    expect(digestOf(undefined)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf({ promotion_guard: effectiveDocument(DEFAULT_GUARD_CONFIG) })).toBe(
      digestOf(undefined),
    );
    for (const other of [
      { ledger_path: 'x' },
      { diary_path: 'x' },
      { required_regimes: ['balanced'] },
      { min_decisions: 4 },
      { min_regime_confidence: 0.6 },
      { regime_gate_statuses: ['active'] },
      { stage_requirements: { ...STAGES, approved: 'pilot' } },
    ]) {
      expect(digestOf(other)).not.toBe(digestOf(undefined));
    }
  });

  it('puts the home folder for ~ and for nothing else', () => {
    expect(expand('~', HOME)).toBe(HOME);
    expect(expand(' ~/a ', HOME)).toBe('/at-home/a');
    expect(expand('~bo/a', HOME)).toBe('~bo/a');
    expect(expand('a/~/b', HOME)).toBe('a/~/b');
  });
});
