import { ENDPOINT, WATCHDOG } from '@holdfast/core/ledger';
import { emergencyFlag } from '@holdfast/core/status';
import { monoMs } from '@holdfast/core/values';
import type { EmergencyCall, EmergencyOutcome } from '../http/emergency-call.ts';
import type { Engine } from './engine.ts';

/**
 * The one handler of an emergency call (contract-1 sections 36 and 44), whoever makes it: the flag
 * is set and its cooldown begins anew in this turn, orders that could add risk are cancelled by it,
 * and the record follows. It cannot loosen anything: over a kill it only sets the flag.
 */
function callReduceOnly(engine: Engine, operator: string, reason: string): EmergencyOutcome {
  if (!engine.isRunning()) return { ok: false, refusal: 'engine_stopped' };
  const at = monoMs(engine.now());
  engine.post({ kind: 'operatorCommanded', at, command: 'reduce_only', reason, operator });
  if (!engine.isRunning()) return { ok: false, refusal: 'engine_stopped' };
  const { active, calledAt, cooldownExpiresAt } = emergencyFlag(engine.state);
  if (!active || calledAt === null || cooldownExpiresAt === null || calledAt < Math.floor(at)) {
    return { ok: false, refusal: 'not_taken' };
  }
  return {
    ok: true,
    answer: {
      ok: true,
      emergency_reduceonly_active: true,
      activated_ts_ms: calledAt,
      cooldown_expires_ts_ms: cooldownExpiresAt,
    },
  };
}

/** A call that came over the network: recorded under the name of its token. */
export function takeEndpointCall(
  engine: Engine,
  { caller, body }: EmergencyCall,
): EmergencyOutcome {
  const said = [
    body.reason ?? 'no reason given',
    ...(body.invoked_by === undefined ? [] : [`invoked by ${body.invoked_by}`]),
    ...(body.ts === undefined ? [] : [`at ${body.ts}`]),
  ];
  return callReduceOnly(engine, `${ENDPOINT}${caller}`, said.join('; '));
}

/** The watchdog's, over the control socket. */
export function takeWatchdogCall(engine: Engine, reason: string): EmergencyOutcome {
  return callReduceOnly(engine, WATCHDOG, reason);
}
