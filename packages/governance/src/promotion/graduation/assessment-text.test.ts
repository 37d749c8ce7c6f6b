import { describe, expect, it } from 'vitest';
import type { Posture } from '../posture.ts';
import { assess } from './assess.ts';
import { type Assessed, assessmentJson, assessmentText } from './assessment-text.ts';
import {
  config,
  diary,
  EXPERIMENT,
  fact,
  firstOf,
  NOW,
  PAPER,
  posture,
  reading,
} from './evidence.fixture.ts';

const told = (
  facts = diary(EXPERIMENT),
  changes: Partial<Posture> = {},
  applied: Assessed['applied'] = null,
): Assessed => ({
  assessment: assess(reading(facts), posture(changes), config(), NOW),
  applied,
});

const BAD = { severity: 'warn', isRiskForced: true };

describe('the text of an assessment', () => {
  it('is that of section 6.1', () => {
    const facts = diary(EXPERIMENT, { ...PAPER, at: firstOf(5, BAD) });
    const changes = {
      stage: 'paper',
      declaredStage: 'pilot',
      auditStage: 'paper',
      auditGaps: ['missing_approvals', 'additional_approval_needed'],
      gapsOf: { paper: [], pilot: ['missing_approvals'], limited_live: [] },
      approversOf: { paper: 0, pilot: 0, limited_live: 0 },
    } as const;
    expect(assessmentText([told(facts, changes)])).toBe(
      [
        'Policy alpha.btc',
        '  current: paper (declared pilot) (audit paper) -> recommended: pilot',
        '  decisions: total=65 forced_ratio=0.08 normal=60 warn=5 alert=0',
        '  stage[paper]: forced_ratio=0.12 warn_ratio=0.12 normal_ratio=0.88 streak=35',
        '  approvals: compliance, risk',
        '  audit_gaps: missing_approvals, additional_approval_needed',
        '  blockers[pilot]: approvals_required:1_have:0, audit_gaps_present:missing_approvals',
      ].join('\n'),
    );
  });

  it('leaves out what there is none of', () => {
    const nobody = {
      declaredStage: null,
      auditStage: null,
      approvals: [],
      transitions: [],
    };
    expect(assessmentText([told([], nobody)])).toBe(
      [
        'Policy alpha.btc',
        '  current: experiment -> recommended: experiment',
        '  decisions: total=0 forced_ratio=0.00 normal=0 warn=0 alert=0',
        '  blockers[paper]: experiment_stage_decisions_insufficient:0/20',
      ].join('\n'),
    );
  });

  it('shows the latest stage where the current one has no evidence', () => {
    const text = assessmentText([told([fact('pilot', { severity: 'alert' })])]);
    expect(text).toContain(
      '  stage[pilot]: forced_ratio=0.00 warn_ratio=0.00 normal_ratio=0.00 streak=0',
    );
    const none = assessmentText([told([fact('pilot', { executionMode: 'shadow' })])]);
    expect(none).not.toContain('stage[');
    expect(text).toContain('decisions: total=1 forced_ratio=0.00 normal=0 warn=0 alert=1');
  });

  it('parts policies by a blank line, and tells at the end what was applied', () => {
    const text = assessmentText([
      told([], {}, 'paper'),
      { ...told(), applied: null },
      told([], {}, 'pilot'),
    ]);
    const blocks = text.split('\n\n');
    expect(blocks).toHaveLength(4);
    expect(blocks.map((block) => block.endsWith('promotion_applied: paper'))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(blocks[3]).toBe('Applied promotions:\n  - alpha.btc: paper\n  - alpha.btc: pilot');
    expect(blocks[2]).toMatch(/\n {2}promotion_applied: pilot$/);
  });

  it('tells of blockers in the order of the gates', () => {
    const text = assessmentText([told([], { ledgerOk: false })]);
    expect(text.match(/blockers\[\w+\]/g)).toEqual([
      'blockers[paper]',
      'blockers[pilot]',
      'blockers[limited_live]',
    ]);
  });

  it('does not round twice', () => {
    // 0.125 001 is above the tie that it would be after five decimals.
    const facts = Array.from({ length: 199_999 }, (_, seq) =>
      fact('experiment', { seq, severity: seq < 25_000 ? 'warn' : 'normal' }),
    );
    expect(assessmentText([told(facts)])).toContain('warn_ratio=0.13');
  });

  it('of nobody is empty', () => {
    expect(assessmentText([])).toBe('');
  });
});

describe('the JSON of an assessment', () => {
  it('is an array, with what was applied as the last key of each', () => {
    const one = told([], {}, 'paper');
    const other = told();
    const parsed: unknown = JSON.parse(assessmentJson([one, other], 2));
    expect(parsed).toEqual([
      { ...one.assessment, applied_stage: 'paper' },
      { ...other.assessment, applied_stage: null },
    ]);
    expect(assessmentJson([one], 2)).toMatch(/"applied_stage": "paper"\n {2}\}\n\]$/);
  });

  it('is indented as it is told', () => {
    expect(assessmentJson([told()], 4)).toContain('\n        "policy_id": "alpha.btc"');
    expect(assessmentJson([told()], 0)).toContain('{"policy_id":"alpha.btc"');
    expect(assessmentJson([], 2)).toBe('[]');
  });
});
