import type { Decision } from '@holdfast/core';
import { LATCH_REASONS, MODE_REASONS, REJECT_REASONS } from '@holdfast/core/reasons';

/** Every code a world could reach, as `kind code`. */
export const REACHABLE: readonly string[] = [
  ...Object.keys(REJECT_REASONS).map((code) => `reject ${code}`),
  ...Object.keys(MODE_REASONS).map((code) => `mode ${code}`),
  ...Object.keys(LATCH_REASONS).map((code) => `latch ${code}`),
];

/** What these decisions reached; anomalies and causes of abandonment beside the codes. */
export function reachedBy(decisions: readonly Decision[]): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const decision of decisions) {
    if (decision.kind === 'intentRejected') reached.add(`reject ${decision.reject.code}`);
    else if (decision.kind === 'anomaly') reached.add(`anomaly ${decision.anomaly}`);
    else if (decision.kind === 'orderAbandoned') reached.add(`abandoned ${decision.cause}`);
    else if (decision.kind === 'modeChanged') {
      for (const reason of decision.reasons) reached.add(`mode ${reason}`);
    } else if (decision.kind === 'latchSet') {
      for (const reason of decision.reasons) reached.add(`latch ${reason}`);
    }
  }
  return reached;
}
