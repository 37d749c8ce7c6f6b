/**
 * Whether a strategy has earned the status it asks for (section 4.3). Every check that can be made
 * is made and every failure told; the first, in the order of the specification, is the message.
 * What follows from a failure is not told again: without a record no stage is compared, without a
 * diary nothing in it is counted.
 */
import { assert } from '@holdfast/core';
import type { Environment } from '@holdfast/runtime/config';
import type { DiaryReading } from '../../evidence/diary-fact.ts';
import { isGated, readStatus } from '../registry/status.ts';
import { type Gate, MEASURED_AT, rankOf, type Stage } from '../stage.ts';
import type { Posture } from '../posture.ts';
import type { PromotionGuardConfig } from './config.ts';
import {
  assessCoverage,
  type CoverageQuery,
  type RegimeCoverage,
  type RegimeRelief,
  reportOf,
  type Tally,
} from './coverage.ts';
import { fixed2 } from '../graduation/fixed2.ts';
import type { GuardFailure, GuardReason, GuardRefusal } from './failure.ts';

export type GateStatus = 'clear' | 'blocked' | 'not_evaluated' | 'satisfied_by_history';

/** What the graduation evaluator found of this policy. */
export interface GraduationFinding {
  readonly gateStatus: Readonly<Record<Gate, GateStatus>>;
  /** The trailing green span of paper, in days. */
  readonly paperGreenDays: number;
  /** Since when the evidence of a stage counts, epoch ms (G-15); null where all of it does. */
  readonly epochs: Readonly<Record<Stage, number | null>>;
}

export type DiaryEvidence =
  /** Nothing stands where the diary should be. */
  | { readonly state: 'absent' }
  /** Something does, and cannot be read. */
  | { readonly state: 'unreadable'; readonly detail: string }
  | {
      readonly state: 'read';
      readonly reading: DiaryReading;
      /** False where the written view is not what the chain says (D-41). */
      readonly isViewOk: boolean;
      /** Counts the reading's facts: `tallyOf`, or a book that has counted them. */
      tally(query: CoverageQuery): Tally;
    };

export interface GuardInputs {
  readonly config: PromotionGuardConfig;
  /** Whose record and decisions are asked for; the registry says it of each strategy. */
  readonly policyId: string;
  /** Null: the ledger cannot be read, or is not what was written. */
  readonly posture: Posture | null;
  readonly diary: DiaryEvidence;
  /** Null: nobody evaluated; never a pass. */
  readonly graduation: GraduationFinding | null;
  readonly relief: readonly RegimeRelief[];
  /** Epoch ms: since when the registry lets evidence of this strategy count; 0 for ever. */
  readonly evidenceSince: number;
  readonly environment: Environment;
  /** Epoch ms. */
  readonly now: number;
}

/** What is recorded of a pass: a status that needs nothing has no stage and no regimes. */
export interface GuardPass {
  readonly ok: true;
  readonly strategyId: string;
  readonly policyId: string;
  readonly status: string;
  readonly required: Gate | null;
  readonly coverage: Readonly<Record<string, string>> | null;
}
export type GuardVerdict = GuardPass | GuardRefusal;

const GREEN_DAYS_MIN = 14;
const DAY_MS = 86_400_000;

export function validate(
  strategyId: string,
  targetStatus: string,
  inputs: GuardInputs,
): GuardVerdict {
  const { policyId, config } = inputs;
  const read = readStatus(targetStatus);
  const status = read.ok ? read.status : targetStatus.trim().toLowerCase();
  const asked = { strategyId, policyId, status };
  if (!read.ok) {
    const failures = [{ reason: 'unknown_status', message: read.code, fields: {} }] as const;
    return { ok: false, ...asked, required: null, coverage: null, failures };
  }
  if (!isGated(read.status)) return { ok: true, ...asked, required: null, coverage: null };
  const required = config.stageRequirements[read.status];
  const wantsRegimes = config.regimeGateStatuses.includes(read.status);
  const seen = diaryFindings(inputs, required, wantsRegimes);
  const [first, ...rest] = [
    ...ledgerFailures(inputs, required),
    ...seen.failures,
    ...integrityFailures(inputs),
    ...graduationFailures(inputs, required),
    ...resolvedFailures(inputs, required),
  ];
  const found = { ...asked, required, coverage: seen.coverage && reportOf(seen.coverage) };
  if (first === undefined) return { ok: true, ...found };
  return { ok: false, ...found, failures: [first, ...rest] };
}

function failure(
  reason: GuardReason,
  message: string,
  fields: GuardFailure['fields'] = {},
): GuardFailure {
  return { reason, message, fields };
}

/** Checks a to c. */
function ledgerFailures(inputs: GuardInputs, required: Gate): readonly GuardFailure[] {
  const { posture, policyId, config } = inputs;
  if (posture === null) return [];
  assert(posture.policyId === policyId, 'a policy is judged by its own record');
  if (!posture.recordPresent) {
    const where = `not found at ${config.ledgerPath}`;
    const message = `Policy ledger record for policy '${policyId}' ${where}`;
    return [failure('missing_ledger_record', message)];
  }
  const failures: GuardFailure[] = [];
  const declared = posture.declaredStage;
  if (declared === null || rankOf(declared) < rankOf(required)) {
    const named = declared ?? 'none';
    const message = `Policy '${policyId}' stage '${named}' below required '${required}'`;
    failures.push(failure('stage_regression', message, { 'governance.declared_stage': named }));
  }
  const gaps = posture.gapsOf[required];
  if (gaps.length > 0) {
    const found = `audit gaps present for stage '${required}': ${gaps.join(', ')}`;
    const fields = { 'governance.audit_gaps': gaps };
    failures.push(failure('audit_gaps', `Policy '${policyId}' ${found}`, fields));
  }
  return failures;
}

interface DiaryFindings {
  readonly failures: readonly GuardFailure[];
  /** Null where regimes are not asked for or could not be counted. */
  readonly coverage: readonly RegimeCoverage[] | null;
}

/** Checks d to h. */
function diaryFindings(inputs: GuardInputs, required: Gate, wantsRegimes: boolean): DiaryFindings {
  const { diary, policyId, config } = inputs;
  const path = config.diaryPath;
  const fields = { 'governance.diary_path': path };
  const wantsPaper = required === 'limited_live';
  const none = { failures: [], coverage: null };
  // What cannot be read is told with the integrity of the diary, and nothing is counted in it.
  if ((!wantsRegimes && !wantsPaper) || diary.state === 'unreadable') return none;
  if (diary.state === 'absent') {
    const message = `Decision diary artifact not found at ${path}`;
    return { ...none, failures: [failure('diary_missing', message, fields)] };
  }
  if (diary.reading.facts.length === 0) {
    const message = `Decision diary entries for policy '${policyId}' not found in ${path}`;
    return { ...none, failures: [failure('diary_entries_missing', message, fields)] };
  }
  const tally = diary.tally(queryOf(inputs, required));
  const coverage = wantsRegimes ? coverageOf(inputs, tally) : null;
  const failures = coverage === null ? [] : regimeFailures(policyId, coverage);
  return {
    failures: wantsPaper ? [...failures, ...paperFailures(inputs, tally)] : failures,
    coverage,
  };
}

function queryOf(inputs: GuardInputs, required: Gate): CoverageQuery {
  const { config, evidenceSince, graduation, environment } = inputs;
  // Without an evaluation nobody knows since when, and nothing counts.
  const epoch = graduation === null ? Number.MAX_VALUE : graduation.epochs[MEASURED_AT[required]];
  return {
    required,
    since: Math.max(epoch ?? 0, evidenceSince),
    minConfidence: config.minRegimeConfidence,
    isDev: environment === 'dev',
  };
}

function coverageOf(inputs: GuardInputs, tally: Tally): readonly RegimeCoverage[] {
  const { config, policyId, relief, now } = inputs;
  const { requiredRegimes: regimes, minDecisionsPerRegime: need } = config;
  return assessCoverage(tally, { policyId, regimes, need, relief, now });
}

function regimeFailures(
  policyId: string,
  coverage: readonly RegimeCoverage[],
): readonly GuardFailure[] {
  const missing = coverage.filter(({ isMet }) => !isMet);
  if (missing.length === 0) return [];
  const names = missing.map(({ regime }) => regime);
  const lacks = `missing regimes: ${names.join(', ')}`;
  const message = `Decision diary coverage for policy '${policyId}' ${lacks}`;
  const counts = missing.map(({ regime, have, need }) => `${regime}:${have}/${need}`);
  return [
    failure('missing_regime_coverage', message, {
      'governance.missing_regimes': names,
      'governance.regime_counts': counts,
    }),
  ];
}

function paperFailures(inputs: GuardInputs, tally: Tally): readonly GuardFailure[] {
  const { config, policyId, evidenceSince, graduation, now } = inputs;
  const failures: GuardFailure[] = [];
  if (tally.paperEntries === 0) {
    const subject = `Decision diary paper stage entries for policy '${policyId}'`;
    const fields = { 'governance.diary_path': config.diaryPath };
    const message = `${subject} not found in ${config.diaryPath}`;
    failures.push(failure('paper_stage_missing', message, fields));
  }
  // No span is longer than the evidence that the registry lets count.
  const days = Math.min(graduation?.paperGreenDays ?? 0, (now - evidenceSince) / DAY_MS);
  if (!(days >= GREEN_DAYS_MIN)) {
    const shown = Number.isFinite(days) ? fixed2(days) : 'unknown';
    const message = `paper_green_gate_duration_below:${shown}<${fixed2(GREEN_DAYS_MIN)}`;
    const fields = { 'governance.paper_green_days': shown };
    failures.push(failure('insufficient_paper_green_span', message, fields));
  }
  return failures;
}

function integrityFailures({ posture, policyId, diary }: GuardInputs): readonly GuardFailure[] {
  const failures: GuardFailure[] = [];
  if (posture?.ledgerOk !== true) {
    const message = `Policy ledger integrity violation for policy '${policyId}'`;
    failures.push(failure('ledger_integrity', message));
  }
  if (diary.state === 'unreadable') {
    const message = `Decision diary cannot be read: ${diary.detail}`;
    failures.push(failure('diary_integrity', message));
  } else if (diary.state === 'read') {
    const named = diary.reading.violations.map((id) => `diary_integrity_violation:${id}`);
    if (!diary.isViewOk) named.push('diary_view_differs');
    if (named.length > 0) failures.push(failure('diary_integrity', named.join(', ')));
  }
  return failures;
}

function graduationFailures(inputs: GuardInputs, required: Gate): readonly GuardFailure[] {
  const status = inputs.graduation?.gateStatus[required] ?? 'not_evaluated';
  if (status === 'clear' || status === 'satisfied_by_history') return [];
  const message = `Policy '${inputs.policyId}' graduation gate '${required}' is ${status}`;
  return [failure('graduation_gate_not_clear', message, { 'governance.gate_status': status })];
}

/** Told apart from b: the record says enough, and what stands behind it does not (2.7). */
function resolvedFailures(inputs: GuardInputs, required: Gate): readonly GuardFailure[] {
  const { posture, policyId } = inputs;
  const declared = posture?.declaredStage ?? null;
  if (posture === null || declared === null || rankOf(declared) < rankOf(required)) return [];
  if (rankOf(posture.stage) >= rankOf(required)) return [];
  const message = `Policy '${policyId}' resolved stage '${posture.stage}' below '${required}'`;
  const fields = { 'governance.resolved_stage': posture.stage };
  return [failure('resolved_stage_below', message, fields)];
}
