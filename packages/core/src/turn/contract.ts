import { OPEN_PERMISSION_REASON_CODES } from '../guard/codes.ts';
import type { SafetyOverride } from '../guard/inputs.ts';
import { RISK_CAUSES } from '../guard/risk-state.ts';
import type { State } from '../state.ts';
import { wallMs } from '../values/index.ts';
import type { Output } from './output.ts';

const KEPT: SafetyOverride = Object.freeze({ kind: 'None' });
const BROKEN: SafetyOverride = Object.freeze({ kind: 'ForceKill' });

/**
 * What this build makes of itself. Once a code came up that no catalogue names it kills, in every
 * process of the same build: only another build ends it (phases section 5.2, drill 8).
 */
export function contractOverride({ facts, observations, session }: State): SafetyOverride {
  const { isContractBroken } = observations.monitors;
  const isOurs = facts.brokenBuildId !== null && facts.brokenBuildId === session.buildId;
  return isContractBroken || isOurs ? BROKEN : KEPT;
}

/** Whoever reads it must not be told a code nobody knows, and nothing may go on by it. */
export function breakContract(state: State, code: string, output: Output): void {
  const { monitors, now } = state.observations;
  if (monitors.isContractBroken) return;
  monitors.isContractBroken = true;
  monitors.overrides = Object.freeze({ ...monitors.overrides, contract: BROKEN });
  output.report({ kind: 'fault', fault: UNMAPPED, subject: code });
  output.append({
    type: 'anomalyRecorded',
    at: wallMs(now),
    anomaly: UNMAPPED,
    label: null,
    instrument: null,
  });
}

export const UNMAPPED = 'unmapped_reason_code';

const CODES: readonly string[] = OPEN_PERMISSION_REASON_CODES;

/** What the compiler proves of all that is compiled, asked of what runs. */
export const isKnownReason = (code: string): boolean => CODES.includes(code);
export const isKnownCause = (cause: string): boolean => Object.hasOwn(RISK_CAUSES, cause);

/**
 * Looked at whenever the mode is: what stands under a name nobody knows breaks the contract, and
 * the Kill of that takes its place.
 */
export function watchContract(state: State, output: Output): void {
  const { latch, riskCauses } = state.observations;
  const reason = latch.reasons.find((code) => !isKnownReason(code));
  if (reason !== undefined) {
    breakContract(state, reason, output);
    latch.reasons = latch.reasons.filter(isKnownReason);
  }
  for (const cause of riskCauses.keys()) {
    if (isKnownCause(cause)) continue;
    breakContract(state, cause, output);
    riskCauses.delete(cause);
  }
}
