/**
 * The drills of phase 2 (phases section 5.2): each breaks one thing of a real engine on a real disk
 * against the exchange as a process of its own, and tells what was seen. What should be seen is not
 * known here.
 *   chaos-drills.ts <drill>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyLedger } from '../src/ledger/index.ts';
import { ChaosDesk, type Line, type Status } from './chaos-desk.ts';
import { readStory } from './wire-ledger.ts';

/** When it was broken, and figures of this drill alone. */
interface Outcome {
  readonly triggeredAt: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

const WATCH_MS = 400;
const ASKS_MAX = 8;
const ASK_EVERY_MS = 2_000;
const MARKET = ['book.', 'ticker.', 'trades.'];
/** Longer than a whole reconcile cycle. */
const STANDS_MS = 12_000;
const QUEUE_MIN = 16;
/** The smallest queue there is. */
const FLOOD = { ledger: { queue_capacity: QUEUE_MIN } };

const latched = (code: string) => (status: Status) =>
  (status['open_permission_reason_codes'] as readonly string[]).includes(code);
const holding = (code: string) => (status: Status) =>
  (status['mode_reasons'] as readonly string[]).includes(code);

/** A pass over the venue's truth is not answered: what was latched is seen before it is cleared. */
const UNANSWERED = {
  methods: ['private/get_open_orders_by_currency', 'private/get_open_orders'],
  code: 13_028,
  message: 'temporarily_unavailable',
};

async function ready(desk: ChaosDesk): Promise<void> {
  await desk.start();
  await desk.untilActive();
  // Books and fees of a fresh process.
  await sleep(WATCH_MS);
}

/** Asks to open all the time, until what was latched has been cleared. */
async function untilCleared(desk: ChaosDesk, code: string, timeoutMs: number): Promise<void> {
  await desk.untilStatus(`cleared of ${code}`, (status) => !latched(code)(status), timeoutMs);
}

function buy(desk: ChaosDesk): Promise<void> {
  const since = Date.now();
  return ask(desk, 'buy', 'a purchase', () => desk.heard('held', since).length > 0);
}

/** What takes at once may miss, and a gate may say no; it is asked for again. */
async function ask(
  desk: ChaosDesk,
  wish: 'buy' | 'pair',
  what: string,
  isDone: () => boolean,
): Promise<void> {
  for (let tries = 0; tries < ASKS_MAX && !isDone(); tries += 1) {
    desk.say(wish);
    const until = Date.now() + ASK_EVERY_MS;
    while (Date.now() < until && !isDone()) await sleep(5);
  }
  await desk.until(what, isDone, ASK_EVERY_MS);
}

async function partialFill(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  desk.relay.refuse({ methods: ['private/buy'], code: 10_009, message: 'not_enough_funds' });
  const since = Date.now();
  await ask(desk, 'pair', 'the refused leg', () => desk.relay.refused > 0);
  const triggeredAt = desk.heard('submit', since).at(-1)?.at ?? Number.NaN;
  await desk.untilStatus('Degraded', (status) => status['risk_state'] === 'Degraded');
  await desk.callEmergency('drill: a pair of which one leg was refused');
  await desk.untilStatus('called', (status) =>
    ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE', 'REDUCEONLY_RISKSTATE_DEGRADED'].every((code) =>
      holding(code)(status),
    ),
  );
  desk.say('probe');
  await sleep(WATCH_MS);
  desk.relay.refuse(null);
  const empty = (line: Line | undefined): boolean => (line?.['held'] as object[])?.length === 0;
  await desk.until('flat', () => empty(desk.heard('held', since).at(-1)));
  await sleep(WATCH_MS);
  return { triggeredAt, facts: { legs_refused: desk.relay.refused } };
}

async function staleData(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  await buy(desk);
  desk.relay.silence(MARKET);
  const triggeredAt = Date.now();
  desk.say('probe');
  await desk.untilStatus('stale', latched('WS_DATA_STALE_RECONCILE_REQUIRED'), 60_000);
  await sleep(WATCH_MS);
  desk.relay.silence([]);
  await untilCleared(desk, 'WS_DATA_STALE_RECONCILE_REQUIRED', 60_000);
  return { triggeredAt, facts: { silenced: MARKET } };
}

async function backpressure(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  await buy(desk);
  const triggeredAt = Date.now();
  desk.say('flood');
  await desk.untilStatus('full', (status) => status['risk_state'] === 'Degraded');
  const before = tickedAt(await desk.status());
  desk.say('probe');
  await sleep(WATCH_MS);
  desk.say('close');
  await desk.until('a reduction', () =>
    desk.heard('submit', triggeredAt).some(({ reduceOnly }) => reduceOnly === true),
  );
  await sleep(WATCH_MS);
  const tickedMs = tickedAt(await desk.status()) - before;
  return { triggeredAt, facts: { ticked_ms: tickedMs, queue: QUEUE_MIN } };
}

/** What the loop says of its own last turn. */
function tickedAt(status: Status | null): number {
  return Number(status?.['loop_tick_last_ts_ms'] ?? Number.NaN);
}

async function crash(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  const since = Date.now();
  desk.say('buy');
  await desk.until('an order on its way', () => desk.heard('submit', since).length > 0);
  await desk.kill();
  const triggeredAt = Date.now();
  await desk.start();
  desk.say('probe');
  await desk.untilActive(60_000);
  desk.say('quiet');
  await sleep(WATCH_MS);
  return { triggeredAt, facts: { killed_by: 'SIGKILL' } };
}

async function bookGap(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  desk.say('probe');
  desk.relay.refuse(UNANSWERED);
  const lost = await desk.relay.loseNext('book.');
  const shownAt = await lost.next;
  await desk.untilStatus('gap', latched('WS_BOOK_GAP_RECONCILE_REQUIRED'));
  await sleep(WATCH_MS);
  desk.relay.refuse(null);
  await untilCleared(desk, 'WS_BOOK_GAP_RECONCILE_REQUIRED', 60_000);
  return { triggeredAt: shownAt, facts: { channel: lost.channel, lost_at: lost.at } };
}

async function tradesGap(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  desk.say('probe');
  const lost = await desk.relay.loseNext('trades.');
  await desk.untilStatus('gap', latched('WS_TRADES_GAP_RECONCILE_REQUIRED'), 120_000);
  await untilCleared(desk, 'WS_TRADES_GAP_RECONCILE_REQUIRED', 60_000);
  return { triggeredAt: lost.at, facts: { channel: lost.channel, lost_at: lost.at } };
}

async function sessionEnd(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  desk.say('probe');
  const triggeredAt = await desk.relay.endSession();
  await desk.untilStatus('ended', latched('SESSION_TERMINATION_RECONCILE_REQUIRED'));
  await untilCleared(desk, 'SESSION_TERMINATION_RECONCILE_REQUIRED', 60_000);
  return { triggeredAt, facts: { answered_with: 10_028 } };
}

/** Nobody resumes it: not time, not a clean reconciliation, and not a new process of this build. */
async function unknownToken(desk: ChaosDesk): Promise<Outcome> {
  await ready(desk);
  await buy(desk);
  const triggeredAt = Date.now();
  desk.say('unmapped');
  await desk.untilStatus('killed', holding('KILL_CORTEX_FORCE_KILL'));
  desk.say('probe');
  await sleep(STANDS_MS);
  await desk.kill();
  await desk.start();
  await desk.untilStatus('killed again', holding('KILL_CORTEX_FORCE_KILL'));
  desk.say('probe');
  await sleep(STANDS_MS);
  return { triggeredAt, facts: { watched_ms: STANDS_MS, restarted: true } };
}

const DRILLS = {
  partial_fill: partialFill,
  stale_market_data: staleData,
  wal_backpressure: backpressure,
  crash_mid_flight: crash,
  book_gap: bookGap,
  trades_gap: tradesGap,
  session_termination: sessionEnd,
  unknown_token: unknownToken,
} as const;

function ofLedger({ bench }: ChaosDesk): object {
  const verified = verifyLedger(bench.ledger);
  const story = readStory(bench.ledger);
  const fills = story.fills.map(({ tradeId }) => tradeId);
  return {
    ledger_verified: verified.ok && verified.findings.length === 0,
    ledger_records: story.facts.records,
    sent_before_reconciled: story.early.length,
    fills: fills.length,
    fills_counted_twice: fills.length - new Set(fills).size,
    markers_recorded_twice: [...story.markers.values()].filter((count) => count !== 1).length,
  };
}

const name = process.argv[2] ?? '';
const drill = Object.entries(DRILLS).find(([each]) => each === name)?.[1];
if (drill === undefined) throw new Error(`chaos-drills.ts <${Object.keys(DRILLS).join(' | ')}>`);
const desk = await ChaosDesk.open(`drill-${name}`, name === 'wal_backpressure' ? FLOOD : {});
let outcome: Outcome | null = null;
try {
  outcome = await drill(desk);
} finally {
  await desk.kill();
  const ledger = outcome === null ? {} : ofLedger(desk);
  const exchange = await desk.close();
  const { seen, lines, documents, broken, life } = desk;
  if (outcome !== null) {
    const { triggeredAt, facts } = outcome;
    const { relay: _, ...rest } = { relay: null, ledger, exchange, seen, lines, documents, broken };
    const told = { facts, ...rest };
    process.stdout.write(
      `${JSON.stringify({ drill: name, triggered_at: triggeredAt, lives: life, ...told })}\n`,
    );
  }
}
