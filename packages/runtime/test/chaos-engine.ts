/**
 * A whole engine as a process of its own, for drills: it takes one word a line and tells, line by
 * line, what was decided and what left.
 *   chaos-engine.ts <root> <endpoint> <client id> <client secret>
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Decision, Effect, Event } from '@holdfast/core';
import { E8, monoMs } from '@holdfast/core/values';
import { type Wish, obedientCrew } from './chaos-strategy.ts';
import { startWireEngine } from './wire-engine.ts';

const [root = '', endpoint = '', clientId = '', clientSecret = ''] = process.argv.slice(2);
const TOLD: ReadonlySet<Decision['kind']> = new Set([
  'modeChanged',
  'riskStateChanged',
  'latchSet',
  'latchCleared',
  'intentRejected',
  'reconciled',
  'atomicNakedEvent',
  'fault',
  'anomaly',
]);

const FLOOD = 64;
const FLOOD_ROUNDS = 40;
const FLOOD_EVERY_MS = 25;

/** In the wall's time, by which whoever listens says when something was broken. */
const say = (line: object): void => {
  const told = 'at' in line ? { ...line, at: Number(line.at) + skewMs } : line;
  writeSync(1, `${JSON.stringify(told)}\n`);
};

let skewMs = 0;
const wishes: Wish[] = [];
const engine = await startWireEngine(
  { root, endpoint, clientId, clientSecret },
  { strategies: obedientCrew(wishes), onEffect: tellEffect, onEvent: tellEvent },
);
skewMs = Date.now() - engine.clock.now();
const { state } = engine.runtime;

function tellEffect(effect: Effect): void {
  if (effect.kind === 'report' && TOLD.has(effect.decision.kind)) say(brief(effect.decision));
  if (effect.kind === 'submit') {
    const { label, reduceOnly, side, amountE8 } = effect.order.terms;
    const amount = amountE8 / E8;
    const purpose = state.facts.roles.get(label)?.purpose ?? null;
    say({ kind: 'submit', at: engine.clock.now(), label, reduceOnly, purpose, side, amount });
  }
}

/** What a refusal was measured by stays in the decision log. */
function brief(decision: Decision): object {
  if (decision.kind !== 'intentRejected') return decision;
  const { kind, at, intentClass, reject } = decision;
  return { kind, at, intentClass, code: reject.code };
}

function tellEvent(event: Event): void {
  if (event.kind !== 'recorded') return;
  if (!event.records.some(({ type }) => type === 'fillRecorded')) return;
  const fills = event.records.flatMap((record) =>
    record.type === 'fillRecorded' ? [record.tradeId] : [],
  );
  // Heard before it is applied: what is held is told once this turn is over.
  setImmediate(() => {
    const held = [...state.facts.positions.values()].map(({ instrument, amountE8 }) => [
      instrument,
      amountE8 / E8,
    ]);
    say({ kind: 'held', at: engine.clock.now(), fills, held });
  });
}

/** For a while more records at once than a small queue takes: every call of an operator is one. */
function flood(rounds = FLOOD_ROUNDS): void {
  const call = { command: 'reduce_only', reason: 'drill: a flood', operator: 'drill' } as const;
  for (let count = 0; count < FLOOD; count += 1) {
    engine.runtime.post({ kind: 'operatorCommanded', at: monoMs(engine.clock.now()), ...call });
  }
  if (rounds > 1) setTimeout(() => flood(rounds - 1), FLOOD_EVERY_MS);
}

/** As a line of code would that latches by a name it never listed: no event can. */
function useUnmapped(): void {
  const { latch } = state.observations;
  latch.reasons = [...latch.reasons, 'NOBODY_KNOWS_RECONCILE_REQUIRED' as never];
}

void engine.failed.then(() => {
  throw engine.violation() ?? new Error('failed without a word');
});
createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'stop') void engine.stop().then(() => process.exit());
  else if (word === 'quiet') wishes.length = 0;
  else if (word === 'flood') flood();
  else if (word === 'unmapped') useUnmapped();
  else wishes.push(word as Wish);
});
say({ kind: 'started', at: engine.clock.now(), pid: process.pid, http: engine.view().http });
