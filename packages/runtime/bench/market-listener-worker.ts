/**
 * Somebody who hears the whole market, on a thread of its own: the exchange then has as much to say
 * while the others' orders come as it has while ours do.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { connectDeribit } from '@holdfast/deribit/venue';
import { createClock } from '../src/clock.ts';

const link = connectDeribit({
  url: String(workerData),
  credentials: null,
  currencies: ['BTC', 'ETH'],
  clock: createClock(),
  post: (event) => {
    if (event.kind !== 'sessionChanged' || !event.connected) return;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window, a thread
    parentPort?.postMessage('listening');
  },
  jitter: () => 0,
  marketInterval: '100ms',
});
link.open();
