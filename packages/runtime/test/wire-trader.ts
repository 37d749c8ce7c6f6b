/**
 * A whole engine over a real WebSocket, to be killed: it trades for ever and tells its parent, line
 * by line, what it does. With a point it kills itself there. As `survivor` it trades a little, then
 * cancels what rests, waits until ledger and exchange agree, and ends cleanly.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentMode } from '@holdfast/core/step';
import { groupId, monoMs } from '@holdfast/core/values';
import type { Engine } from '../src/run/engine.ts';
import { cancelWorking } from '../src/run/shutdown.ts';
import { startWireEngine } from './wire-engine.ts';
import { isOfAStart, isPoint, trap } from './wire-points.ts';
import { busy } from './wire-strategy.ts';

const [
  root = '',
  endpoint = '',
  clientId = '',
  clientSecret = '',
  end = '',
  nth = '1',
  turn = '0',
] = process.argv.slice(2);

const DEADLINE_MS = 240_000;
/** What rests longer than this, beside another that does, is cancelled. */
const REST_MS = 700;
const SURVIVOR_ORDERS = 6;

const say = (line: object): void => {
  writeSync(1, `${JSON.stringify(line)}\n`);
};

let sent = 0;
let isActive = false;
const spring = isPoint(end)
  ? trap(end, Number(nth), (label) => say({ dying: end, label }))
  : () => undefined;
const watch: typeof spring = (seen) => {
  if (isActive || (isPoint(end) && isOfAStart(end))) spring(seen);
};

const engine = await startWireEngine(
  { root, endpoint, clientId, clientSecret },
  {
    strategies: [busy(Number(turn), end !== 'survivor')],
    onEvent: watch,
    onEffect(effect) {
      watch(effect);
      if (effect.kind !== 'submit') return;
      sent += 1;
      say({ sent: effect.order.terms.label });
    },
  },
);
const { state } = engine.runtime;
void engine.failed.then(() => {
  throw engine.violation() ?? new Error('failed without a word');
});
// A process that is killed leaves nothing for the next one to start quicker by.
flushCompileCache();
say({ started: Math.round(performance.now()), records: engine.runtime.recovery.records });

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!isTrue()) {
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${DEADLINE_MS} ms; ${standing(engine)}`);
    }
    await sleep(5);
  }
}

function standing({ runtime, tally }: Engine): string {
  const { mode, reasons } = currentMode(runtime.state);
  const refused = tally.lastRefusals.slice(-5).map(({ text }) => text);
  return [mode, ...reasons, `${sent} sent`, ...refused].join('; ');
}

/** A bid that rests is let go as soon as it has company: cancels are on the wire all the time. */
function cancelOldest(): void {
  const now = engine.clock.now();
  const resting = [...state.facts.working].filter((label) => {
    const order = state.facts.orders.get(label);
    if (order === undefined || order.ackAt === null || order.terms.reduceOnly) return false;
    return !state.observations.canceling.has(label) && now - order.createdAt > REST_MS;
  });
  const [target] = resting;
  const order = target === undefined ? undefined : state.facts.orders.get(target);
  if (target === undefined || order === undefined || resting.length < 2) return;
  engine.runtime.post({
    kind: 'intentProposed',
    at: monoMs(now),
    strategyId: order.terms.strategyId,
    groupId: groupId(randomUUID()),
    proposal: { action: 'Cancel', reduceOnly: null, legs: [], target },
  });
}

setInterval(cancelOldest, 100);
await until('Active', () => currentMode(state).mode === 'Active');
isActive = true;
say({ active: Math.round(performance.now()) });
if (end !== 'survivor') {
  await until('an order', () => sent > 0);
  // The parent, or the point, ends it.
  await sleep(DEADLINE_MS);
  throw new Error(`still alive: "${end}" was never reached; ${standing(engine)}`);
}
await until('orders', () => sent >= SURVIVOR_ORDERS);
engine.runtime.quiesce();
const stillWorking = await cancelWorking(engine.runtime, engine.clock);
const since = engine.clock.now();
await until('a clean pass', () => (state.observations.reconciliation.lastCleanAt ?? 0) > since);
await until('Active again', () => currentMode(state).mode === 'Active');
say({ survived: currentMode(state).mode, stillWorking });
await engine.stop();
process.exit();
