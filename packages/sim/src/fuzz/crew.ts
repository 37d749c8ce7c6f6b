import { type ChildProcess, fork } from 'node:child_process';
import type { Policy } from '@holdfast/core';
import { type Batch, type BatchResult, runBatch } from './batch.ts';
import type { SwarmWorker } from './swarm.ts';

const WORKER = new URL('./swarm-worker.ts', import.meta.url);

/** One worker in this process, or `jobs` of them in processes of their own. */
export function crewOf(jobs: number, policy: Policy): readonly SwarmWorker[] {
  if (jobs <= 1) return [{ run: (batch) => runBatch(batch, policy), dismiss: () => {} }];
  return Array.from({ length: jobs }, () => hire(policy));
}

/** Told its policy once, then batch by batch; it ends when it is let go of. */
function hire(policy: Policy): SwarmWorker {
  const child = fork(WORKER, [], { serialization: 'advanced' });
  const policyTold = tell(child, { policy });
  // Whoever runs the first batch hears of it.
  policyTold.catch(() => undefined);
  return {
    run: async (batch) => {
      await policyTold;
      return ask(child, batch);
    },
    dismiss: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function tell(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function ask(child: ChildProcess, batch: Batch): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    const { from, seeds } = batch;
    const died = (code: number | null, signal: NodeJS.Signals | null): void => {
      const how = signal ?? `exit ${code}`;
      reject(new Error(`the worker of seeds ${from} to ${from + seeds - 1} died: ${how}`));
    };
    child.once('exit', died);
    child.once('message', (result: BatchResult) => {
      child.off('exit', died);
      resolve(result);
    });
    child.send(batch);
  });
}
