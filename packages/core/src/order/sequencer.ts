import type { RiskState } from '../guard/mode.ts';

/** What a sequence is for (contract-1 section 22). */
export type SequenceKind = 'open' | 'close' | 'repair';

export type StepKind = 'open_legs' | 'close' | 'flatten' | 'measure' | 'hedge';

/** How far a step has come. `exhausted`: it ended with exposure left. */
export type StepProgress = 'pending' | 'working' | 'done' | 'exhausted';

export interface SequenceStep {
  readonly kind: StepKind;
  /** What every earlier step must have come to before this one may begin. */
  readonly after: 'ended' | 'exhausted';
  /** It may make exposure larger, and so needs a healthy system. */
  readonly raisesExposure: boolean;
}

const step = (kind: StepKind, after: SequenceStep['after'] = 'ended'): SequenceStep =>
  Object.freeze({ kind, after, raisesExposure: kind === 'open_legs' });

/**
 * The order in which exposure may be touched: no hedge before the close it corrects has ended, and
 * none after a flatten that was enough.
 */
export const SEQUENCES: Readonly<Record<SequenceKind, readonly SequenceStep[]>> = Object.freeze({
  open: [step('open_legs'), step('measure'), step('hedge')],
  close: [step('close'), step('measure'), step('hedge')],
  repair: [step('flatten'), step('hedge', 'exhausted')],
});

/**
 * The step that may begin now, or null: the sequence is over, or the step at hand is not resolved
 * (it is working), or nothing may raise exposure.
 *
 * @param progress of the steps so far, in their order; what is missing is pending.
 */
export function nextStep(
  kind: SequenceKind,
  progress: readonly StepProgress[],
  riskState: RiskState,
): SequenceStep | null {
  const steps = SEQUENCES[kind];
  for (const [index, each] of steps.entries()) {
    const at = progress[index] ?? 'pending';
    if (at === 'working') return null;
    if (at !== 'pending') continue;
    // Whatever stands before the first pending step has ended, one way or the other.
    if (each.after === 'exhausted' && progress[index - 1] === 'done') return null;
    return each.raisesExposure && riskState !== 'Healthy' ? null : each;
  }
  return null;
}
