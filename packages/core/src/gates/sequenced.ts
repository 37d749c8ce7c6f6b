import { nextStep } from '../order/sequencer.ts';
import { NO_MEASURES } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf } from './scope.ts';

/**
 * No hedge before the close it corrects has ended (contract-1 section 22): what is left over is not
 * known until then. A close is never held up by another one.
 */
export const sequenced: SafetyGate = {
  name: 'sequenced',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: Object.freeze(['HEDGE'] as const),
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { underlying } = instrumentOf(candidate);
    const waitsFor = context.workingClose(candidate.strategyId, underlying);
    if (waitsFor === null) return null;
    const step = nextStep('close', ['working'], context.riskState);
    return step === null ? reject('SequenceNotReady', { step: 'hedge', waitsFor }) : null;
  },
};
