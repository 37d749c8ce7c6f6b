/**
 * Every reason a gate of the ladder says no: how its key is written (section 3.4), what it means,
 * what clears it and who is told (section 6.6). Runbook and keys are made from this alone, and a
 * reason that does not stand here cannot be given.
 */
import type { Gate } from '../stage.ts';

/** Who takes it from here, and what happens meanwhile. */
export interface Escalation {
  readonly to: 'understanding-loop lead' | 'governance squad' | 'risk engineering';
  readonly meanwhile: string;
}

export interface CatalogueEntry {
  /**
   * What follows the code. `{value}` and `{limit}` are plain, with `.2` to two decimals; `{items}`
   * are joined by commas.
   */
  readonly operands: string;
  /** The relation of value to limit that fails. */
  readonly comparator: '<' | '>';
  /** The gates that can give it. */
  readonly gates: readonly Gate[];
  /** Not asked again of a gate that the policy has passed: records end, and it was enough then. */
  readonly lapses?: true;
  readonly meaning: string;
  readonly remedy: string;
  readonly escalation: Escalation;
}

const EVIDENCE_HALTED: Escalation = {
  to: 'understanding-loop lead',
  meanwhile: 'The promotion halts; the policy stays where it is.',
};
const BACK_TO_PAPER: Escalation = {
  to: 'governance squad',
  meanwhile: 'The promotion halts; a policy that was moved up already goes back to paper.',
};
const RISK_REVIEW: Escalation = {
  to: 'risk engineering',
  meanwhile: 'The promotion halts until the cause is written down and reviewed.',
};

const ALL: readonly Gate[] = ['paper', 'pilot', 'limited_live'];
/** The gates with real money behind them. */
const MONEY: readonly Gate[] = ['pilot', 'limited_live'];

/** A code with `{stage}` exists once for each gate: with the stage that the gate measures. */
export const CATALOGUE = {
  diary_integrity_violation: {
    operands: ':{items}',
    comparator: '>',
    gates: ALL,
    meaning: 'An entry of the diary is not what was written. Nothing the diary says counts.',
    remedy: 'Verify the diary, find who changed it, restore the chain. Entries are not mended.',
    escalation: EVIDENCE_HALTED,
  },
  ledger_integrity_violation: {
    operands: '',
    comparator: '>',
    gates: ALL,
    meaning: 'The policy ledger, or its view, is not what was written. Its history proves nothing.',
    remedy: 'Verify the ledger chain and make its view anew from it.',
    escalation: BACK_TO_PAPER,
  },
  '{stage}_stage_decisions_insufficient': {
    operands: ':{value}/{limit}',
    comparator: '<',
    gates: ALL,
    lapses: true,
    meaning: 'Too few decisions were made at this stage, in its execution mode, since its epoch.',
    remedy: 'Let the policy run at its stage until the sample is large enough.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_stage_alerts_present': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning: 'Drift alerts were raised at this stage since its evidence epoch.',
    remedy: 'Find the cause; only a reset of the evidence, with two approvals, begins anew.',
    escalation: RISK_REVIEW,
  },
  '{stage}_forced_ratio_exceeds': {
    operands: ':{value.2}>{limit.2}',
    comparator: '>',
    gates: ALL,
    meaning: 'Too many decisions were forced to paper by drift, audit or a guardrail.',
    remedy: 'See the causes of the forced decisions and remove them; the stage is never one.',
    escalation: RISK_REVIEW,
  },
  '{stage}_warn_ratio_exceeds': {
    operands: ':{value.2}>{limit.2}',
    comparator: '>',
    gates: ALL,
    meaning: 'Too many decisions were made under a drift warning.',
    remedy: 'Find what drifts; go on at this stage until warnings are rare enough.',
    escalation: RISK_REVIEW,
  },
  '{stage}_normal_ratio_below': {
    operands: ':{value.2}<{limit.2}',
    comparator: '<',
    gates: ALL,
    meaning: 'Too few decisions were made with drift normal.',
    remedy: 'Go on at this stage until enough decisions are normal.',
    escalation: RISK_REVIEW,
  },
  '{stage}_unknown_severity_present': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning: 'Decisions were made without drift telemetry, or with a severity nobody knows.',
    remedy: 'Repair the drift sensor; a missing snapshot is never normal.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_normal_streak_below': {
    operands: ':{value}/{limit}',
    comparator: '<',
    gates: MONEY,
    meaning: 'Too few decisions in a row, back from the newest, were normal and not forced.',
    remedy: 'Go on at this stage until the newest decisions are calm.',
    escalation: RISK_REVIEW,
  },
  approvals_required: {
    operands: ':{limit}_have:{value}',
    comparator: '<',
    gates: MONEY,
    meaning: 'Too few people have approved this step, on this evidence and configuration.',
    remedy: 'Have the missing people sign; who asks for the promotion does not count.',
    escalation: BACK_TO_PAPER,
  },
  audit_gaps_present: {
    operands: ':{items}',
    comparator: '>',
    gates: ALL,
    meaning: 'The ledger record lacks what the stage behind this gate needs.',
    remedy: 'Close each gap that is named: evidence, approvals, items of the checklist.',
    escalation: BACK_TO_PAPER,
  },
  paper_green_gate_duration_below: {
    operands: ':{value.2}<{limit.2}',
    comparator: '<',
    gates: MONEY,
    lapses: true,
    meaning:
      'Paper trading has not been green for long enough, without a break, to its last entry.',
    remedy:
      'Keep paper trading running; a warning, a forced decision or a long silence starts anew.',
    escalation: EVIDENCE_HALTED,
  },
  paper_trading_days_insufficient: {
    operands: ':{value}/{limit}',
    comparator: '<',
    gates: MONEY,
    lapses: true,
    meaning: 'The green span of paper trading has decisions on too few UTC days.',
    remedy: 'Keep paper trading running until enough days have decisions.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_decisions_missing': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning: 'The feed has gaps: decisions were made that the diary does not know.',
    remedy: 'Read the missing decisions from the decision log into the diary.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_evidence_virtual': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning: 'Decisions were made on a virtual clock. Outside dev that is no evidence.',
    remedy: 'Gather the evidence on a real clock; keep simulations out of this diary.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_evidence_simulated': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning:
      'Decisions were made at a simulated venue or on made-up data. Outside dev that is none.',
    remedy:
      'Gather the evidence at a real venue or its mirror; keep simulations out of this diary.',
    escalation: EVIDENCE_HALTED,
  },
  '{stage}_evidence_unlabelled': {
    operands: ':{value}',
    comparator: '>',
    gates: ALL,
    meaning: 'Entries do not say on what clock, venue and data, or in what mode, they were made.',
    remedy: 'Have the writer of the diary label its entries, and gather the evidence anew.',
    escalation: EVIDENCE_HALTED,
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type BlockerKind = keyof typeof CATALOGUE;

/** What is odd in a diary and keeps no gate shut; told with the number of entries. */
export const ODDITIES = {
  entries_without_stage: {
    meaning: 'Entries name no stage. They count in totals alone, and do not end a streak.',
    remedy: 'Have the writer of the diary name the stage of every decision.',
  },
  entries_ahead_of_now: {
    meaning: 'Entries are of a time that is yet to come.',
    remedy: 'Compare the clocks of the writer of the diary and of the assessment.',
  },
  '{stage}_entries_of_other_mode': {
    meaning: 'Entries of this stage were made in another execution mode, and so are no evidence.',
    remedy: 'Where they should have counted, see in what mode the policy runs.',
  },
} as const satisfies Readonly<Record<string, Pick<CatalogueEntry, 'meaning' | 'remedy'>>>;

export type OddityKind = keyof typeof ODDITIES;
