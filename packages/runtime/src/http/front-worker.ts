/**
 * The thread of the port: TLS, tokens, limits, and every byte of HTTP are its work, so that no
 * request can make the loop wait. It knows the engine by messages alone.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@holdfast/core';
import { TokenBook } from '../tokens/token-book.ts';
import { RATES } from './access.ts';
import { type Front, openFront } from './front.ts';
import type { FromFront, FrontOrders, ToFront } from './message.ts';
import { RemoteEngine } from './remote-engine.ts';

/**
 * Where processors are short, the loop goes first; not so far that a call for an emergency would
 * wait behind it. Linux counts niceness by thread.
 */
const NICER_BY = 5;
const NICEST = 19;

async function serve(orders: FrontOrders): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'the port is served by a thread of its own');
  const post = (message: FromFront): void => port.postMessage(message);
  const engine = new RemoteEngine({ ...orders, post });
  let front: Front | null = null;
  const end = async (): Promise<void> => {
    await front?.close();
    post({ kind: 'closed' });
    port.close();
  };
  port.on('message', (message: ToFront) => {
    engine.hear(message);
    if (message.kind === 'event') front?.hub.push(message.event);
    if (message.kind === 'status' || message.kind === 'event') {
      post({ kind: 'heard', what: message.kind });
    }
    if (message.kind === 'close') void end();
  });
  try {
    front = await openFront({
      ...orders,
      tokens: new TokenBook(orders.tokensPath, Date.now),
      rates: RATES,
      engine,
    });
    post({ kind: 'open', address: front.address, port: front.port });
  } catch (error) {
    post({ kind: 'refused', why: error instanceof Error ? error.message : 'unknown' });
    port.close();
  }
}

setPriority(Math.min(getPriority() + NICER_BY, NICEST));
await serve(workerData as FrontOrders);
