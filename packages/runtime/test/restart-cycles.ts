/**
 * So many engines over a real WebSocket, each killed by SIGKILL and started again on one run folder
 * against one exchange process; orders are counted at the exchange. Prints a line of JSON for every
 * cycle and one for the whole.
 *   restart-cycles.ts <cycles>
 */
import { identify } from '@holdfast/core/intent';
import { verifyLedger } from '../src/ledger/index.ts';
import { type Counted, killOnce, type Round } from './kill-loop.ts';
import { seeded } from './ledger-bytes.ts';
import { type Life, openWireBench, type WireBench } from './wire-bench.ts';
import { type LedgerStory, readStory } from './wire-ledger.ts';
import { e8, type OrderThere } from './wire-venue.ts';

const SEED = 20_261_121;

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const twice = (labels: readonly string[]): number => labels.length - new Set(labels).size;
const labelsOf = (orders: readonly OrderThere[]): string[] => orders.map(({ label }) => label);

/** What one cycle left at the exchange, as the exchange lists it. */
async function cycle(bench: WireBench, turn: number, random: () => number): Promise<Round> {
  const round = await killOnce(bench, turn, random);
  const orders = await bench.venue.orders();
  say({
    cycle: turn + 1,
    killed: round.end,
    signal: round.life.signal,
    life_ms: Math.round(round.life.lifeMs),
    active_after_ms:
      round.life.activeAfterMs === null ? null : Math.round(round.life.activeAfterMs),
    orders_sent: round.life.sent.length,
    resting_when_killed: round.resting,
    orders_at_exchange: orders.length,
    duplicate_dispatch_count: twice(labelsOf(orders)),
  });
  return round;
}

interface AtExchange {
  readonly orders: readonly OrderThere[];
  readonly openOrders: number;
  readonly trades: readonly string[];
  readonly positions: Readonly<Record<string, number>>;
}

async function lookAt({ venue }: WireBench): Promise<AtExchange> {
  return {
    openOrders: (await venue.openOrders()).length,
    orders: await venue.orders(),
    trades: [...(await venue.trades()).keys()].sort(),
    positions: await venue.positions(),
  };
}

function ofLedger(story: LedgerStory, folder: string, there: AtExchange): object {
  const intents = [...story.intents.values()];
  const held = [...story.facts.positions.values()].map((each) => [each.instrument, each.amountE8]);
  const verified = verifyLedger(folder);
  const matched = there.orders.filter(({ label, amount, price }) => {
    const terms = story.intents.get(label)?.terms;
    return terms?.amountE8 === e8(amount) && terms.limitPriceE8 === e8(price);
  });
  return {
    ledger_records: story.facts.records,
    ledger_verified: verified.ok && verified.findings.length === 0,
    sessions: story.sessions.length,
    intents: intents.length,
    intents_whose_hash_is_that_of_their_terms: intents.filter(
      ({ terms }) => identify(terms) === terms.intentHash,
    ).length,
    markers: story.markers.size,
    markers_recorded_twice: [...story.markers.values()].filter((count) => count !== 1).length,
    sent_before_reconciled: story.early.length,
    ghost_orders: story.anomalies.filter(({ anomaly }) => anomaly === 'ghost_order').length,
    orders_as_recorded: matched.length,
    fills_equal_trades:
      JSON.stringify(story.fills.map(({ tradeId }) => tradeId).sort()) ===
      JSON.stringify(there.trades),
    positions_equal_venue: sameEntries(Object.fromEntries(held), there.positions),
    orders_still_working: story.facts.working.size,
  };
}

function sameEntries(one: object, other: object): boolean {
  const sorted = (each: object) =>
    JSON.stringify(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

function ofExchange(
  counted: Counted | null,
  lives: readonly Life[],
  { orders, openOrders, trades }: AtExchange,
): object {
  const submitted = lives.flatMap(({ sent }) => sent);
  return {
    duplicate_dispatch_count: counted?.duplicate_dispatch_count ?? null,
    illegal_order_attempts: counted?.illegal_order_attempts ?? null,
    orders_received: counted?.orders_received ?? null,
    orders_accepted: counted?.orders_accepted ?? null,
    orders_at_exchange: orders.length,
    labels_at_exchange_twice: twice(labelsOf(orders)),
    submitted_by_engines: submitted.length,
    submitted_twice: twice(submitted),
    trades: trades.length,
    orders_left_open: openOrders,
  };
}

const cycles = Number(process.argv[2]);
if (!Number.isSafeInteger(cycles) || cycles < 1) throw new Error('restart-cycles.ts <cycles>');
const began = performance.now();
const bench = await openWireBench('restart-cycles');
try {
  const random = seeded(SEED);
  const rounds: Round[] = [];
  for (let turn = 0; turn < cycles; turn += 1) rounds.push(await cycle(bench, turn, random));
  const survivor = await bench.live({ end: 'survivor', nth: 1, turn: 0 });
  const there = await lookAt(bench);
  const counted = (await bench.exchange.stop()) as Counted | null;
  const lives = [...rounds.map(({ life }) => life), survivor];
  say({
    cycles: rounds.length,
    killed_by_sigkill: rounds.filter(({ life }) => life.signal === 'SIGKILL').length,
    ...ofExchange(counted, lives, there),
    ...ofLedger(readStory(bench.ledger), bench.ledger, there),
    survivor: survivor.said.at(-1)?.['survived'] ?? survivor.errors,
    seconds: Math.round((performance.now() - began) / 1_000),
  });
} finally {
  await bench.close(false);
}
