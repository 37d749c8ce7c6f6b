/** One process of a crew: answers every batch of seeds with what its worlds came to. */
import type { Policy } from '@holdfast/core';
import { type Batch, runBatch } from './batch.ts';

let policy: Policy | null = null;

process.on('message', (message: Batch | { readonly policy: Policy }) => {
  if ('policy' in message) {
    ({ policy } = message);
    return;
  }
  if (policy === null) throw new Error('a batch came before its policy');
  // A rejection nobody handles ends this process, and whoever asked hears of that.
  void runBatch(message, policy).then((result) => process.send?.(result));
});
// A signal to the whole group reaches everybody: who deals the seeds decides when it is over.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
process.once('disconnect', () => process.exit(0));
