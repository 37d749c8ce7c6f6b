import type { Plant } from './plant.ts';

const CLASS = 'leave a pair broken';

export const PAIRS: readonly Plant[] = [
  {
    name: 'complete-before-the-slow-leg',
    class: CLASS,
    does: 'a pair is complete as soon as one leg is whole',
    file: 'packages/core/src/containment/assess.ts',
    find: "return failed ? mixed('leg_failed') : WAITING;",
    replace: `{
    if (failed) return mixed('leg_failed');
    const isHalf = legs.some((leg) => leg.filledE8 >= leg.requestedE8);
    return isHalf ? { kind: 'complete', cause: 'all_filled' } : WAITING;
  }`,
    caughtBy: ['groups-are-contained', 'broken-groups-end-neutral'],
    ground: 'worlds',
  },
  {
    name: 'broken-pair-without-a-cause',
    class: CLASS,
    does: 'a pair that broke keeps nothing from opening',
    file: 'packages/core/src/turn/groups.ts',
    find: 'containment.runs.size > 0 || isBroken(state)',
    replace: 'containment.runs.size < 0 && isBroken(state)',
    caughtBy: ['groups-are-contained'],
    ground: 'worlds',
  },
  {
    name: 'attempt-number-that-stands',
    class: CLASS,
    does: 'a later round of closes takes the ids of the first',
    file: 'packages/core/src/containment/identity.ts',
    find: '|${epoch}|${round}|${attempt}|${legIndex}`',
    replace: '|${epoch}|${round * 0}|${attempt}|${legIndex}`',
    caughtBy: ['broken-groups-end-neutral', 'groups-are-contained'],
    ground: 'scenarios',
  },
  {
    name: 'broken-pair-left-alone',
    class: CLASS,
    does: 'a leg that stands alone is called flat',
    file: 'packages/core/src/turn/naked.ts',
    find: 'if (isNeutral(state, listing, residual)) continue;',
    replace: 'if (residual >= 0 || isNeutral(state, listing, residual)) continue;',
    caughtBy: ['broken-groups-end-neutral'],
    ground: 'worlds',
  },
  {
    name: 'reduction-of-everything',
    class: CLASS,
    does: 'a refused reduction is taken over for all that is held, not for what was asked',
    file: 'packages/core/src/turn/reduction.ts',
    find: 'amountE8(Math.min(asked, Math.abs(held)))',
    replace: 'amountE8(Math.abs(held))',
    caughtBy: ['reductions-as-asked'],
    ground: 'scenarios',
  },
];
