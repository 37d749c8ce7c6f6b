import { note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY } from './scope.ts';

/**
 * Last, and only for what adds risk: an order that cannot be recorded is not dispatched (AT-906). A
 * reduction never waits for a broken ledger (D-9).
 */
export const ledgerHeadroom: SafetyGate = {
  name: 'ledger-headroom',
  measures: [plain('ledgerDepth'), plain('ledgerCapacity')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { depth, capacity, refusal } = context.ledger;
    note(candidate, depth);
    note(candidate, capacity);
    if (refusal !== null) return reject('RecordedBeforeDispatchFailed', { cause: refusal });
    if (depth < capacity) return null;
    return reject('RecordedBeforeDispatchFailed', { cause: 'queue_full' });
  },
};
