import { certificateState } from '../guard/certificate.ts';
import { isEmergencyActive } from '../guard/emergency.ts';
import { explainMode } from '../guard/explain.ts';
import type { GuardInputs } from '../guard/inputs.ts';
import type { ResolvedMode } from '../guard/mode.ts';
import { resolveMode } from '../guard/resolve.ts';
import { currentRiskState } from '../guard/risk-state.ts';
import { count10028 } from '../guard/session-kill.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import { watchContract } from './contract.ts';
import type { Output } from './output.ts';

/**
 * One coherent snapshot of every input, into the reused object: filled and judged in one go
 * (section 30.1).
 */
export function guardInputs(state: State): GuardInputs {
  const { observations, session } = state;
  const { now } = observations;
  const parameters = observations.policy?.parameters ?? DEFAULT_PARAMETERS;
  const inputs = observations.guardInputs;
  inputs.now = now;
  inputs.enforcedProfile = session.enforcedProfile;
  inputs.policyGeneratedAt = observations.policy === null ? null : observations.policyGeneratedAt;
  inputs.watchdogHeartbeatAt = observations.heartbeatAt;
  inputs.loopTickAt = observations.tickAt;
  inputs.riskState = currentRiskState(observations.riskCauses);
  inputs.certificate = certificateState(
    observations.certificate,
    session,
    now,
    parameters.f1CertFreshnessWindowS,
  );
  inputs.feeModelCachedAt = observations.feeModelCachedAt;
  inputs.mmUtil = observations.mmUtil;
  inputs.diskUsed = observations.diskUsed;
  inputs.diskUsedSecondary = observations.diskUsedSecondary;
  inputs.emergencyReduceOnlyActive =
    observations.operatorStop === 'reduce_only' ||
    isEmergencyActive(observations.emergency, now, parameters.emergencyReduceonlyCooldownS);
  inputs.latchReasons = observations.latch.reasons;
  inputs.sessionKillActive = observations.sessionKill.active;
  inputs.count10028In5m = count10028(observations.sessionKill, now);
  inputs.bunkerModeActive = observations.monitors.bunker.isActive;
  inputs.overrides = observations.monitors.overrides;
  inputs.findings = observations.monitors.findings;
  inputs.parameters = parameters;
  return inputs;
}

/** Computed now, from now's inputs: nothing remembers a mode. */
export function currentMode(state: State): ResolvedMode {
  return resolveMode(guardInputs(state));
}

/** What holds it down now, input by input; empty in Active. */
export function modeDetails(state: State): readonly string[] {
  return explainMode(guardInputs(state));
}

/** Reports a change of mode since it was last looked at. What is reported decides nothing. */
export function reportMode(state: State, output: Output): void {
  const { observations } = state;
  watchContract(state, output);
  const inputs = guardInputs(state);
  const resolved = resolveMode(inputs);
  if (resolved.mode === observations.lastMode) return;
  output.report({
    kind: 'modeChanged',
    from: observations.lastMode,
    to: resolved.mode,
    reasons: resolved.reasons,
    details: explainMode(inputs),
  });
  observations.lastMode = resolved.mode;
}
