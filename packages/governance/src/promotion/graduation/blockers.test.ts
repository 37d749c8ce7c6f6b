import { describe, expect, it } from 'vitest';
import { GATES, MEASURED_AT } from '../stage.ts';
import { type Blocker, blockerKey, blockerOf, entryOf } from './blockers.ts';
import { type BlockerKind, CATALOGUE, type CatalogueEntry, ODDITIES } from './catalogue.ts';

const KINDS = Object.keys(CATALOGUE) as BlockerKind[];

describe('the key of a blocker', () => {
  // The table of section 3.4, and the keys that 1.7, 2.6, 3.5 and D-38 add.
  it.each([
    [
      'paper',
      '{stage}_stage_decisions_insufficient',
      5,
      20,
      'experiment_stage_decisions_insufficient:5/20',
    ],
    ['paper', '{stage}_stage_alerts_present', 10, 0, 'experiment_stage_alerts_present:10'],
    [
      'paper',
      '{stage}_forced_ratio_exceeds',
      0.55,
      0.35,
      'experiment_forced_ratio_exceeds:0.55>0.35',
    ],
    ['paper', '{stage}_warn_ratio_exceeds', 0.45, 0.4, 'experiment_warn_ratio_exceeds:0.45>0.40'],
    ['paper', '{stage}_normal_ratio_below', 0.45, 0.5, 'experiment_normal_ratio_below:0.45<0.50'],
    [
      'pilot',
      '{stage}_stage_decisions_insufficient',
      0,
      40,
      'paper_stage_decisions_insufficient:0/40',
    ],
    ['pilot', '{stage}_stage_alerts_present', 1, 0, 'paper_stage_alerts_present:1'],
    ['pilot', '{stage}_forced_ratio_exceeds', 0.28, 0.25, 'paper_forced_ratio_exceeds:0.28>0.25'],
    ['pilot', '{stage}_warn_ratio_exceeds', 0.23, 0.2, 'paper_warn_ratio_exceeds:0.23>0.20'],
    ['pilot', '{stage}_normal_ratio_below', 0.6, 0.65, 'paper_normal_ratio_below:0.60<0.65'],
    ['pilot', '{stage}_normal_streak_below', 6, 8, 'paper_normal_streak_below:6/8'],
    [
      'limited_live',
      '{stage}_stage_decisions_insufficient',
      0,
      60,
      'pilot_stage_decisions_insufficient:0/60',
    ],
    ['limited_live', '{stage}_stage_alerts_present', 2, 0, 'pilot_stage_alerts_present:2'],
    [
      'limited_live',
      '{stage}_forced_ratio_exceeds',
      0.18,
      0.1,
      'pilot_forced_ratio_exceeds:0.18>0.10',
    ],
    [
      'limited_live',
      '{stage}_warn_ratio_exceeds',
      8 / 60,
      0.1,
      'pilot_warn_ratio_exceeds:0.13>0.10',
    ],
    ['limited_live', '{stage}_normal_ratio_below', 0.75, 0.8, 'pilot_normal_ratio_below:0.75<0.80'],
    ['limited_live', '{stage}_normal_streak_below', 9, 15, 'pilot_normal_streak_below:9/15'],
    ['limited_live', 'approvals_required', 1, 2, 'approvals_required:2_have:1'],
    [
      'limited_live',
      'paper_green_gate_duration_below',
      0.03,
      14,
      'paper_green_gate_duration_below:0.03<14.00',
    ],
    ['pilot', 'paper_trading_days_insufficient', 9, 10, 'paper_trading_days_insufficient:9/10'],
    ['pilot', '{stage}_unknown_severity_present', 3, 0, 'paper_unknown_severity_present:3'],
    ['paper', '{stage}_decisions_missing', 3, 0, 'experiment_decisions_missing:3'],
    ['pilot', '{stage}_evidence_virtual', 3, 0, 'paper_evidence_virtual:3'],
    ['pilot', '{stage}_evidence_simulated', 4, 0, 'paper_evidence_simulated:4'],
    ['limited_live', '{stage}_evidence_unlabelled', 5, 0, 'pilot_evidence_unlabelled:5'],
    ['paper', 'ledger_integrity_violation', 1, 0, 'ledger_integrity_violation'],
  ] as const)('of %s: %s %d %d is %s', (gate, kind, value, limit, key) => {
    expect(blockerKey(blockerOf(kind, gate, { value, limit }))).toBe(key);
  });

  it.each([
    ['audit_gaps_present', ['missing_evidence'], 'audit_gaps_present:missing_evidence'],
    ['audit_gaps_present', ['a', 'b', 'c'], 'audit_gaps_present:a,b,c'],
    ['diary_integrity_violation', ['dd-1'], 'diary_integrity_violation:dd-1'],
    ['diary_integrity_violation', ['$&-{value}'], 'diary_integrity_violation:$&-{value}'],
  ] as const)('of %s with %j is %s', (kind, items, key) => {
    const operands = { value: items.length, limit: 0, items };
    expect(blockerKey(blockerOf(kind, 'pilot', operands))).toBe(key);
  });
});

describe('the twin of a blocker', () => {
  it('holds what the key is made from, and what to do', () => {
    const operands = { value: 0.28, limit: 0.25, numerator: 11, denominator: 40 };
    expect(blockerOf('{stage}_forced_ratio_exceeds', 'pilot', operands)).toEqual({
      code: 'paper_forced_ratio_exceeds',
      gate: 'pilot',
      measured_stage: 'paper',
      ...operands,
      comparator: '>',
      remediation: CATALOGUE['{stage}_forced_ratio_exceeds'].remedy,
    });
  });

  it('has an entry, or it is none of ours', () => {
    const forged = { code: 'paper_is_fine' as Blocker['code'] };
    expect(() => entryOf(forged)).toThrow('catalogue');
    expect(entryOf({ code: 'pilot_evidence_virtual' })).toBe(CATALOGUE['{stage}_evidence_virtual']);
  });
});

describe('the catalogue', () => {
  it.each(KINDS)('finds %s again from its code at each of its gates', (kind) => {
    const entry: CatalogueEntry = CATALOGUE[kind];
    for (const gate of entry.gates) {
      const blocker = blockerOf(kind, gate, { value: 1, limit: 2, items: ['x'] });
      expect(entryOf(blocker)).toBe(entry);
      expect(blocker.code).toBe(kind.replace('{stage}', MEASURED_AT[gate]));
      expect(blockerKey(blocker)).not.toMatch(/[{}]/);
      expect(blocker.comparator).toBe(entry.comparator);
    }
  });

  it.each(KINDS)('says of %s what it means, what to do and who is told', (kind) => {
    const { gates, meaning, remedy, escalation }: CatalogueEntry = CATALOGUE[kind];
    expect(gates).toEqual(GATES.filter((gate) => gates.includes(gate)));
    expect(gates.length).toBeGreaterThan(0);
    for (const sentence of [meaning, remedy, escalation.meanwhile]) {
      expect(sentence).toMatch(/^[A-Z].+\.$/);
    }
  });

  it.each(Object.entries(ODDITIES))('says of %s what it means and what to do', (_, entry) => {
    for (const sentence of [entry.meaning, entry.remedy]) expect(sentence).toMatch(/^[A-Z].+\.$/);
  });

  it('sends evidence, approvals and risk to whom section 6.6 names', () => {
    expect(CATALOGUE['{stage}_stage_decisions_insufficient'].escalation.to).toBe(
      'understanding-loop lead',
    );
    expect(CATALOGUE.approvals_required.escalation.to).toBe('governance squad');
    expect(CATALOGUE['{stage}_stage_alerts_present'].escalation.to).toBe('risk engineering');
  });

  it('lets only lapse what a passed gate cannot lose', () => {
    const lapsing = KINDS.filter((kind) => 'lapses' in CATALOGUE[kind]);
    expect(lapsing).toEqual([
      '{stage}_stage_decisions_insufficient',
      'paper_green_gate_duration_below',
      'paper_trading_days_insufficient',
    ]);
  });
});
