/**
 * What an order costs from the strategy's proposal to the venue's answer, its intent durable before
 * it leaves, with the whole market coming in on the same thread; beside ccxt's `createOrder`, which
 * keeps nothing and hears nothing, a bare socket and a bare append. The same order at the same
 * exchange process in one run; while the others take their turns, before ours and after, a listener
 * keeps the exchange as busy as our engine does.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Effect, Event } from '@holdfast/core';
import type { IntentProposal } from '@holdfast/core/strategy';
import { groupId, instrumentName, type Label, monoMs, strategyId } from '@holdfast/core/values';
import type { Engine } from '../src/run/engine.ts';
import {
  type BenchOrder,
  openBareAppend,
  openBareSocket,
  openCcxt,
  type OrderClient,
} from './order-clients.fixture.ts';
import { type Credentials, openEngine, openExchange } from './order-desk.fixture.ts';

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
/** An old book is the usual reason; it is a new one within a second or two. */
const REFUSED_PAUSE_MS = 20;
const REFUSED_MAX = 5_000;
const ACTIVE_WITHIN_MS = 60_000;
/** Between two orders: nobody's order waits for what the one before it left behind. */
const PAUSE_MS = 2;
const DAY_MS = 86_400_000;

/** One order, microseconds from the proposal. */
interface Times {
  readonly decided: number;
  readonly durable: number;
  readonly released: number;
  readonly answered: number;
}

/** Follows one order at a time through the loop, from outside: by its events and effects. */
class Stopwatch {
  #label: Label | null = null;
  #from = 0;
  #decided = 0;
  #durable = 0;
  #released = 0;
  #answered = 0;
  #closed = false;
  #refusal: string | null = null;
  #done: (times: Times | string) => void = () => {};

  /** @returns the times, or why the order was not sent. */
  follow(propose: () => void): Promise<Times | string> {
    return new Promise((done) => {
      this.#done = done;
      this.#label = null;
      this.#answered = 0;
      this.#closed = false;
      this.#refusal = null;
      this.#from = performance.now();
      propose();
      if (this.#label === null) done(this.#refusal ?? 'no answer to the proposal');
    });
  }

  readonly onEffect = (effect: Effect): void => {
    if (effect.kind === 'append' && this.#label === null) {
      const sending = effect.records.find((record) => record.type === 'orderSending');
      if (sending === undefined) return;
      this.#decided = this.#now();
      this.#label = sending.label;
    } else if (effect.kind === 'submit' && effect.order.terms.label === this.#label) {
      this.#released = this.#now();
    } else if (effect.kind === 'report' && effect.decision.kind === 'intentRejected') {
      this.#refusal = JSON.stringify(effect.decision.reject);
    }
  };

  readonly onEvent = (event: Event): void => {
    const label = this.#label;
    if (label === null) return;
    if (event.kind === 'recorded') {
      if (event.receipt.sending.has(label)) this.#durable = this.#now();
      const isClosing = event.records.some(
        (record) => record.type === 'orderClosed' && record.label === label,
      );
      if (isClosing) this.#closed = true;
    } else if (event.kind === 'orderReported' && event.label === label) {
      if (event.source === 'reply') this.#answered = this.#now();
    } else if (event.kind === 'dispatchFailed' && event.label === label) {
      this.#done(event.fault);
    }
    if (this.#closed && this.#answered > 0) this.#finish();
  };

  #finish(): void {
    this.#label = null;
    this.#done({
      decided: this.#decided,
      durable: this.#durable,
      released: this.#released,
      answered: this.#answered,
    });
  }

  #now(): number {
    return (performance.now() - this.#from) * 1_000;
  }
}

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

/** A near option somebody bids for, whose book is young most of the time; a fifth below its bid. */
async function chooseOrder(http: string): Promise<BenchOrder> {
  const query = 'public/get_book_summary_by_currency?currency=BTC&kind=option';
  const answer = await fetch(`${http}/${query}`);
  const { result } = (await answer.json()) as {
    readonly result: readonly { readonly instrument_name: string; readonly bid_price: number }[];
  };
  const found = result
    .filter(({ bid_price: bid }) => bid >= 0.01 && bid <= 0.03)
    .toSorted((a, b) => expiryOf(a.instrument_name) - expiryOf(b.instrument_name))
    .find(({ instrument_name: name }) => expiryOf(name) > Date.now() + 2 * DAY_MS);
  if (found === undefined) throw new Error('no option is bid for');
  // A multiple of the coarse tick: valid whatever the ladder.
  const price = Number((Math.floor((found.bid_price * 0.8) / 0.0005) * 0.0005).toFixed(4));
  return { instrument: found.instrument_name, amount: 0.1, price };
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

/** Of `BTC-27NOV26-90000-C`, to the day. */
function expiryOf(name: string): number {
  const [, day = '', month = '', year = ''] = /-(\d+)([A-Z]+)(\d+)-/.exec(name) ?? [];
  return Date.parse(`${day} ${month} 20${year} 08:00 UTC`);
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
    return await sendAll(engine, watch, order);
  } finally {
    await engine.stop();
  }
}

async function sendAll(engine: Engine, watch: Stopwatch, order: BenchOrder): Promise<Times[]> {
  const proposal = proposalOf(order);
  const times: Times[] = [];
  let refused = 0;
  while (times.length < WARM_UP + ORDERS) {
    const outcome = await watch.follow(() => {
      engine.runtime.post({
        kind: 'intentProposed',
        at: monoMs(engine.clock.now()),
        strategyId: strategyId('bench'),
        groupId: groupId(randomUUID()),
        proposal,
      });
    });
    if (typeof outcome === 'string') {
      refused += 1;
      if (refused > REFUSED_MAX) throw new Error(`refused too often: ${outcome}`);
      await sleep(REFUSED_PAUSE_MS);
    } else times.push(outcome);
    await sleep(PAUSE_MS);
  }
  return times.slice(WARM_UP);
}

async function untilActive(engine: Engine): Promise<void> {
  const deadline = performance.now() + ACTIVE_WITHIN_MS;
  while (engine.view().mode !== 'Active') {
    if (performance.now() > deadline) {
      throw new Error(`not Active: ${JSON.stringify(engine.view().reasons)}`);
    }
    await sleep(50);
  }
}

/** Worth so much to its strategy that every gate is asked and lets it through. */
function proposalOf({ instrument, amount, price }: BenchOrder): IntentProposal {
  return {
    action: 'Place',
    reduceOnly: null,
    target: null,
    legs: [
      {
        instrument: instrumentName(instrument),
        side: 'buy',
        quantity: amount,
        contracts: null,
        limitPrice: price,
        fairPrice: 2 * price,
        grossEdgeUsd: 60,
        delta: null,
        orderType: 'limit',
        timeInForce: 'immediate_or_cancel',
        postOnly: false,
        trigger: null,
        triggerPrice: null,
        linkedOrderType: null,
      },
    ],
  };
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

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
