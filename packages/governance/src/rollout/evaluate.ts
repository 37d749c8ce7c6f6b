/** One run of the checker as a pure function: sources in, state and gate results out (8.8). */
import type { Before } from './before.ts';
import { decide, type Decided, decideDisabled, type Prior, rawDecisionOf } from './decision.ts';
import { type Evidence, newestOf, type Streaks, streaksOf, valueOf } from './evidence.ts';
import type { GateResult } from './gate.ts';
import { judgeGate, judgeGates } from './gates.ts';
import { makeState, type RolloutState, type StateInput } from './state.ts';
import { SOURCE_FILES, type SourceName } from './source-files.ts';

export interface Evaluated {
  readonly state: RolloutState;
  /** Empty where they could not be asked. */
  readonly results: readonly GateResult[];
  /** An error of the evaluator itself, in its own words; null where there was none. */
  readonly error: string | null;
}

const NO_STREAKS: Streaks = { hard: 0, warning: 0, divergenceHigh: 0, misaligned: 0 };

export function evaluate(evidence: Evidence, policySha256: string, before: Before): Evaluated {
  const { policy, now } = evidence;
  try {
    if (!policy.rollout_checker_enabled) return disabled(evidence, policySha256, before);
    const results = judgeGates(evidence);
    const manifest = valueOf(evidence.sources.manifest);
    const asOf = manifest?.reference_date ?? null;
    const isStandalone = policy.rollout.checker === 'standalone';
    const holds = isStandalone ? [...before.holds, 'rollout_checker_standalone'] : before.holds;
    const decided = decide(rawDecisionOf(results), before.prior, {
      asOf,
      now,
      recoveryCleanRuns: policy.recovery_clean_runs,
      holds,
      alarms: before.alarms,
    });
    const state = makeState({
      results,
      decided,
      streaks: streaksOf(evidence.sources),
      asOf,
      candidate: manifest?.candidate_branch ?? null,
      fallback: policy.fallback_branch,
      policySha256,
      inputs: inputsOf(evidence),
      now,
    });
    return { state, results, error: null };
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    const kind = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    const state = failClosed(
      { fallback: policy.fallback_branch, policySha256, prior: before.prior, now },
      `rollout_evaluator_error:${kind}`,
    );
    return { state, results: [], error: error instanceof Error ? error.message : String(error) };
  }
}

function disabled(evidence: Evidence, policySha256: string, before: Before): Evaluated {
  const { now, policy } = evidence;
  const manifest = valueOf(evidence.sources.manifest);
  const decided = decideDisabled(before.prior, { now, alarms: before.alarms });
  // Of the gates one alone is asked: is there still a branch that the review can point to?
  const isReview = decided.decision === 'ROLLBACK_REVIEW_REQUIRED';
  const results = isReview ? [judgeGate('rg_fallback_available', evidence)] : [];
  const state = makeState({
    results,
    decided,
    streaks: NO_STREAKS,
    asOf: manifest?.reference_date ?? null,
    candidate: manifest?.candidate_branch ?? null,
    fallback: policy.fallback_branch,
    policySha256,
    inputs: inputsOf(evidence),
    now,
  });
  return { state, results, error: null };
}

export interface Failed {
  readonly fallback: string;
  readonly policySha256: string;
  readonly prior: Prior;
  /** Epoch ms. */
  readonly now: number;
}

/** Where nothing could be judged, a review is required and no branch is safe. */
export function failClosed(failed: Failed, reason: string): RolloutState {
  const decided: Decided = decide('ROLLBACK_REVIEW_REQUIRED', failed.prior, {
    asOf: null,
    now: failed.now,
    recoveryCleanRuns: 1,
    holds: [],
    alarms: [reason],
  });
  return makeState({
    results: [],
    decided,
    streaks: NO_STREAKS,
    asOf: null,
    candidate: null,
    fallback: failed.fallback,
    policySha256: failed.policySha256,
    inputs: [],
    now: failed.now,
  });
}

/** In the order of the sources; what was not read has no digest. */
function inputsOf({ sources }: Evidence): readonly StateInput[] {
  const dates: Partial<Record<SourceName, string | undefined>> = {
    manifest: valueOf(sources.manifest)?.reference_date,
    health: valueOf(sources.health)?.as_of,
    history: newestOf(sources.history)?.as_of,
    divergence: newestOf(sources.divergence)?.as_of,
    branches: newestOf(sources.branches)?.as_of,
    golden: valueOf(sources.golden)?.checked_at.slice(0, 10),
    noSilentPath: valueOf(sources.noSilentPath)?.checked_at.slice(0, 10),
  };
  return (Object.keys(SOURCE_FILES) as SourceName[]).map((name) => {
    const reading = sources[name];
    const isRead = reading.status === 'value' || reading.status === 'malformed';
    const sha256 = isRead ? reading.sha256 : null;
    return { path: SOURCE_FILES[name], sha256, as_of: dates[name] ?? null };
  });
}
