import type { Policy } from '@holdfast/core';
import { crewOf, type Worker } from '../crew.ts';
import { type Part, play, type Played } from './play.ts';

/** Who plays the scenarios of a drill. */
export type Players = readonly Worker<Part, Played>[];

export function playersOf(jobs: number, policy: Policy): Players {
  return crewOf(jobs, policy, {
    work: play,
    program: new URL('./drill-worker.ts', import.meta.url),
    nameOf: ({ scenario }) => `'${scenario.scenario}'`,
  });
}

/**
 * Each is played by whoever is free; what came of them is told in their own order.
 * @throws what a worker that died has to say.
 */
export async function* playAll(parts: readonly Part[], players: Players): AsyncGenerator<Played> {
  const tasks = parts.map((part) => ({ part, ...Promise.withResolvers<Played>() }));
  // One that fails is heard of when it is its turn.
  for (const { promise } of tasks) promise.catch(() => undefined);
  let next = 0;
  const work = async (player: Players[number]): Promise<void> => {
    for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
      next += 1;
      try {
        task.resolve(await player.run(task.part));
      } catch (error) {
        // Who has died plays no further.
        return task.reject(error);
      }
    }
  };
  for (const player of players) void work(player);
  try {
    for (const { promise } of tasks) yield await promise;
  } finally {
    for (const player of players) player.dismiss();
  }
}
