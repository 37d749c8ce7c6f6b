import type { Checker } from './checker.ts';
import { booksAreAsOldAsTheyAre } from './books-are-as-old-as-they-are.ts';
import { brokenGroupsEndNeutral } from './broken-groups-end-neutral.ts';
import { cashEqualsTheVenue } from './cash-equals-the-venue.ts';
import { closedIsClosed } from './closed-is-closed.ts';
import { commitsAreWhole } from './commits-are-whole.ts';
import { comparedWithinAMinute } from './compared-within-a-minute.ts';
import { emergencyCallHolds } from './emergency-call-holds.ts';
import { everyFillOnce } from './every-fill-once.ts';
import { everythingCanBeWritten } from './everything-can-be-written.ts';
import { factsChangeByRecord } from './facts-change-by-record.ts';
import { factsEqualRefold } from './facts-equal-refold.ts';
import { groupsAreContained } from './groups-are-contained.ts';
import { latchOpensByReconciliation } from './latch-opens-by-reconciliation.ts';
import { lossLatchStands } from './loss-latch-stands.ts';
import { modeRisesForCause } from './mode-rises-for-cause.ts';
import { noDuplicateDispatch } from './no-duplicate-dispatch.ts';
import { noOpenInDoubt } from './no-open-in-doubt.ts';
import { nothingIllegalAtTheVenue } from './nothing-illegal-at-the-venue.ts';
import { oneOrderPerAttempt } from './one-order-per-attempt.ts';
import { onlyThroughTheDoor } from './only-through-the-door.ts';
import { openBesideTheCrowd } from './open-beside-the-crowd.ts';
import { openOnAFreshIndex } from './open-on-a-fresh-index.ts';
import { openOnASoundBook } from './open-on-a-sound-book.ts';
import { operatorStopStands } from './operator-stop-stands.ts';
import { positionsEqualTheVenue } from './positions-equal-the-venue.ts';
import { putRightInTheEnd } from './put-right-in-the-end.ts';
import { recordedBeforeRisk } from './recorded-before-risk.ts';
import { reductionsAsAsked } from './reductions-as-asked.ts';
import { rejectionLeavesNoTrace } from './rejection-leaves-no-trace.ts';
import { reservedWhileItMayFill } from './reserved-while-it-may-fill.ts';
import { toldTwiceCountsOnce } from './told-twice-counts-once.ts';

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
    emergencyCallHolds(),
    everyFillOnce(),
    everythingCanBeWritten(),
    factsEqualRefold(),
    onlyThroughTheDoor(),
    booksAreAsOldAsTheyAre(),
    closedIsClosed(),
    commitsAreWhole(),
    factsChangeByRecord(),
    latchOpensByReconciliation(),
    noOpenInDoubt(),
    comparedWithinAMinute(),
    nothingIllegalAtTheVenue(),
    oneOrderPerAttempt(),
    openBesideTheCrowd(),
    openOnAFreshIndex(),
    openOnASoundBook(),
    operatorStopStands(),
    lossLatchStands(),
    positionsEqualTheVenue(),
    cashEqualsTheVenue(),
    reservedWhileItMayFill(),
    toldTwiceCountsOnce(),
    groupsAreContained(),
    brokenGroupsEndNeutral(),
    reductionsAsAsked(),
    putRightInTheEnd(),
  ];
}
