import type { Decision } from '@holdfast/core';
import type { ModeReasonCode } from '@holdfast/core/guard';
import { LATCH_REASONS, MODE_REASONS, REJECT_REASONS } from '@holdfast/core/reasons';
import { OUT_OF_REACH } from './out-of-reach.ts';

/** Every reject, mode and latch code there is, as `kind code`. */
export const ALL_CODES: readonly string[] = [
  ...Object.keys(REJECT_REASONS).map((code) => `reject ${code}`),
  ...Object.keys(MODE_REASONS).map((code) => `mode ${code}`),
  ...Object.keys(LATCH_REASONS).map((code) => `latch ${code}`),
];

const WITHIN_REACH = ALL_CODES.filter((code) => !Object.hasOwn(OUT_OF_REACH, code));

/** How far a run got. */
export interface Coverage {
  readonly reached: number;
  readonly reachable: number;
  readonly outOfReach: number;
  /** Reachable, and reached by no world. */
  readonly missed: readonly string[];
  /** Listed as out of reach, and reached: the list is wrong. */
  readonly wronglyListed: readonly string[];
}

/** @param reached worlds by code. */
export function coverageOf(reached: Readonly<Record<string, number>>): Coverage {
  const missed = WITHIN_REACH.filter((code) => !Object.hasOwn(reached, code));
  const listed = Object.keys(OUT_OF_REACH);
  return {
    reached: WITHIN_REACH.length - missed.length,
    reachable: WITHIN_REACH.length,
    outOfReach: listed.length,
    missed,
    wronglyListed: listed.filter((code) => Object.hasOwn(reached, code)),
  };
}

/**
 * What these decisions reached; anomalies and causes of abandonment beside the codes.
 * @param stood reasons of the mode that stood at some tick.
 */
export function reachedBy(
  decisions: readonly Decision[],
  stood: ReadonlySet<ModeReasonCode>,
): ReadonlySet<string> {
  const reached = new Set<string>([...stood].map((reason) => `mode ${reason}`));
  for (const decision of decisions) {
    if (decision.kind === 'intentRejected') reached.add(`reject ${decision.reject.code}`);
    else if (decision.kind === 'containmentRefused') {
      reached.add(`reject ${decision.reject.code}`);
    } else if (decision.kind === 'anomaly') reached.add(`anomaly ${decision.anomaly}`);
    else if (decision.kind === 'orderAbandoned') reached.add(`abandoned ${decision.cause}`);
    else if (decision.kind === 'modeChanged') {
      for (const reason of decision.reasons) reached.add(`mode ${reason}`);
    } else if (decision.kind === 'latchSet') {
      for (const reason of decision.reasons) reached.add(`latch ${reason}`);
    }
  }
  return reached;
}
