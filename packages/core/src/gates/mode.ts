import { NO_MEASURES } from './answers.ts';
import type { ResolvedMode } from '../guard/mode.ts';
import type { GateContext, SafetyGate } from './gate.ts';
import { throttledBy } from './rate-budget.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY } from './scope.ts';

/**
 * May the system add risk at all (contract-1 section 21.3)? Kill speaks first; then the two causes
 * that have a code of their own, and the venue's wish that we slow down (section 45), so that the
 * refusal names what must clear; then whatever else keeps the mode down.
 */
export const mode: SafetyGate = {
  name: 'mode',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext): Reject | null => {
    const { mode: resolved, latchReasons, riskState } = context;
    if (resolved.mode === 'Kill') return modeForbids(resolved);
    if (latchReasons.length > 0) return reject('OpenPermissionLatched', { reasons: latchReasons });
    if (context.throttled) return throttledBy(context.requests);
    if (riskState !== 'Healthy') return reject('RiskStateNotHealthy', { riskState });
    if (resolved.mode !== 'Active') return modeForbids(resolved);
    return null;
  },
};

function modeForbids({ mode: name, reasons }: ResolvedMode): Reject {
  return reject('TradingModeForbidsOpen', { mode: name, reasons });
}
