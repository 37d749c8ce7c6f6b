import type { Policy } from '@holdfast/core';
import { crewOf } from '../crew.ts';
import { runBatch } from './batch.ts';
import type { SwarmWorker } from './swarm.ts';

/** Who runs the worlds of a swarm. */
export function swarmCrew(jobs: number, policy: Policy): readonly SwarmWorker[] {
  return crewOf(jobs, policy, {
    work: runBatch,
    program: new URL('./swarm-worker.ts', import.meta.url),
    nameOf: ({ from, seeds }) => `seeds ${from} to ${from + seeds - 1}`,
  });
}
