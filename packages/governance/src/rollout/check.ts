/**
 * The checker (section 8.9): reads a folder, decides, writes the four outputs, and says one line.
 * Whatever breaks on the way, what it leaves behind is a review or nothing at all.
 */
import { messageOf } from '@holdfast/runtime/proof';
import { acknowledge, type AcknowledgeCode, withAcknowledgement } from './acknowledge.ts';
import { type Before, beforeOf } from './before.ts';
import { type Calendar, EVERY_DAY, parseDay } from './calendar.ts';
import { writeTable } from './csv.ts';
import { NO_PRIOR, type RolloutDecision } from './decision.ts';
import { evaluate, type Evaluated, failClosed } from './evaluate.ts';
import { type FolderFault, type RolloutSession, withRolloutFolder } from './folder.ts';
import { GOVERNANCE_SNAPSHOT_TABLE, snapshotOf } from './governance-snapshot.ts';
import { decidedFactOf, decisionsOf, type HistoryRead } from './history.ts';
import { DEFAULT_POLICY, type PolicyRead, type RolloutPolicy } from './policy.ts';
import { renderReport } from './report.ts';
import { renderRunbook } from './runbook.ts';
import type { RolloutState } from './state.ts';

/** 1: wrong usage or an error of our own; a review is published where anything can be. */
export type CheckExit = 0 | 10 | 20 | 1;

const EXITS: Readonly<Record<RolloutDecision, CheckExit>> = {
  FORWARD_OK: 0,
  HOLD_AND_REVIEW: 10,
  ROLLBACK_REVIEW_REQUIRED: 20,
};

export interface CheckOutcome {
  readonly exit: CheckExit;
  /** For a person at a terminal. */
  readonly line: string;
  /** What was published; null where nothing could be. */
  readonly state: RolloutState | null;
}

interface Check {
  readonly folder: string;
  readonly policy: PolicyRead;
  readonly asOf: string;
  readonly now: number;
  readonly calendar: Calendar;
}

/**
 * `asOf`: the day asked about, `YYYY-MM-DD`; `now`: epoch ms. The folder is made where it is not
 * there: without sources that is a review as well.
 */
export function checkRollout(
  folder: string,
  policy: PolicyRead,
  asOf: string,
  now: number,
  calendar: Calendar = EVERY_DAY,
): CheckOutcome {
  const check: Check = { folder, policy, asOf, now, calendar };
  const run = withRolloutFolder(folder, now, (session) => checkIn(session, check));
  return run.ok ? run.value : { exit: 1, line: `${run.code}: ${run.detail}`, state: null };
}

function checkIn(session: RolloutSession, check: Check): CheckOutcome {
  const { policy, asOf, now, calendar } = check;
  let before: Before = { prior: NO_PRIOR, holds: [], alarms: [] };
  try {
    const history = session.readHistory();
    before = beforeOf(history, session.readState());
    if (!policy.ok) return publishAlarm(session, check, history, before, 'rollout_policy_unusable');
    if (parseDay(asOf) === null) {
      return publishAlarm(session, check, history, before, 'rollout_as_of_invalid');
    }
    const sources = session.readSources();
    const evidence = { sources, policy: policy.policy, calendar, asOf, now };
    const evaluated = evaluate(evidence, policy.sha256, before);
    write(session, check, history, evaluated);
    const { state, error } = evaluated;
    if (error !== null) return { exit: 1, line: `${lineOf(state)} ${error}`, state };
    return { exit: EXITS[state.decision], line: lineOf(state), state };
  } catch (error) {
    return lastResort(session, check, before, error);
  }
}

function lineOf(state: RolloutState): string {
  const { decision, as_of: asOf, recommended_active_branch: active } = state;
  const about = `as_of=${asOf ?? 'unknown'} active=${active ?? 'none'}`;
  const found = `hard=${state.hard_gates.length} warn=${state.warn_gates.length}`;
  return `${decision} ${about} ${found} trace=${state.trace_id}`;
}

/** First what is never rewritten, then what is made of it, the state last. */
function write(
  session: RolloutSession,
  { policy, folder }: Check,
  history: HistoryRead,
  { state, results }: Evaluated,
): void {
  const known: RolloutPolicy = policy.ok ? policy.policy : DEFAULT_POLICY;
  const before = decisionsOf(history.events).at(-1) ?? null;
  // Behind a record that is not what was written nothing is appended; the state says why.
  if (history.fault === null) session.append(decidedFactOf(state));
  session.publish(state, {
    snapshot: writeTable(GOVERNANCE_SNAPSHOT_TABLE, snapshotOf(state.as_of, results)),
    report: renderReport({ state, results, before, policy: known }),
    runbook: renderRunbook({ state, results, policy: known, folder }),
  });
}

function publishAlarm(
  session: RolloutSession,
  check: Check,
  history: HistoryRead,
  before: Before,
  reason: string,
): CheckOutcome {
  const state = failClosed(failureOf(check, before), reason);
  write(session, check, history, { state, results: [], error: reason });
  const [fault] = check.policy.ok ? [] : check.policy.faults;
  const detail = fault === undefined ? '' : ` ${fault.path} ${fault.detail}`;
  return { exit: 1, line: `${lineOf(state)} ${reason}${detail}`, state };
}

function failureOf({ policy, now }: Check, { prior }: Before) {
  return {
    fallback: (policy.ok ? policy.policy : DEFAULT_POLICY).fallback_branch,
    policySha256: policy.ok ? policy.sha256 : 'unknown',
    prior,
    now,
  };
}

/** The disk does not take everything. A state that fails closed, or none: never the old one. */
function lastResort(
  session: RolloutSession,
  check: Check,
  before: Before,
  error: unknown,
): CheckOutcome {
  const state = failClosed(failureOf(check, before), 'rollout_checker_error');
  const line = `${lineOf(state)} ${messageOf(error)}`;
  attempt(() => session.append(decidedFactOf(state)));
  if (attempt(() => session.publishState(state))) return { exit: 1, line, state };
  const isGone = attempt(() => session.withdrawState());
  return {
    exit: 1,
    line: `${line} (state ${isGone ? 'withdrawn' : 'left as it was'})`,
    state: null,
  };
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

export type Acknowledged =
  | { readonly ok: true; readonly state: RolloutState | null }
  | {
      readonly ok: false;
      readonly code: AcknowledgeCode | FolderFault['code'] | 'history_unusable';
      readonly detail: string;
    };

/** Records that somebody looked at the open review, and says so in the state. `now`: epoch ms. */
export function acknowledgeReview(
  folder: string,
  seen: { readonly by: string; readonly openedAt: string },
  now: number,
): Acknowledged {
  const run = withRolloutFolder(folder, now, (session): Acknowledged => {
    const history = session.readHistory();
    if (history.fault !== null) {
      return { ok: false, code: 'history_unusable', detail: history.fault };
    }
    const published = session.readState();
    const answer = acknowledge(beforeOf(history, published).prior, seen, now);
    if (!answer.ok) return answer;
    session.append(answer.fact);
    if (published.status !== 'value') return { ok: true, state: null };
    const state = withAcknowledgement(published.value, answer.fact);
    session.publishState(state);
    return { ok: true, state };
  });
  return run.ok ? run.value : run;
}
