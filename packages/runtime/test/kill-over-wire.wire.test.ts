/**
 * Done when of the trading day: a `kill -9` of the runtime at any moment, followed by a restart on
 * the same run folder against the same exchange, sends nothing twice. One exchange process lives
 * through all of it and is the witness; the ledger's bytes are the other.
 *
 * `HOLDFAST_KILLS` says how many (20 unless given); the run folder of such a run by hand is kept.
 */
import { label as toLabel } from '@holdfast/core/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../src/ledger/index.ts';
import {
  ANY_MOMENT,
  type Counted,
  ENDS,
  killOnce,
  LIFE_MS_MAX,
  type Round,
  WHILE_TRADING,
} from './kill-loop.ts';
import { replayFile, untapedSessions } from '../src/replay/replay-run.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { seeded } from './ledger-bytes.ts';
import { type Life, openWireBench, type WireBench } from './wire-bench.ts';
import { type LedgerStory, readStory } from './wire-ledger.ts';
import { type OrderThere, type TradeThere, e8 } from './wire-venue.ts';

const ASKED = process.env['HOLDFAST_KILLS'];
const KILLS = Number(ASKED ?? 20);
let bench: WireBench;
const rounds: Round[] = [];
let survivor: Life;
let story: LedgerStory;
let orders: readonly OrderThere[] = [];
let trades: ReadonlyMap<string, TradeThere> = new Map();
let positions: Readonly<Record<string, number>> = {};
let openAtTheEnd: readonly OrderThere[] = [];
let counted: Counted;

beforeAll(
  async () => {
    const began = performance.now();
    bench = await openWireBench('kills');
    const random = seeded(20_261_121);
    for (let round = 0; round < KILLS; round += 1) {
      rounds.push(await killOnce(bench, round, random));
    }
    survivor = await bench.live({ end: 'survivor', nth: 1, turn: 0 });
    openAtTheEnd = await bench.venue.openOrders();
    orders = await bench.venue.orders();
    trades = await bench.venue.trades();
    positions = await bench.venue.positions();
    counted = (await bench.exchange.stop()) as Counted;
    story = readStory(bench.ledger);
    tell((performance.now() - began) / 1_000);
  },
  KILLS * LIFE_MS_MAX + 60_000,
);

afterAll(async () => await bench.close(ASKED !== undefined));

const unique = (labels: readonly string[]): number => new Set(labels).size;
const at = (end: string): readonly Round[] => rounds.filter((round) => round.end === end);
const labelsAt = (end: string): readonly string[] =>
  at(end).flatMap(({ life }) => (life.died?.label == null ? [] : [life.died.label]));
const atExchange = (): ReadonlySet<string> => new Set(orders.map(({ label }) => label));

/**
 * How the ledger has to tell the end of an order that ended so (contract-1 section 28.3): one that
 * was cancelled before anybody heard of it, and did not trade, is Failed.
 */
function endOf({ order_state: end, label, filled_amount: filled }: OrderThere): string {
  if (end !== 'cancelled') return end === 'filled' ? 'Filled' : 'still open';
  return story.acked.has(label) || filled > 0 ? 'Canceled' : 'Failed';
}

/** What was done and seen, for whoever reads the log. */
function tell(seconds: number): void {
  const active = rounds.flatMap(({ life }) => life.activeAfterMs ?? []).sort((a, b) => a - b);
  const median = Math.round(active[active.length >> 1] ?? 0);
  const { facts, sessions, markers, fills, heardFirst, closed } = story;
  const found = fills.filter(({ source }) => source === 'reconciliation').length;
  const unheard = orders.filter(({ label }) => heardFirst.get(label) === 'reconciliation').length;
  const ends = new Map<string, number>();
  for (const { outcome, cause, source } of closed.values()) {
    const way = `${outcome}, ${cause}, by ${source}`;
    ends.set(way, (ends.get(way) ?? 0) + 1);
  }
  const slowest = Math.max(0, ...rounds.map(({ cancelMs }) => cancelMs));
  const lines = [
    `${rounds.length} kills in ${seconds.toFixed(0)} s; Active after ${median} ms (median)`,
    ...[...new Set(ENDS)].map(tellEnd),
    `exchange: ${counted.orders_received} orders received, ${counted.orders_accepted} accepted`,
    `  ${counted.duplicate_dispatch_count} twice, ${counted.illegal_order_attempts} illegal`,
    `  ${trades.size} trades, ${counted.cancelled_on_disconnect} orders cancelled on disconnect`,
    `  the slowest of them gone after ${slowest.toFixed(0)} ms`,
    `ledger: ${facts.records} records, ${sessions.length} sessions, ${markers.size} markers`,
    `  ${fills.length} fills, ${found} of them found by reconciling`,
    `  ${unheard} orders first heard of by reconciling`,
    ...[...ends].map(([way, count]) => `  ${count} closed: ${way}`),
    ...(ASKED === undefined ? [] : [`run folder: ${bench.run}`]),
  ];
  console.log(lines.join('\n'));
}

function tellEnd(end: string): string {
  const there = atExchange();
  const sent = at(end).reduce((sum, { life }) => sum + life.sent.length, 0);
  const last = labelsAt(end);
  const arrived = last.filter((label) => there.has(label)).length;
  const known = last.length === 0 ? '' : `, the order it died over there ${arrived}/${last.length}`;
  return `  ${end}: ${at(end).length} kills, ${sent} orders sent${known}`;
}

describe(`${KILLS} kills of the runtime on one exchange and one ledger`, () => {
  it('are kills, at every point, and orders were on the wire', () => {
    expect(rounds).toHaveLength(KILLS);
    for (const { end, life } of rounds) {
      expect(life.signal).toBe('SIGKILL');
      if (end !== WHILE_TRADING && end !== ANY_MOMENT) expect(life.died?.point).toBe(end);
      if (end === WHILE_TRADING) expect(life.sent.length).toBeGreaterThan(0);
    }
    const planned = new Set(ENDS.slice(0, KILLS));
    for (const end of planned) expect(at(end).length).toBeGreaterThan(0);
    expect(orders.length).toBeGreaterThan(KILLS);
    expect(trades.size).toBeGreaterThan(KILLS / 4);
    expect(counted.orders_accepted).toBe(orders.length);
  });

  it('AT-233 nothing is sent twice, and nothing illegal', () => {
    expect(counted.duplicate_dispatch_count).toBe(0);
    expect(counted.illegal_order_attempts).toBe(0);
    const labels = orders.map(({ label }) => label);
    expect(unique(labels)).toBe(labels.length);
    for (const [label, markers] of story.markers) expect([label, markers]).toEqual([label, 1]);
    const submitted = [...rounds.map(({ life }) => life), survivor].flatMap(({ sent }) => sent);
    expect(unique(submitted)).toBe(submitted.length);
  });

  it('every order at the exchange is in the ledger, marked, and the one that was meant', () => {
    for (const order of orders) {
      const terms = story.intents.get(order.label)?.terms;
      expect(story.markers.get(order.label)).toBe(1);
      expect(story.abandoned).not.toContain(order.label);
      expect(terms).toMatchObject({
        instrument: order.instrument_name,
        side: order.direction,
        amountE8: e8(order.amount),
        limitPriceE8: e8(order.price),
        reduceOnly: order.reduce_only,
      });
    }
  });

  it('AT-234 every trade is recorded once, as it was, and none is invented', () => {
    for (const label of labelsAt('a fill is heard')) {
      const sources = story.fills.flatMap((each) => (each.label === label ? [each.source] : []));
      expect([label, sources]).toEqual([label, expect.arrayContaining(['reconciliation'])]);
    }
    expect(story.fills.map(({ tradeId }) => tradeId).sort()).toEqual([...trades.keys()].sort());
    for (const fill of story.fills) {
      const trade = trades.get(fill.tradeId);
      expect({
        ...fill,
        amount: fill.amountE8,
        price: fill.priceE8,
        fee: fill.feeE8,
      }).toMatchObject({
        label: trade?.label,
        venueOrderId: trade?.order_id,
        instrument: trade?.instrument_name,
        side: trade?.direction,
        amount: e8(trade?.amount ?? Number.NaN),
        price: e8(trade?.price ?? Number.NaN),
        fee: e8(trade?.fee ?? Number.NaN),
      });
    }
  });

  it('every order ended in the ledger as it did at the exchange, and nothing is left', () => {
    const filled = new Map<string, number>();
    for (const { label, amountE8 } of story.fills) {
      if (label !== null) filled.set(label, (filled.get(label) ?? 0) + amountE8);
    }
    for (const order of orders) {
      expect([order.label, filled.get(order.label) ?? 0]).toEqual([
        order.label,
        e8(order.filled_amount),
      ]);
      const state = story.facts.orders.get(toLabel(order.label))?.state;
      expect([order.label, state]).toEqual([order.label, endOf(order)]);
      const isClosed = story.closed.has(order.label);
      expect([order.label, isClosed]).toEqual([order.label, order.order_state === 'cancelled']);
    }
    const there = atExchange();
    for (const label of story.intents.keys()) {
      if (there.has(label) || story.abandoned.has(label)) continue;
      expect([label, story.closed.get(label)?.outcome]).toEqual([label, 'Failed']);
    }
    expect(story.facts.working.size).toBe(0);
    expect(openAtTheEnd).toEqual([]);
    const held = [...story.facts.positions.values()];
    expect(Object.fromEntries(held.map((each) => [each.instrument, each.amountE8]))).toEqual(
      positions,
    );
  });

  it('D-8 what was not durable never left, and what did not leave in time never will', () => {
    const there = atExchange();
    for (const label of labelsAt('admitted')) {
      expect(story.intents.has(label)).toBe(false);
      expect(there.has(label)).toBe(false);
    }
    for (const label of labelsAt('handed to the ledger')) expect(there.has(label)).toBe(false);
    for (const point of ['durable', 'about to be sent']) {
      for (const label of labelsAt(point)) {
        expect(there.has(label)).toBe(false);
        expect(story.closed.get(label)).toMatchObject({
          outcome: 'Failed',
          cause: 'proven_never_existed',
        });
      }
    }
  });

  it('AT-940 what the exchange had and nobody had heard of is found, and not sent again', () => {
    const there = atExchange();
    for (const label of labelsAt('at the exchange')) {
      expect(there.has(label)).toBe(true);
      expect([label, story.heardFirst.get(label)]).toEqual([label, 'reconciliation']);
    }
  });

  it('D-13 no process sent anything before it had reconciled', () => {
    expect(story.early).toEqual([]);
    const epochs = story.sessions.map(({ epoch }) => epoch);
    expect(epochs).toEqual([...epochs].sort((one, other) => one - other));
    expect(unique(epochs.map(String))).toBe(epochs.length);
  });

  it('D-18 what rested when a process was killed was cancelled with its connection', () => {
    const byDisconnect = orders.filter(
      (order) => order.cancel_reason === 'cancel_on_disconnect',
    ).length;
    expect(byDisconnect).toBeGreaterThan(0);
    expect(counted.cancelled_on_disconnect).toBe(byDisconnect);
  });

  it('there is no ghost, and no byte of the ledger is wrong', () => {
    const named = new Set(story.anomalies.map(({ anomaly }) => anomaly));
    for (const anomaly of ['ghost_order', 'fill_without_order', 'fill_beyond_quantity'] as const) {
      expect(named).not.toContain(anomaly);
    }
    expect(verifyLedger(bench.ledger)).toMatchObject({ ok: true, findings: [] });
  });

  it('D-28 what each process kept of itself is decided again as it was', () => {
    const replays = listTapes(bench.run).map((tape) => replayFile(tape, bench.ledger));
    // Who was killed before its ledger was open has no tape, and no session on record.
    expect(untapedSessions(bench.ledger, replays)).toEqual([]);
    for (const { verdict, difference, doubt } of replays) {
      // The write that makes a record durable may be ahead of the one that keeps its turn.
      const code = verdict === 'equal' ? null : 'tape_short';
      expect([difference, doubt?.code ?? null]).toEqual([null, code]);
    }
    expect(replays.at(-1)).toMatchObject({ verdict: 'equal', finish: { gap: null } });
    const equal = replays.filter(({ verdict }) => verdict === 'equal');
    expect(equal.length).toBeGreaterThan(replays.length / 2);
  });

  it('the survivor is Active, cancels what rests, and logs out', () => {
    expect(survivor).toMatchObject({ code: 0, signal: null, errors: '' });
    expect(survivor.said.at(-1)).toEqual({ survived: 'Active', stillWorking: [] });
    expect(counted.sessions_ended['logout']).toBe(1);
  });
});
