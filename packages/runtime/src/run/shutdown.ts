import { randomUUID } from 'node:crypto';
import type { IntentProposal } from '@holdfast/core/intent';
import { groupId, type Label, monoMs, type StrategyId } from '@holdfast/core/values';
import type { Clock } from '../ports.ts';
import type { Runtime } from '../start.ts';

/** How long the venue is given to say what became of our orders. */
const SETTLE_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 20;
/** A cancel that came to nothing is asked for again; which are on their way, the core knows. */
const ASK_AGAIN_MS = 1_000;
/** Far options are quoted every few seconds, and only a fresh book is closed against. */
const FLATTEN_TIMEOUT_MS = 20_000;
const FLATTEN_EVERY_MS = 250;

const OPERATOR = 'operator';

/**
 * Leaves nothing of ours resting at the venue: a graceful logout does not trigger
 * cancel-on-disconnect (D-18), so every working order is cancelled first, through the core's own
 * door; one whose record was still on its way to the disk as soon as it is working.
 * @returns labels that were still working when the time was up.
 */
export async function cancelWorking(runtime: Runtime, clock: Clock): Promise<readonly string[]> {
  const askedAt = new Map<Label, number>();
  await settle(clock, () => {
    for (const label of runtime.state.facts.working) {
      const now = clock.now();
      if (now - (askedAt.get(label) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) continue;
      askedAt.set(label, now);
      proposeCancel(runtime, clock, label);
    }
    return isSettled(runtime);
  });
  return [...runtime.state.facts.working];
}

function proposeCancel(runtime: Runtime, clock: Clock, target: Label): void {
  const order = runtime.state.facts.orders.get(target);
  if (order === undefined) return;
  const proposal = { action: 'Cancel', reduceOnly: null, legs: [], target };
  propose(runtime, clock, order.terms.strategyId, proposal);
}

/**
 * Has every position closed by the core's one emergency close, round after round, a limited time.
 * @returns whether all is flat.
 */
export async function flatten(runtime: Runtime, clock: Clock): Promise<boolean> {
  const { facts } = runtime.state;
  const deadline = clock.now() + FLATTEN_TIMEOUT_MS;
  while (facts.positions.size > 0 && clock.now() < deadline) {
    runtime.post({ kind: 'closeOutCommanded', at: monoMs(clock.now()), operator: OPERATOR });
    await settle(clock, () => isSettled(runtime));
    if (facts.positions.size > 0) await pause(clock, FLATTEN_EVERY_MS);
  }
  return facts.positions.size === 0;
}

function propose(
  runtime: Runtime,
  clock: Clock,
  owner: StrategyId,
  proposal: IntentProposal,
): void {
  runtime.post({
    kind: 'intentProposed',
    at: monoMs(clock.now()),
    strategyId: owner,
    groupId: groupId(randomUUID()),
    proposal,
  });
}

/** Nothing is working, on its way to the disk, or waiting for the venue's word. */
function isSettled({ state, ledger }: Runtime): boolean {
  const { pendingIntents, pendingTrades, unresolved } = state.observations;
  const isQuiet = pendingIntents.size === 0 && pendingTrades.size === 0 && unresolved.size === 0;
  return state.facts.working.size === 0 && isQuiet && ledger.telemetry().depth === 0;
}

async function settle(clock: Clock, isSo: () => boolean): Promise<void> {
  const deadline = clock.now() + SETTLE_TIMEOUT_MS;
  while (!isSo() && clock.now() < deadline) await pause(clock, LOOK_EVERY_MS);
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.wake(clock.now() + ms, resolve));
}
