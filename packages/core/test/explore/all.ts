import { type Exploration, explore, type Model } from './explore.ts';
import { containmentModel, groupModel } from './group-model.ts';
import { latchModel } from './latch-model.ts';
import { crashModel, reconciliationModel } from './reconciliation-model.ts';
import { exploreResolver } from './resolver.ts';

/** One thing that can be explored. */
export interface Subject {
  readonly name: string;
  readonly about: string;
  /** Actions from its start in `npm test`; null where it is explored to its end. */
  readonly depth: number | null;
  readonly run: (depth?: number) => Exploration;
}

export const SUBJECTS: readonly Subject[] = Object.freeze([
  {
    name: 'resolver',
    about: 'every triple of axes, every combination of inputs, every step for the worse',
    depth: null,
    run: () => exploreResolver(),
  },
  subjectOf(latchModel),
  subjectOf(reconciliationModel),
  subjectOf(crashModel),
  subjectOf(groupModel),
  subjectOf(containmentModel),
]);

function subjectOf<World>(model: Model<World>): Subject {
  const { name, about, depth } = model;
  return { name, about, depth, run: (given?: number) => explore(model, given) };
}
