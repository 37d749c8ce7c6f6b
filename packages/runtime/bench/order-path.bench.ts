/**
 * What an order costs from the strategy's proposal to the venue's answer, its intent durable before
 * it leaves, with the whole market coming in on the same thread; beside ccxt's `createOrder`, which
 * keeps nothing and hears nothing, a bare socket and a bare append. The same order at the same
 * exchange process in one run; while the others take their turns, before ours and after, a listener
 * keeps the exchange as busy as our engine does.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  type BenchOrder,
  openBareAppend,
  openBareSocket,
  openCcxt,
  type OrderClient,
} from './order-clients.fixture.ts';
import { type Credentials, openEngine, openExchange } from './order-desk.fixture.ts';
import {
  chooseOrder,
  PAUSE_MS,
  quantile,
  sendOrders,
  Stopwatch,
  type Times,
  untilActive,
} from './order-stopwatch.fixture.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const LISTENER = new URL('./market-listener-worker.ts', import.meta.url);
const WARM_UP = 300;
const ORDERS = 3_000;
/** Of ccxt and the bare socket, before and after ours each. */
const OTHERS = 1_000;

/** Everything, against an exchange of its own that is gone afterwards. */
export async function run(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-order-path-'));
  const { exchange, credentials } = await openExchange();
  const { ws, http } = exchange.ready;
  const others: OrderClient[] = [];
  try {
    others.push(openBareAppend(root, 2 * (WARM_UP + OTHERS)));
    others.push(await openBareSocket(ws, credentials), await openCcxt(http, credentials));
    const order = await chooseOrder(http);
    const times = others.map(() => [] as number[]);
    await takeTurns(others, times, order, ws);
    const ours = await measure(root, ws, credentials, order);
    await takeTurns(others, times, order, ws);
    const [disk = [], bare = [], ccxt = []] = times;
    return figures(ours, disk, bare, ccxt);
  } finally {
    for (const client of others) await client.close();
    await exchange.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

/** The clients in turns of a hundred; microseconds of each order into `times`. */
async function takeTurns(
  clients: readonly OrderClient[],
  times: readonly number[][],
  order: BenchOrder,
  endpoint: string,
): Promise<void> {
  const turn = async (client: OrderClient, count: number, into: number[]): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const from = performance.now();
      await client.send(order);
      into.push((performance.now() - from) * 1_000);
      await sleep(PAUSE_MS);
    }
  };
  const listener = new Worker(LISTENER, { workerData: endpoint });
  await once(listener, 'message');
  for (const client of clients) await turn(client, WARM_UP, []);
  for (let sent = 0; sent < OTHERS; sent += 100) {
    for (const [index, client] of clients.entries()) await turn(client, 100, times[index] ?? []);
  }
  await listener.terminate();
}

async function measure(
  root: string,
  endpoint: string,
  credentials: Credentials,
  order: BenchOrder,
): Promise<Times[]> {
  const watch = new Stopwatch();
  const engine = await openEngine(root, endpoint, credentials, watch);
  try {
    await untilActive(engine);
    return await sendOrders(engine, watch, order, { count: ORDERS, warmUp: WARM_UP });
  } finally {
    await engine.stop();
  }
}

function figures(
  ours: readonly Times[],
  disk: readonly number[],
  bare: readonly number[],
  ccxt: readonly number[],
): BenchResult[] {
  const part = (of: (times: Times) => number): number[] => ours.map(of);
  const whole = part(({ answered }) => answered);
  const p50 = quantile(whole, 0.5);
  const p99 = quantile(whole, 0.99);
  const floor = quantile(disk, 0.5) + quantile(bare, 0.5);
  return [
    ...spread('order path, durable', whole),
    ...spread(
      '  its gates, to the append',
      part(({ decided }) => decided),
    ),
    ...spread(
      '  its durable record',
      part(({ decided, durable }) => durable - decided),
    ),
    ...spread(
      '  its release',
      part(({ durable, released }) => released - durable),
    ),
    ...spread(
      '  its round trip',
      part(({ released, answered }) => answered - released),
    ),
    ...spread('ccxt createOrder, nothing durable', ccxt),
    ...spread('bare WebSocket', bare),
    ...spread('bare O_DSYNC append', disk),
    atMost('order path over ccxt createOrder, p50', p50 / quantile(ccxt, 0.5), 1),
    atMost('order path over ccxt createOrder, p99', p99 / quantile(ccxt, 0.99), 1),
    atMost('order path over bare append and bare WebSocket, p50', p50 / floor, 2),
  ];
}

function spread(name: string, times: readonly number[]): BenchResult[] {
  return [
    info(`${name} p50`, quantile(times, 0.5), 'us'),
    info(`${name} p99`, quantile(times, 0.99), 'us'),
  ];
}

function info(name: string, value: number, unit: string): BenchResult {
  return { name, value, unit, target: null, pass: true };
}

function atMost(name: string, value: number, bound: number): BenchResult {
  return { name, value, unit: 'x', target: `at most ${bound}`, pass: value <= bound };
}
