/**
 * One engine that trades over a real WebSocket, one order that goes and proposals that are refused:
 * what its decision log and its metrics say of each, and what ledger, orders, positions and the
 * exchange were before and after. Run as a program it prints that.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '@holdfast/core';
import type { RejectCode } from '@holdfast/core/gates';
import type { IntentProposal, LegProposal } from '@holdfast/core/intent';
import { isTerminal } from '@holdfast/core/order';
import { currentMode } from '@holdfast/core/step';
import {
  type GroupId,
  groupId,
  instrumentName,
  label,
  monoMs,
  strategyId,
} from '@holdfast/core/values';
import { readDecisionLog } from '../src/decision-log.ts';
import type { Engine } from '../src/run/engine.ts';
import { readAbout, runFolderAt } from '../src/run/folder.ts';
import { openWireBench, type WireBench } from './wire-bench.ts';
import { startWireEngine } from './wire-engine.ts';

/** What a refusal could change, here and at the exchange. */
export interface Standing {
  readonly ledger_bytes: number;
  readonly ledger_sha256: string;
  readonly ledger_records: number;
  readonly orders: readonly string[];
  readonly positions: readonly string[];
  readonly pending_intents: number;
  readonly reservations: number;
  readonly orders_at_exchange: number;
  readonly open_orders_at_exchange: number;
  readonly positions_at_exchange: Readonly<Record<string, number>>;
}

/** Series of the run that count intents, by name with labels; without the constant `run_id`. */
export type Counts = Readonly<Record<string, number>>;

export interface Told {
  readonly expected: RejectCode | 'admitted';
  readonly intent_id: string;
  /** The lines of the decision log that name the intent. */
  readonly lines: readonly { readonly runId: string; readonly decision: Decision }[];
  readonly before: Standing;
  readonly after: Standing;
  readonly metrics_before: Counts;
  readonly metrics_after: Counts;
}

export interface Refusals {
  readonly run_id: string;
  /** Of every series that was read: the run it says it belongs to. */
  readonly metrics_run_ids: readonly string[];
  readonly told: readonly Told[];
}

interface Case {
  readonly expected: Told['expected'];
  readonly leg?: Partial<LegProposal>;
  readonly parts?: Partial<IntentProposal>;
}

/** The last one degrades; nothing could follow it. */
const CASES: readonly Case[] = [
  { expected: 'admitted' },
  { expected: 'TooSmallAfterQuantization', leg: { quantity: 0.01 } },
  {
    expected: 'InstrumentMetadataMissing',
    leg: { instrument: instrumentName('BTC-1JAN30-1-C') },
  },
  { expected: 'OrderTypeMarketForbidden', leg: { orderType: 'market' } },
  { expected: 'OrderTypeStopForbidden', leg: { orderType: 'stop_limit' } },
  { expected: 'LinkedOrderTypeForbidden', leg: { linkedOrderType: 'one_triggers_other' } },
  { expected: 'InvalidInput', leg: { quantity: Number.NaN } },
  { expected: 'PolicyLimitExceeded', leg: { quantity: 11 } },
  { expected: 'NetEdgeInputMissing', leg: { grossEdgeUsd: null } },
  { expected: 'NetEdgeTooLow', leg: { grossEdgeUsd: 0.01 } },
  {
    expected: 'CancelTargetUnknown',
    parts: { action: 'Cancel', legs: [], target: label('s4:nttrxjr6:9f1c2d3e4b5a:0:0') },
  },
  { expected: 'ContractsAmountMismatch', leg: { contracts: 5 } },
];

const REFUSED = 'decisions_total{kind="intentRejected"}';
const DEADLINE_MS = 120_000;
const STRATEGY = strategyId('refused');
/** Far above what the fee and the policy's minimum take. */
const EDGE_USD = 60;
const AMOUNT = 0.1;
const BOOK_AGE_MS_MAX = 300;
/** The exchange lets a key ask so often and no more. */
const PAUSE_MS = 300;

export async function refuseOverWire(): Promise<Refusals> {
  const bench = await openWireBench('refusals', { port: 0 });
  const engine = await startWireEngine(bench.place, { strategies: [] });
  try {
    const ready = () => currentMode(engine.runtime.state).mode === 'Active';
    await until('Active', () => Promise.resolve(ready()));
    const told: Omit<Told, 'lines'>[] = [];
    for (const each of CASES) told.push(await propose(bench, engine, each));
    const runs = runsIn(await metricsText(bench));
    await engine.stop();
    const lines = await linesOf(bench);
    return {
      run_id: engine.runId,
      metrics_run_ids: runs,
      told: told.map((each) => ({
        ...each,
        lines: lines.filter(
          ({ decision }) => 'intentId' in decision && decision.intentId === each.intent_id,
        ),
      })),
    };
  } finally {
    await engine.stop();
    await bench.close(false);
  }
}

async function propose(
  bench: WireBench,
  engine: Engine,
  { expected, leg, parts }: Case,
): Promise<Omit<Told, 'lines'>> {
  const { runtime, clock } = engine;
  const group = groupId(randomUUID());
  await sleep(PAUSE_MS);
  await until('the cash of every trade on record', () => {
    const books = [...runtime.state.facts.cashBooks.values()];
    return Promise.resolve(books.every(({ awaited }) => awaited.size === 0));
  });
  const before = await standing(bench, engine);
  const metricsBefore = countsIn(await metricsText(bench));
  const open = await fairOrder(engine);
  runtime.post({
    kind: 'intentProposed',
    at: monoMs(clock.now()),
    strategyId: STRATEGY,
    groupId: group,
    proposal: {
      action: 'Place',
      reduceOnly: false,
      legs: [{ ...open, ...leg }],
      target: null,
      ...parts,
    },
  });
  const { fills } = runtime.state.facts.totals;
  let isLate = false;
  // What is said of it is counted after the turn it was said in.
  await until(`word of ${expected}`, async () => {
    const counts = countsIn(await metricsText(bench));
    if (JSON.stringify(counts) === JSON.stringify(metricsBefore)) return false;
    if (expected !== 'admitted' || runtime.state.facts.totals.fills > fills) return true;
    const wasRefused = (counts[REFUSED] ?? 0) > (metricsBefore[REFUSED] ?? 0);
    isLate = wasRefused || isOver(engine, group);
    return isLate;
  });
  // On a busy machine the book it was made for is gone: another one is proposed, and told.
  if (isLate) return await propose(bench, engine, { expected });
  // Long enough for anything that was set in motion to show.
  await sleep(PAUSE_MS);
  return {
    expected,
    intent_id: `${group}:0`,
    before,
    after: await standing(bench, engine),
    metrics_before: metricsBefore,
    metrics_after: countsIn(await metricsText(bench)),
  };
}

/** Whether it has ended at the exchange: what has no fill by then gets none. */
function isOver({ runtime }: Engine, group: GroupId): boolean {
  const orders = [...runtime.state.facts.orders.values()];
  const order = orders.find(({ terms }) => terms.groupId === group);
  return order !== undefined && isTerminal(order.state);
}

/** A buy at the ask of the option with the freshest book that has one. */
async function fairOrder({ runtime, clock }: Engine): Promise<LegProposal> {
  let found: LegProposal | null = null;
  await until('a fresh book', () => {
    const { listings, indexes } = runtime.state.observations;
    for (const { instrument, book } of listings.values()) {
      const { underlying, kind, quote } = instrument;
      const index = indexes.get(underlying);
      if (kind !== 'option' || quote !== 'coin' || underlying !== 'BTC') continue;
      if (index === undefined || !book.usable || book.askCount === 0 || book.bidCount === 0)
        continue;
      if (clock.now() - (book.updatedAt ?? 0) > BOOK_AGE_MS_MAX) continue;
      const ask = (book.askPrice(0) * instrument.tickE8) / 1e8;
      if (book.askQuantity(0) * instrument.amountStepE8 < AMOUNT * 1e8 || ask < 0.005) continue;
      found = buy(instrument.name, ask, EDGE_USD / ((AMOUNT * index.priceE8) / 1e8));
      break;
    }
    return Promise.resolve(found !== null);
  });
  if (found === null) throw new Error('no book');
  return found;
}

function buy(instrument: LegProposal['instrument'], ask: number, edge: number): LegProposal {
  return {
    instrument,
    side: 'buy',
    quantity: AMOUNT,
    contracts: null,
    limitPrice: ask,
    fairPrice: ask + edge,
    grossEdgeUsd: EDGE_USD,
    delta: 0.5,
    orderType: 'limit',
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
  };
}

async function standing({ venue, ledger }: WireBench, { runtime }: Engine): Promise<Standing> {
  const { facts, observations } = runtime.state;
  const digest = createHash('sha256');
  let bytes = 0;
  for (const name of readdirSync(ledger).sort()) {
    const content = readFileSync(join(ledger, name));
    digest.update(`${name} ${content.length} `).update(content);
    bytes += content.length;
  }
  const there = await venue.orders();
  return {
    ledger_bytes: bytes,
    ledger_sha256: digest.digest('hex'),
    ledger_records: facts.records,
    orders: [...facts.orders].map(([name, { state, filledE8 }]) => `${name} ${state} ${filledE8}`),
    positions: [...facts.positions].map(([name, { amountE8 }]) => `${name} ${amountE8}`),
    pending_intents: observations.pendingIntents.size,
    reservations: observations.reservations.size,
    orders_at_exchange: there.length,
    open_orders_at_exchange: there.filter(({ order_state: state }) => state === 'open').length,
    positions_at_exchange: await venue.positions(),
  };
}

async function metricsText({ run }: WireBench): Promise<string> {
  const url = readAbout(runFolderAt(run))?.http;
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  return await response.text();
}

const COUNTED =
  /^holdfast_((?:intents_|decisions_total|orders_sending|dispatch_failed)\w*)\{(.*)\} (\d+)$/gm;

function countsIn(text: string): Counts {
  const counts: Record<string, number> = {};
  for (const [, name = '', labels = '', value] of text.matchAll(COUNTED)) {
    const own = labels.split(',').filter((each) => !each.startsWith('run_id='));
    if (/kind="(?!intent)/.test(labels)) continue;
    counts[own.length === 0 ? name : `${name}{${own.join(',')}}`] = Number(value);
  }
  return counts;
}

function runsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/run_id="([^"]*)"/g)].map(([, run = '']) => run))];
}

async function linesOf({ run }: WireBench): Promise<Told['lines']> {
  const found: Told['lines'][number][] = [];
  const text = readFileSync(runFolderAt(run).decisions, 'utf8');
  for await (const entry of readDecisionLog(text.split('\n'))) {
    if (entry.kind === 'decision') found.push({ runId: entry.runId, decision: entry.decision });
  }
  return found;
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await sleep(10);
  }
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await refuseOverWire()), () => process.exit());
}
