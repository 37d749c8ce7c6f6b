import { NO_MEASURES } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY } from './scope.ts';

/**
 * Without a launch policy nothing is allowed, and what is not allowed is forbidden (phases section
 * 1.3).
 */
export const configured: SafetyGate = {
  name: 'configured',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext): Reject | null =>
    context.policy === null ? reject('CriticalConfigMissing', { key: 'policy' }) : null,
};

/** A strategy that failed proposes no more risk; what it holds can still be reduced. */
export const suspended: SafetyGate = {
  name: 'suspended',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null =>
    context.isSuspended(candidate.strategyId)
      ? reject('StrategySuspended', { strategyId: candidate.strategyId })
      : null,
};
