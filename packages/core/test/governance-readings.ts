/** Whatever governance may be saying of itself: well, ill, silent, or nonsense. */
import * as fc from 'fast-check';
import type { GuardInputs } from '../src/guard/inputs.ts';

/** The readings of governance, by the names the contract gives them, on any object that passes. */
export interface GovernanceReadings {
  /** What the guard's one input of governance holds. */
  readonly evidenceChain: GuardInputs['evidenceChain'];
  /** Keys nobody knows, carried by every event and by the policy. */
  readonly strays: Readonly<Record<string, unknown>>;
}

const nonsense = fc.oneof(
  fc.constantFrom(null, undefined, Number.NaN, -1, 0, '', 'RED', 'BROKEN', true, [], {}),
  fc.string(),
);

/** A value the type does not have, as a faulty producer would leave it. */
const untyped = nonsense.map((value) => value as GuardInputs['evidenceChain']);

export const GOVERNANCE_READINGS: fc.Arbitrary<GovernanceReadings> = fc.record({
  evidenceChain: fc.oneof(fc.constantFrom('GREEN' as const, 'RED' as const, null), untyped),
  strays: fc.record(
    {
      evidence_chain_state: nonsense,
      snapshot_coverage_pct: fc.oneof(fc.constant(0), nonsense),
      decision_snapshot_write_errors: nonsense,
      truth_capsule_write_errors: nonsense,
      parquet_queue_depth: nonsense,
      replay_quality: fc.oneof(fc.constant('BROKEN'), nonsense),
      replay_apply_mode: fc.oneof(fc.constant('SHADOW_ONLY'), nonsense),
      replay_gatekeeper: fc.oneof(fc.constant('ERROR'), nonsense),
      open_haircut_mult: fc.oneof(fc.constant(0), nonsense),
      canary_state: fc.oneof(fc.constant('ABORT'), nonsense),
      optimizer_state: nonsense,
      clearance: fc.oneof(fc.constant({ ceiling: 'ReduceOnly', expires: 0 }), nonsense),
    },
    { requiredKeys: [] },
  ),
});

/** Everything at its worst at once (AT-991, AT-1070). */
export const AILING: GovernanceReadings = {
  evidenceChain: 'RED',
  strays: {
    evidence_chain_state: 'RED',
    snapshot_coverage_pct: 0,
    decision_snapshot_write_errors: 9,
    truth_capsule_write_errors: 9,
    replay_quality: 'BROKEN',
    replay_apply_mode: 'SHADOW_ONLY',
    replay_gatekeeper: 'ERROR',
    open_haircut_mult: 0,
    canary_state: 'ABORT',
    optimizer_state: 'ERROR',
    clearance: { ceiling: 'Kill', expires: 0 },
  },
};
