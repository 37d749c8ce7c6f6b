/** One order at a time through an engine, followed from outside by its events and effects. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect, Event } from '@holdfast/core';
import { type IntentProposal, limitLeg } from '@holdfast/core/strategy';
import { groupId, instrumentName, type Label, monoMs, strategyId } from '@holdfast/core/values';
import type { Engine } from '../src/run/engine.ts';
import type { BenchOrder } from './order-clients.fixture.ts';

/** An old book is the usual reason; it is a new one within a second or two. */
const REFUSED_PAUSE_MS = 20;
const REFUSED_MAX = 5_000;
const ACTIVE_WITHIN_MS = 60_000;
/** Between two orders: nobody's order waits for what the one before it left behind. */
export const PAUSE_MS = 2;
const DAY_MS = 86_400_000;

/** One order, microseconds from the proposal. */
export interface Times {
  readonly decided: number;
  readonly durable: number;
  readonly released: number;
  readonly answered: number;
}

/** Follows one order at a time through the loop, from outside: by its events and effects. */
export class Stopwatch {
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

/** A near option somebody bids for, whose book is young most of the time; a fifth below its bid. */
export async function chooseOrder(http: string): Promise<BenchOrder> {
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

/** Of `BTC-27NOV26-90000-C`, to the day. */
function expiryOf(name: string): number {
  const [, day = '', month = '', year = ''] = /-(\d+)([A-Z]+)(\d+)-/.exec(name) ?? [];
  return Date.parse(`${day} ${month} 20${year} 08:00 UTC`);
}

export async function untilActive(engine: Engine): Promise<void> {
  const deadline = performance.now() + ACTIVE_WITHIN_MS;
  while (engine.view().mode !== 'Active') {
    if (performance.now() > deadline) {
      throw new Error(`not Active: ${JSON.stringify(engine.view().reasons)}`);
    }
    await sleep(50);
  }
}

/** Orders one after the other, `warmUp` of them uncounted; the same proposal each time. */
export async function sendOrders(
  engine: Engine,
  watch: Stopwatch,
  order: BenchOrder,
  { count, warmUp }: { readonly count: number; readonly warmUp: number },
): Promise<Times[]> {
  const proposal = proposalOf(order);
  const times: Times[] = [];
  let refused = 0;
  while (times.length < warmUp + count) {
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
  return times.slice(warmUp);
}

/** Worth so much to its strategy that every gate is asked and lets it through. */
function proposalOf({ instrument, amount, price }: BenchOrder): IntentProposal {
  return {
    action: 'Place',
    reduceOnly: null,
    target: null,
    legs: [
      limitLeg(instrumentName(instrument), 'buy', amount, price, {
        fairPrice: 2 * price,
        grossEdgeUsd: 60,
      }),
    ],
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
