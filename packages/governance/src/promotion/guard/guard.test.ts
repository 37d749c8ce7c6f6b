import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '@holdfast/core';
import { GATED_STATUSES, STATUSES } from '../registry/status.ts';
import type { Stage } from '../stage.ts';
import { DEFAULT_GUARD_CONFIG } from './config.ts';
import {
  diary,
  fact,
  gates,
  graduation,
  inputs,
  NOW,
  posture,
  REGIMES,
  wholeCoverage,
} from './evidence.fixture.ts';
import { type GuardRefusal, PromotionIntegrityError, rejectionLog } from './failure.ts';
import { type GuardInputs, validate } from './guard.ts';

const DAY_MS = 86_400_000;
const LEDGER = 'artifacts/governance/policy_ledger.json';
const DIARY = 'artifacts/governance/decision_diary.json';

function refusal(status: string, over: Partial<GuardInputs>): GuardRefusal {
  const verdict = validate('alpha::1', status, inputs(over));
  if (verdict.ok) throw new Error('it has passed');
  return verdict;
}
const reasons = (status: string, over: Partial<GuardInputs>) => {
  const verdict = validate('alpha::1', status, inputs(over));
  return verdict.ok ? [] : verdict.failures.map(({ reason }) => reason);
};
const messages = (status: string, over: Partial<GuardInputs>) =>
  refusal(status, over).failures.map(({ message }) => message);

const declared = (stage: Stage) => posture({ declaredStage: stage, stage });

describe('the guard', () => {
  it.each(GATED_STATUSES)('passes %s where everything was earned', (status) => {
    const stage = DEFAULT_GUARD_CONFIG.stageRequirements[status];
    const coverage = Object.fromEntries(REGIMES.map((regime) => [regime, '3/3']));
    expect(validate('alpha::1', status, inputs())).toEqual({
      ok: true,
      strategyId: 'alpha::1',
      policyId: 'alpha',
      status,
      required: stage,
      coverage: stage === 'limited_live' ? coverage : expect.any(Object),
    });
  });

  it.each(STATUSES.filter((status) => !GATED_STATUSES.some((each) => each === status)))(
    'asks nothing of %s',
    (status) => {
      const nothing = { posture: null, diary: { state: 'absent' }, graduation: null } as const;
      expect(validate('alpha', ` ${status.toUpperCase()} `, inputs(nothing))).toEqual({
        ok: true,
        strategyId: 'alpha',
        policyId: 'alpha',
        status,
        required: null,
        coverage: null,
      });
    },
  );

  it('R-12 knows no status actve', () => {
    expect(refusal(' Actve', {})).toMatchObject({
      status: 'actve',
      required: null,
      failures: [{ reason: 'unknown_status', message: 'unknown_status:actve' }],
    });
  });

  it('reads a status in any case', () => {
    expect(reasons(' ACTIVE ', { posture: declared('pilot') })).toEqual(['stage_regression']);
  });

  it('judges nobody by the record of another', () => {
    expect(() => validate('alpha', 'active', inputs({ policyId: 'beta' }))).toThrow(
      InvariantViolation,
    );
  });
});

describe('the ledger, for the guard', () => {
  it('R-01 a: no record', () => {
    const over = { posture: posture({ recordPresent: false, declaredStage: null }) };
    expect(messages('approved', over)).toEqual([
      `Policy ledger record for policy 'alpha' not found at ${LEDGER}`,
    ]);
    expect(reasons('approved', over)).toEqual(['missing_ledger_record']);
  });

  it.each([
    ['approved', 'experiment', 'paper'],
    ['approved_default', 'experiment', 'paper'],
    ['approved_fallback', 'experiment', 'paper'],
    ['pilot_active', 'paper', 'pilot'],
    ['active', 'pilot', 'limited_live'],
  ] as const)('R-01 b: %s at %s is below %s, and at it is not', (status, stage, required) => {
    expect(messages(status, { posture: declared(stage) })).toEqual([
      `Policy 'alpha' stage '${stage}' below required '${required}'`,
    ]);
    expect(reasons(status, { posture: declared(required) })).toEqual([]);
  });

  it('R-01 b: a record without a stage is below every one', () => {
    const over = { posture: posture({ declaredStage: null }) };
    expect(messages('approved', over)).toEqual([
      "Policy 'alpha' stage 'none' below required 'paper'",
    ]);
  });

  it('R-01 c: gaps of the stage that is asked for, and of no other', () => {
    const gapsOf = {
      paper: [],
      pilot: ['missing_approvals'],
      limited_live: ['missing_approvals', 'missing_risk_audit'],
    } as const;
    const over = { posture: posture({ gapsOf }) };
    expect(messages('active', over)).toEqual([
      "Policy 'alpha' audit gaps present for stage 'limited_live': " +
        'missing_approvals, missing_risk_audit',
    ]);
    expect(reasons('pilot_active', over)).toEqual(['audit_gaps']);
    expect(reasons('approved', over)).toEqual([]);
  });

  it('takes the resolved stage beside the declared one', () => {
    const over = { posture: posture({ stage: 'pilot' }) };
    expect(messages('active', over)).toEqual([
      "Policy 'alpha' resolved stage 'pilot' below 'limited_live'",
    ]);
    expect(reasons('active', over)).toEqual(['resolved_stage_below']);
    expect(reasons('pilot_active', over)).toEqual([]);
    expect(reasons('active', { posture: declared('pilot') })).toEqual(['stage_regression']);
  });

  it('that is not what was written refuses, and one that cannot be read does', () => {
    expect(reasons('approved', { posture: posture({ ledgerOk: false }) })).toEqual([
      'ledger_integrity',
    ]);
    expect(messages('approved', { posture: null })).toEqual([
      "Policy ledger integrity violation for policy 'alpha'",
    ]);
  });
});

describe('the diary, for the guard', () => {
  it('R-01 d: is not there', () => {
    const over = { diary: { state: 'absent' } } as const;
    expect(messages('approved', over)).toEqual([`Decision diary artifact not found at ${DIARY}`]);
    expect(reasons('active', over)).toEqual(['diary_missing']);
  });

  it('R-01 e: knows nothing of the policy', () => {
    expect(messages('approved', { diary: diary([]) })).toEqual([
      `Decision diary entries for policy 'alpha' not found in ${DIARY}`,
    ]);
    expect(reasons('active', { diary: diary([]) })).toEqual(['diary_entries_missing']);
  });

  it('R-01 f: lacks regimes, named in the order they are required', () => {
    const facts = [
      ...[1, 2, 3].map(() => fact({ regime: 'bullish' })),
      ...[1, 2].map(() => fact({ regime: 'balanced' })),
      fact({ stage: 'paper' }),
    ];
    const over = { diary: diary(facts) };
    expect(messages('active', over)).toEqual([
      "Decision diary coverage for policy 'alpha' missing regimes: balanced, bearish, dislocated",
    ]);
    expect(refusal('active', over)).toMatchObject({
      coverage: { balanced: '2/3', bullish: '3/3', bearish: '0/3', dislocated: '0/3' },
      failures: [
        {
          fields: { 'governance.regime_counts': ['balanced:2/3', 'bearish:0/3', 'dislocated:0/3'] },
        },
      ],
    });
  });

  it('R-01 g: has no entry of paper, which only limited_live asks for', () => {
    const over = { diary: diary(wholeCoverage('pilot')) };
    expect(messages('active', over)).toEqual([
      `Decision diary paper stage entries for policy 'alpha' not found in ${DIARY}`,
    ]);
    expect(reasons('pilot_active', over)).toEqual([]);
  });

  it('R-03 active with 6 green days is blocked', () => {
    const over = { graduation: graduation({ paperGreenDays: 6 }) };
    expect(messages('active', over)).toEqual(['paper_green_gate_duration_below:6.00<14.00']);
    expect(reasons('active', over)).toEqual(['insufficient_paper_green_span']);
    expect(reasons('pilot_active', over)).toEqual([]);
  });

  it('R-03 active with 14 is allowed; after a warning it is blocked', () => {
    const days = (paperGreenDays: number) =>
      reasons('active', { graduation: graduation({ paperGreenDays }) });
    expect(days(14)).toEqual([]);
    expect(days(13.999)).toEqual(['insufficient_paper_green_span']);
    expect(days(0)).toEqual(['insufficient_paper_green_span']);
    expect(days(Number.NaN)).toEqual(['insufficient_paper_green_span']);
  });

  it('R-01 tells everything that is wrong, in the order of the specification', () => {
    const gapsOf = { paper: [], pilot: [], limited_live: ['missing_evidence'] } as const;
    const low = { declaredStage: 'paper', stage: 'paper', ledgerOk: false } as const;
    const over = {
      posture: posture({ ...low, gapsOf }),
      diary: diary([fact()], ['dd-1']),
      graduation: { ...gates('limited_live', 'blocked'), paperGreenDays: 1 },
    };
    expect(reasons('active', over)).toEqual([
      'stage_regression',
      'audit_gaps',
      'missing_regime_coverage',
      'paper_stage_missing',
      'insufficient_paper_green_span',
      'ledger_integrity',
      'diary_integrity',
      'graduation_gate_not_clear',
    ]);
  });

  it('is not opened for a status that needs nothing of it', () => {
    const config = { ...DEFAULT_GUARD_CONFIG, regimeGateStatuses: ['active'] } as const;
    const over = { config, diary: { state: 'absent' } } as const;
    expect(validate('alpha', 'approved', inputs(over))).toMatchObject({ ok: true, coverage: null });
    expect(reasons('active', over)).toEqual(['diary_missing']);
    const paper = { ...config, regimeGateStatuses: ['approved'] } as const;
    expect(reasons('active', { config: paper, diary: diary([fact()]) })).toEqual([
      'paper_stage_missing',
    ]);
  });

  it('refuses where one entry is not what was written, whatever is asked', () => {
    const broken = diary([...wholeCoverage('pilot'), fact({ stage: 'paper' })], ['dd-1', 'dd-2']);
    expect(messages('approved', { diary: broken })).toEqual([
      'diary_integrity_violation:dd-1, diary_integrity_violation:dd-2',
    ]);
    const edited = { ...inputs().diary, isViewOk: false } as GuardInputs['diary'];
    expect(messages('approved', { diary: edited })).toEqual(['diary_view_differs']);
    const unreadable = { state: 'unreadable', detail: 'EIO' } as const;
    expect(messages('active', { diary: unreadable })).toEqual([
      'Decision diary cannot be read: EIO',
    ]);
  });

  it('G-23 counts since its evidence began, in the ledger and in the registry', () => {
    const at = NOW - DAY_MS;
    const epochs = (pilot: number) => ({ ...graduation().epochs, pilot });
    const since = (epoch: number, evidenceSince: number) =>
      reasons('active', { graduation: graduation({ epochs: epochs(epoch) }), evidenceSince });
    expect(since(at, 0)).toEqual([]);
    expect(since(at + 1, 0)).toEqual(['missing_regime_coverage']);
    const approved = (evidenceSince: number) => reasons('approved', { evidenceSince });
    expect(approved(at)).toEqual([]);
    expect(approved(at + 1)).toEqual(['missing_regime_coverage']);
    const ofPaper = { ...graduation().epochs, paper: NOW };
    expect(reasons('active', { graduation: graduation({ epochs: ofPaper }) })).toEqual([]);
  });

  it('lets no green span be longer than the evidence that counts', () => {
    const since = (days: number) =>
      messages('active', { evidenceSince: NOW - days * DAY_MS, relief: [], diary: recent(NOW) });
    expect(since(13)).toEqual(['paper_green_gate_duration_below:13.00<14.00']);
    const verdict = validate(
      'alpha',
      'active',
      inputs({ evidenceSince: NOW - 14 * DAY_MS, diary: recent(NOW) }),
    );
    expect(verdict.ok).toBe(true);
  });

  it('G-24 takes a waiver for what the market did not show', () => {
    const facts = wholeCoverage('pilot').filter(({ regime }) => regime !== 'dislocated');
    const waiver = {
      kind: 'waiver',
      policyId: 'alpha',
      regime: 'dislocated',
      waiverId: 'w1',
      expiresAt: NOW + 1,
    } as const;
    const over = { diary: diary([...facts, fact({ stage: 'paper' })]) };
    expect(reasons('active', over)).toEqual(['missing_regime_coverage']);
    expect(reasons('active', { ...over, relief: [waiver] })).toEqual([]);
    expect(reasons('active', { ...over, relief: [{ ...waiver, expiresAt: NOW }] })).toEqual([
      'missing_regime_coverage',
    ]);
  });

  it('takes in dev what was simulated, and nowhere else', () => {
    const provenance = { clock: 'virtual', venue: 'simulated', data: 'synthetic' } as const;
    const facts = wholeCoverage('paper').map((each) => ({ ...each, provenance }));
    const over = { diary: diary(facts) };
    expect(reasons('approved', { ...over, environment: 'dev' })).toEqual([]);
    for (const environment of ['staging', 'paper', 'micro-live', 'prod'] as const) {
      expect(reasons('approved', { ...over, environment })).toEqual(['missing_regime_coverage']);
    }
  });
});

/** Everything decided at one moment. */
function recent(recordedAt: number) {
  const facts = [...wholeCoverage('pilot'), fact({ stage: 'paper' })];
  return diary(facts.map((each) => ({ ...each, recordedAt })));
}

describe('graduation, for the guard', () => {
  it.each(['clear', 'satisfied_by_history'] as const)('passes a gate that is %s', (status) => {
    expect(reasons('active', { graduation: gates('limited_live', status) })).toEqual([]);
  });

  it.each(['blocked', 'not_evaluated'] as const)('stops at one that is %s', (status) => {
    expect(messages('active', { graduation: gates('limited_live', status) })).toEqual([
      `Policy 'alpha' graduation gate 'limited_live' is ${status}`,
    ]);
    expect(reasons('pilot_active', { graduation: gates('limited_live', status) })).toEqual([]);
    expect(reasons('pilot_active', { graduation: gates('pilot', status) })).toEqual([
      'graduation_gate_not_clear',
    ]);
  });

  it('that nobody made is no pass, and nothing counts without it', () => {
    expect(reasons('active', { graduation: null })).toEqual([
      'missing_regime_coverage',
      'insufficient_paper_green_span',
      'graduation_gate_not_clear',
    ]);
  });
});

describe('a rejection', () => {
  const over = {
    posture: posture({ declaredStage: 'pilot', stage: 'pilot' }),
    diary: diary([fact({ stage: 'paper' })]),
    graduation: graduation({ paperGreenDays: 0.125 }),
  };

  it('R-04 is one line of the log, with its reason and what it was found on', () => {
    expect(rejectionLog(refusal('active', over))).toEqual({
      level: 'warning',
      message:
        "Promotion guard rejection: Policy 'alpha' stage 'pilot' below required 'limited_live'",
      'governance.strategy_id': 'alpha::1',
      'governance.policy_id': 'alpha',
      'governance.status': 'active',
      'governance.rbac_reason': 'stage_regression',
      'governance.rbac_reasons': [
        'stage_regression',
        'missing_regime_coverage',
        'insufficient_paper_green_span',
      ],
      'governance.required_stage': 'limited_live',
      'governance.declared_stage': 'pilot',
      'governance.missing_regimes': [...REGIMES],
      'governance.regime_counts': REGIMES.map((regime) => `${regime}:0/3`),
      'governance.paper_green_days': '0.12',
    });
  });

  it('R-04 names gaps, gates, stages and the diary where they are what is wrong', () => {
    const gapsOf = { paper: ['missing_evidence'], pilot: [], limited_live: [] } as const;
    const line = (more: Partial<GuardInputs>, status = 'approved') =>
      rejectionLog(refusal(status, more));
    expect(line({ posture: posture({ gapsOf, stage: 'experiment' }) })).toMatchObject({
      'governance.rbac_reason': 'audit_gaps',
      'governance.audit_gaps': ['missing_evidence'],
      'governance.resolved_stage': 'experiment',
    });
    expect(line({ diary: { state: 'absent' } })).toMatchObject({ 'governance.diary_path': DIARY });
    expect(line({ diary: diary([]) })).toMatchObject({ 'governance.diary_path': DIARY });
    expect(line({ diary: diary(wholeCoverage('pilot')) }, 'active')).toMatchObject({
      'governance.diary_path': DIARY,
    });
    expect(line({ graduation: gates('paper', 'blocked') })).toMatchObject({
      'governance.gate_status': 'blocked',
    });
    expect(line({}, 'actve')).not.toHaveProperty('governance.required_stage');
  });

  it('G-27 can be thrown, and carries all of it', () => {
    const refused = refusal('active', over);
    const error = new PromotionIntegrityError(refused);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'PromotionIntegrityError', refusal: refused });
    expect(error.message).toBe("Policy 'alpha' stage 'pilot' below required 'limited_live'");
    expect(error.failures).toHaveLength(3);
  });
});
