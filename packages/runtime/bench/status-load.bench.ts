/**
 * What the order path feels of 1,000 status requests a second from another process: the same
 * engine, quiet and loaded in turns, ten of each; the medians of their quantiles, beside how much
 * the quiet runs differ among themselves.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../src/run/engine.ts';
import type { BenchResult } from './order-path.bench.ts';
import type { BenchOrder } from './order-clients.fixture.ts';
import { openEngine, openExchange } from './order-desk.fixture.ts';
import {
  chooseOrder,
  quantile,
  sendOrders,
  Stopwatch,
  untilActive,
} from './order-stopwatch.fixture.ts';

const LOAD = new URL('./status-load-worker.ts', import.meta.url);
const RATE = 1_000;
const ROUNDS = 10;
const ORDERS = 200;
const WARM_UP = 300;
/** The other process is up to its rate by then. */
const SETTLE_MS = 500;

interface Round {
  readonly p50: number;
  readonly p99: number;
}

/** How many were asked and answered with 200. */
interface Served {
  readonly asked: number;
  readonly answered: number;
}

export async function run(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-status-load-'));
  const { exchange, credentials } = await openExchange();
  const watch = new Stopwatch();
  let engine: Engine | null = null;
  try {
    const order = await chooseOrder(exchange.ready.http);
    engine = await openEngine(root, exchange.ready.ws, credentials, watch, 'open');
    await untilActive(engine);
    const about = JSON.parse(readFileSync(join(root, 'run', 'run.json'), 'utf8'));
    return await takeTurns(engine, watch, order, `${String(about.http)}/api/v1/status`);
  } finally {
    await engine?.stop();
    await exchange.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function takeTurns(
  engine: Engine,
  watch: Stopwatch,
  order: BenchOrder,
  url: string,
): Promise<BenchResult[]> {
  const round = async (warmUp: number): Promise<Round> => {
    const times = await sendOrders(engine, watch, order, { count: ORDERS, warmUp });
    const whole = times.map(({ answered }) => answered);
    return { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) };
  };
  await round(WARM_UP);
  const quiet: Round[] = [];
  const loaded: Round[] = [];
  const served: Served[] = [];
  const seconds: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    quiet.push(await round(0));
    const load = fork(LOAD, [url, String(RATE)], { execArgv: [] });
    const from = performance.now();
    await sleep(SETTLE_MS);
    loaded.push(await round(0));
    served.push(await ended(load));
    seconds.push((performance.now() - from) / 1_000);
  }
  return figures(quiet, loaded, served, seconds);
}

async function ended(load: ChildProcess): Promise<Served> {
  load.send('stop');
  const [said] = (await once(load, 'message')) as [Served];
  await once(load, 'exit');
  return said;
}

function figures(
  quiet: readonly Round[],
  loaded: readonly Round[],
  served: readonly Served[],
  seconds: readonly number[],
): BenchResult[] {
  const p99 = (rounds: readonly Round[]): number[] => rounds.map((each) => each.p99);
  const calm = median(p99(quiet));
  const busy = median(p99(loaded));
  /** How far above their median the quiet runs are themselves, a quarter of the time. */
  const noise = quantile(p99(quiet), 0.75) / calm;
  const answered = served.reduce((sum, each) => sum + each.answered, 0);
  const rate = answered / seconds.reduce((sum, each) => sum + each, 0);
  const info = (name: string, value: number, unit: string): BenchResult => {
    return { name, value, unit, target: null, pass: true };
  };
  return [
    info('order path, quiet p50', median(quiet.map(({ p50 }) => p50)), 'us'),
    info('order path, quiet p99', calm, 'us'),
    info('order path, 1,000 status/s p50', median(loaded.map(({ p50 }) => p50)), 'us'),
    info('order path, 1,000 status/s p99', busy, 'us'),
    {
      // Of a load that was not there nothing can be said.
      name: 'status requests answered',
      value: rate,
      unit: '/s',
      target: `at least ${0.9 * RATE}`,
      pass: rate >= 0.9 * RATE,
    },
    info('noise of a quiet p99', noise, 'x'),
    {
      name: 'order path p99, loaded over quiet',
      value: busy / calm,
      unit: 'x',
      target: `at most the noise, ${noise.toFixed(2)}`,
      pass: busy / calm <= noise,
    },
  ];
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
