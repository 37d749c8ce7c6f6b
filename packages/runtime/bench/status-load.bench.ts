/**
 * What the order path feels of 1,000 status requests a second from another process: the same engine
 * quiet, beside a port of another process that is asked as often, and asked itself, in turns, ten
 * of each; the medians of their quantiles, beside how much the runs of a kind differ among
 * themselves. On few processors those who ask take time from the order path wherever they ask:
 * that is the difference of the first two, and what `/status` costs is that of the last two.
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

const BESIDE = new URL('./status-beside-worker.ts', import.meta.url);
const LOAD = new URL('./status-load-worker.ts', import.meta.url);
const RATE = 1_000;
const ROUNDS = 10;
const ORDERS = 200;
const WARM_UP = 300;
/** The other process is up to its rate by then. */
const SETTLE_MS = 500;

const KINDS = ['quiet', 'beside', 'asked'] as const;
type Kind = (typeof KINDS)[number];

interface Round {
  readonly p50: number;
  readonly p99: number;
}

/** How many were asked and answered with 200, and within which time. */
interface Served {
  readonly asked: number;
  readonly answered: number;
  readonly seconds: number;
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
    const url = `${String(about.http)}/api/v1/status`;
    const beside = fork(BESIDE, { execArgv: [] });
    beside.send(await (await fetch(url)).text());
    const [urlBeside] = (await once(beside, 'message')) as [string];
    try {
      return await takeTurns(engine, watch, order, { quiet: null, beside: urlBeside, asked: url });
    } finally {
      beside.kill();
    }
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
  urls: Readonly<Record<Kind, string | null>>,
): Promise<BenchResult[]> {
  const round = async (warmUp: number): Promise<Round> => {
    const times = await sendOrders(engine, watch, order, { count: ORDERS, warmUp });
    const whole = times.map(({ answered }) => answered);
    return { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) };
  };
  await round(WARM_UP);
  const rounds: Record<Kind, Round[]> = { quiet: [], beside: [], asked: [] };
  const served: Served[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const kind of KINDS) {
      const url = urls[kind];
      const load = url === null ? null : fork(LOAD, [url, String(RATE)], { execArgv: [] });
      await sleep(SETTLE_MS);
      rounds[kind].push(await round(0));
      if (load !== null) served.push(await ended(load));
    }
  }
  return figures(rounds, served);
}

async function ended(load: ChildProcess): Promise<Served> {
  load.send('stop');
  const [said] = (await once(load, 'message')) as [Served];
  await once(load, 'exit');
  return said;
}

const NAMES: Readonly<Record<Kind, string>> = {
  quiet: 'quiet',
  beside: '1,000/s beside',
  asked: '1,000 status/s',
};

function figures(
  rounds: Readonly<Record<Kind, readonly Round[]>>,
  served: readonly Served[],
): BenchResult[] {
  const p99 = (kind: Kind): number[] => rounds[kind].map((each) => each.p99);
  /** How far above their median the runs of a kind are themselves, a quarter of the time. */
  const noiseOf = (kind: Kind): number => quantile(p99(kind), 0.75) / median(p99(kind));
  // Of a load that was not there nothing can be said.
  const rate = Math.min(...served.map(({ answered, seconds }) => answered / seconds));
  const info = (name: string, value: number, unit: string): BenchResult => {
    return { name, value, unit, target: null, pass: true };
  };
  const over = (kind: Kind, base: Kind): BenchResult => {
    const noise = noiseOf(base);
    const value = median(p99(kind)) / median(p99(base));
    const name = `order path p99, ${NAMES[kind]} over ${NAMES[base]}`;
    const target = `at most the noise, ${noise.toFixed(2)}`;
    return { name, value, unit: 'x', target, pass: value <= noise };
  };
  return [
    ...KINDS.flatMap((kind) => [
      info(`order path, ${NAMES[kind]} p50`, median(rounds[kind].map(({ p50 }) => p50)), 'us'),
      info(`order path, ${NAMES[kind]} p99`, median(p99(kind)), 'us'),
    ]),
    {
      name: 'status requests answered, slowest run',
      value: rate,
      unit: '/s',
      target: `at least ${0.9 * RATE}`,
      pass: rate >= 0.9 * RATE,
    },
    over('asked', 'quiet'),
    over('asked', 'beside'),
  ];
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
