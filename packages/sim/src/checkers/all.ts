import type { Checker } from './checker.ts';
import { everyFillOnce } from './every-fill-once.ts';
import { factsEqualRefold } from './facts-equal-refold.ts';
import { modeRisesForCause } from './mode-rises-for-cause.ts';
import { noDuplicateDispatch } from './no-duplicate-dispatch.ts';
import { onlyThroughTheDoor } from './only-through-the-door.ts';
import { putRightInTheEnd } from './put-right-in-the-end.ts';
import { recordedBeforeRisk } from './recorded-before-risk.ts';
import { rejectionLeavesNoTrace } from './rejection-leaves-no-trace.ts';

/**
 * All of them, always. `same-seed-same-bytes` is a property of two runs and lives with whoever
 * makes them.
 */
export function allCheckers(): readonly Checker[] {
  return [
    noDuplicateDispatch(),
    recordedBeforeRisk(),
    rejectionLeavesNoTrace(),
    modeRisesForCause(),
    everyFillOnce(),
    factsEqualRefold(),
    onlyThroughTheDoor(),
    putRightInTheEnd(),
  ];
}
