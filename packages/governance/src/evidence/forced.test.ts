import { describe, expect, it } from 'vitest';
import { paperMetadata, STAGE_REASON } from './diary.fixture.ts';
import type { Open } from './entry-schema.ts';
import { classifyForced, isRiskForced, objectIn, severityOf } from './forced.ts';

const classify = (metadata: Open, decision: Open = {}) => classifyForced({ metadata, decision });
const NOT = { value: false, causes: [], reasons: [] };
const router = (execution: Open, rest: Open = {}) =>
  classify({ release_execution: execution, ...rest });

describe('a force to paper', () => {
  it('is none where nobody speaks of one', () => {
    expect(classify({})).toEqual(NOT);
    expect(classify({ drift_decision: { force_paper: false }, guardrails: {} })).toEqual(NOT);
    expect(isRiskForced(NOT as never)).toBe(false);
  });

  it('D-06 is heard from every source: one that denies hides no other', () => {
    const forced = classify({
      drift_decision: { force_paper: false, severity: 'normal' },
      release_execution: { forced: true, forced_reason: 'risk_guardrail_active' },
    });
    expect(forced).toEqual({
      value: true,
      causes: ['guardrail'],
      reasons: ['risk_guardrail_active'],
    });
    expect(isRiskForced(forced)).toBe(true);
  });

  it('D-07 by its stage alone does not count', () => {
    const forced = classify(paperMetadata());
    expect(forced).toEqual({ value: true, causes: ['stage_gate'], reasons: [STAGE_REASON] });
    expect(isRiskForced(forced)).toBe(false);
  });

  it('D-08 without a reason counts', () => {
    for (const metadata of [
      { release_execution: { forced: true } },
      { release_execution_forced: true },
      { drift_decision: { force_paper: true, severity: 'normal' } },
      { guardrails: { force_paper: true } },
    ]) {
      const forced = classify(metadata);
      expect(forced).toEqual({ value: true, causes: ['unspecified'], reasons: [] });
      expect(isRiskForced(forced)).toBe(true);
    }
  });

  it.each([
    ['release_stage_pilot_requires_policy_ledger_record', 'stage_gate'],
    ['drift_gate_blocked', 'drift'],
    ['drift_gate_severity_warn', 'drift'],
    ['no_snapshot', 'drift'],
    ['confidence 0.5 below 0.7', 'drift'],
    ['notional 9 above 8', 'drift'],
    ['release_audit_gap_missing_evidence', 'audit'],
    ['release_audit_enforced', 'audit'],
    ['counterfactual_guardrail_breach', 'guardrail'],
    ['counterfactual_guardrail_delta_exceeded', 'guardrail'],
    ['risk_guardrail_active', 'guardrail'],
    ['because', 'unspecified'],
    ['not_release_stage_', 'unspecified'],
  ])('for %s has the cause %s', (reason, cause) => {
    const told = { value: true, causes: [cause], reasons: [reason] };
    expect(router({ forced: true, forced_reasons: [reason] })).toEqual(told);
    expect(router({ forced_reason: ` ${reason} ` })).toEqual(told);
    expect(classify({ drift_decision: { force_paper: true, reason } })).toEqual(told);
    expect(isRiskForced(router({ forced_reason: reason }))).toBe(cause !== 'stage_gate');
  });

  it('keeps a cause once, in the order of the list, and every reason once, sorted', () => {
    const forced = router({
      forced_reason: 'risk_guardrail_active',
      forced_reasons: ['risk_guardrail_active', 'drift_gate_blocked', ' ', 7, STAGE_REASON],
    });
    expect(forced).toEqual({
      value: true,
      causes: ['stage_gate', 'drift', 'guardrail'],
      reasons: ['drift_gate_blocked', STAGE_REASON, 'risk_guardrail_active'],
    });
  });

  it('takes one reason where a list was meant', () => {
    expect(router({ forced_reasons: STAGE_REASON }).causes).toEqual(['stage_gate']);
  });

  it('is not excused by the reasons of another source', () => {
    const forced = classify({
      drift_decision: { force_paper: true },
      release_execution: { forced: true, forced_reason: STAGE_REASON },
    });
    expect(forced.causes).toEqual(['stage_gate', 'unspecified']);
  });

  it('has the stage gate of the drift gate for a reason', () => {
    const requirements = { release_stage_gate: STAGE_REASON };
    const drift_decision = { force_paper: true, severity: 'normal', requirements };
    expect(classify({ drift_decision }).causes).toEqual(['stage_gate']);
    expect(classify({ drift_decision: { ...drift_decision, force_paper: false } })).toEqual(NOT);
  });

  it.each(['warn', ' ALERT '])('under %s is one of drift as well', (severity) => {
    const metadata = { ...paperMetadata(), drift_decision: { severity, force_paper: false } };
    expect(classify(metadata).causes).toEqual(['stage_gate', 'drift']);
  });

  it.each(['normal', 'unknown', 'odd'])('under %s is none of drift', (severity) => {
    const metadata = { ...paperMetadata(), drift_decision: { severity, force_paper: false } };
    expect(classify(metadata).causes).toEqual(['stage_gate']);
  });

  it('is not made of a severity alone', () => {
    expect(classify({ drift_decision: { severity: 'alert', force_paper: false } })).toEqual(NOT);
  });

  it.each([true, 'true', ' TRUE ', '1', 'Yes', 1, {}, []])('%j says yes', (flag) => {
    expect(router({ forced: flag }).value).toBe(true);
  });

  it.each([false, 'false', 'no', '0', '', 'on', 0, null, undefined])('%j says nothing', (flag) => {
    expect(router({ forced: flag }).value).toBe(false);
    expect(router({ forced: flag }, { release_execution_forced: 'yes' }).value).toBe(true);
  });
});

describe('a force of the guardrails', () => {
  const forced = (guardrails: Open) => classify({}, { guardrails });
  const GATE = { governance_release_stage_gate: { stage: 'paper' } };
  const BREACH = { counterfactual_guardrail: { breached: true, action: 'force_paper' } };

  it('is heard in the decision and in the metadata', () => {
    const told = { force_paper: true, ...BREACH };
    expect(forced(told).reasons).toEqual(['counterfactual_guardrail_breach']);
    expect(classify({ guardrails: told })).toEqual(forced(told));
  });

  it.each([
    ['a breach', BREACH, ['guardrail']],
    ['a breach beside the stage gate', { ...BREACH, ...GATE }, ['guardrail']],
    ['a risk guardrail', { risk_guardrail: true }, ['guardrail']],
    ['one that says active', { risk_guardrail: { active: true } }, ['guardrail']],
    ['one that does not say', { risk_guardrail: { limit: 3 } }, ['guardrail']],
    ['one that is not active', { risk_guardrail: { active: false }, ...GATE }, ['stage_gate']],
    ['none', { risk_guardrail: false, ...GATE }, ['stage_gate']],
    ['the stage gate', GATE, ['stage_gate']],
    ['a stage gate that is off', { governance_release_stage_gate: false }, ['unspecified']],
    ['a stage gate of nothing', { governance_release_stage_gate: null }, ['unspecified']],
    [
      'a breach that asks for something else',
      { counterfactual_guardrail: { breached: true, action: 'warn' }, ...GATE },
      ['stage_gate'],
    ],
    [
      'no breach',
      { counterfactual_guardrail: { breached: false, action: 'force_paper' } },
      ['unspecified'],
    ],
  ])('with %s', (_what, guardrails: Open, causes) => {
    expect(forced({ force_paper: true, ...guardrails }).causes).toEqual(causes);
    expect(forced(guardrails)).toEqual(NOT);
  });
});

describe('what was classified before', () => {
  it.each([
    [{ value: false, causes: ['drift'], reasons: ['drift_x'] }, false, []],
    [{ value: true, causes: ['stage_gate'], reasons: [] }, true, ['stage_gate']],
    [{ value: true, causes: [], reasons: [] }, true, ['unspecified']],
    [{ value: true, causes: ['whim'], reasons: [] }, true, ['unspecified']],
    [{ value: true }, true, ['unspecified']],
    [{ value: true, causes: ['stage_gate'], reasons: ['drift_x'] }, true, ['stage_gate', 'drift']],
  ])('%j is heard', (stored, value, causes) => {
    expect(classify({ forced: stored })).toMatchObject({ value, causes });
  });

  it('and once more is the same', () => {
    for (const metadata of [
      paperMetadata('alert'),
      paperMetadata(null),
      { guardrails: { force_paper: true, governance_release_stage_gate: true } },
      { release_execution: { forced: true } },
    ]) {
      const once = classify(metadata);
      expect(classify({ ...metadata, forced: once })).toEqual(once);
      expect(classify({ forced: once })).toEqual(once);
    }
  });
});

it('severity is in lower case, and unknown where there is none', () => {
  expect(severityOf({ drift_decision: { severity: ' Warn ' } })).toBe('warn');
  for (const drift_decision of [{}, { severity: ' ' }, { severity: 3 }, null, 'x', []]) {
    expect(severityOf({ drift_decision })).toBe('unknown');
  }
  expect(objectIn({ a: [1] }, 'a')).toEqual({});
});
