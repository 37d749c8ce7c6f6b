/** From when on the evidence of a stage counts (G-15). */
import type { Posture } from '../posture.ts';
import { type Stage, STAGES } from '../stage.ts';

/** Epoch ms of the first moment that counts; null where everything does. */
export type Epochs = Readonly<Record<Stage, number | null>>;

type History = Pick<Posture, 'transitions' | 'resets'>;

/**
 * The last step into the stage, from above or below, or the last reset of its evidence. A row that
 * stays on its stage is no step: otherwise an amendment would wash an alert away.
 */
export function epochsOf({ transitions, resets }: History): Epochs {
  const starts = [
    ...transitions.filter(({ from, to }) => from !== to).map(({ to, at }) => ({ stage: to, at })),
    ...resets,
  ];
  const epochs: Record<Stage, number | null> = {
    experiment: null,
    paper: null,
    pilot: null,
    limited_live: null,
  };
  for (const stage of STAGES) {
    const times = starts.filter((start) => start.stage === stage).map(({ at }) => at);
    if (times.length > 0) epochs[stage] = Math.max(...times);
  }
  return epochs;
}
