/** What a test of the monitors changes of a desk's market, second by second. */
import { BTC_CALL, BTC_PERPETUAL, ETH_PERPETUAL } from '../src/gates/context.fixture.ts';
import type { Policy } from '../src/policy.ts';
import { Desk } from './desk.ts';
import type { Calm } from './quiet-market.ts';

type Reference = typeof BTC_PERPETUAL;
type Quoted = Parameters<Calm['references']['set']>[1];

const MIDDLE_TICKS = new Map([
  [BTC_PERPETUAL, 200_000],
  [ETH_PERPETUAL, 8_000],
]);

function bookOf(desk: Desk, of: Reference): { readonly book: Quoted; readonly middle: number } {
  const book = desk.calm.references.get(of);
  const middle = MIDDLE_TICKS.get(of);
  if (book === undefined || middle === undefined) throw new Error(`${of.name} is not quoted`);
  return { book, middle };
}

/** Touches so far apart, basis points of their middle. */
export function widen(desk: Desk, bps: number, of: Reference = BTC_PERPETUAL): void {
  const { book, middle } = bookOf(desk, of);
  const half = (middle * bps) / 20_000;
  if (!Number.isInteger(half)) throw new Error(`${bps} bps is off the grid`);
  book.bids[0] = middle - half;
  book.asks[0] = middle + half;
}

/** USD on the bid side, and much more on the other. */
export function thin(desk: Desk, usd: number, of: Reference = BTC_PERPETUAL): void {
  const { book } = bookOf(desk, of);
  const steps = (usd * 100_000_000) / of.amountStepE8;
  book.bids[1] = steps;
  book.asks[1] = 10 * steps;
}

/** The mark so far above index and book, basis points of itself. */
export function part(desk: Desk, bps: number, of: Reference = BTC_PERPETUAL): void {
  const { book, middle } = bookOf(desk, of);
  book.markE8 = Math.round((middle * of.tickE8) / (1 - bps / 10_000));
}

/** What a test has put into the observations itself is looked at, at this moment. */
export function lookAnew(desk: Desk): void {
  desk.state.observations.monitors.judgedAt = null;
  desk.post({ kind: 'ticked' });
}

/** Ticks of 100 ms until so many have passed. */
export function pass(desk: Desk, ms: number): void {
  for (const until = desk.now + ms; desk.now < until; ) {
    desk.tick(Math.min(100, until - desk.now));
  }
}

const HOUR_MS = 3_600_000;

/** Something to close, and time for the pace of orders to allow the next. */
export function holding(policy?: Policy): Desk {
  const quiet = { reconcileIntervalMs: HOUR_MS };
  const desk = new Desk(policy === undefined ? quiet : { ...quiet, policy }).boot();
  desk.propose();
  desk.fill(desk.submits[0], 'BTC-1');
  // A reconciliation answer takes the desk a millisecond of its own: this was the last one.
  pass(desk, 2_000);
  desk.venue = null;
  return desk;
}

/** Whether an OPEN and then a close go out now: dispatches of each. */
export function tries(desk: Desk): readonly [open: number, close: number] {
  const before = desk.submits.length;
  desk.propose({ instrument: BTC_CALL.name });
  const opened = desk.submits.length - before;
  desk.now += 250;
  desk.feed();
  desk.proposeClose(0.1);
  return [opened, desk.submits.length - before - opened];
}

/** `cortex basis`, as they ask. */
export function asked(desk: Desk): string {
  const { cortex, basis } = desk.state.observations.monitors.overrides;
  return `${cortex?.kind ?? 'unheard'} ${basis?.kind ?? 'unheard'}`;
}
