import type { AccountObserved } from '../event.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import type { Output } from './output.ts';
import { clearRisk, raiseRisk } from './safety.ts';

/** More than any `limits_fetch_failures_trip_count` a policy may ask for. */
const REMEMBERED = 32;

/**
 * What the account may ask of the venue (contract-1 section 45). An answer without it is a failed
 * reading; the last good figures stay in use.
 */
export function takeLimits(state: State, event: AccountObserved, output: Output): void {
  const { observations } = state;
  observations.polls.account = null;
  if (event.limits === null) {
    noteLimitsFailure(state, output);
    return;
  }
  observations.requests.allow(event.limits.matching);
  clearRisk(state, 'limits_fetch_failing', 'fresh_input', output);
}

/** Degraded on the third in five minutes (AT-106), until a reading succeeds. */
export function noteLimitsFailure(state: State, output: Output): void {
  const { limitsFailures, now, policy } = state.observations;
  const parameters = policy?.parameters ?? DEFAULT_PARAMETERS;
  limitsFailures.push(now);
  if (limitsFailures.length > REMEMBERED) limitsFailures.shift();
  const since = now - parameters.limitsFetchFailureWindowS * 1_000;
  const recent = limitsFailures.filter((at) => at >= since).length;
  if (recent < parameters.limitsFetchFailuresTripCount) return;
  raiseRisk(state, 'limits_fetch_failing', output);
}
