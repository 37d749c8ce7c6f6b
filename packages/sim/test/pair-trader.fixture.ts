import { createSmileMemory } from '@holdfast/core/market';
import type { LegProposal, Strategy } from '@holdfast/core/strategy';
import { E8, type InstrumentName } from '@holdfast/core/values';
import { type Stage, viewOf } from './market-stage.fixture.ts';

const READY_MS = 2_000;
/** Longer than in the runtime: a consult here copies the whole chain. */
const CONSULT_MS = 2_000;

/** What became of the groups and closes of one strategy on one market. */
export interface PairTrades {
  readonly groups: number;
  /** Groups of which both legs were filled whole, and of which only one was. */
  readonly whole: number;
  readonly half: number;
  readonly closes: number;
  /** Reasons given for leaving something alone, sorted. */
  readonly codes: readonly string[];
  /** Legs in the order they were sent. */
  readonly sent: readonly string[];
  readonly heldAtEnd: number;
  /** Fits that the guard refused. */
  readonly smileTrips: number;
}

/** A two-leg strategy, consulted as the runtime consults it, its orders sent at once. */
export function tradePairs(stage: Stage, strategy: Strategy<unknown>, ms: number): PairTrades {
  const memory = strategy.remember();
  const smiles = createSmileMemory();
  const held = new Map<InstrumentName, number>();
  const codes = new Set<string>();
  const sent: string[] = [];
  let [groups, whole, half, closes] = [0, 0, 0, 0];
  for (let at = READY_MS; at <= ms; at += CONSULT_MS) {
    stage.clock.runUntil(stage.startedAt + at);
    for (const { legs, reduceOnly } of strategy.propose(memory, viewOf(stage, held, smiles))) {
      const filled = legs.filter((leg) => {
        sent.push(
          `${at} ${leg.side} ${leg.quantity} ${leg.instrument} ${leg.limitPrice?.toFixed(4)}`,
        );
        const amount = send(stage, leg, reduceOnly === true, sent.length);
        const after = (held.get(leg.instrument) ?? 0) + (leg.side === 'buy' ? amount : -amount);
        if (Math.abs(after) < 1 / E8) held.delete(leg.instrument);
        else held.set(leg.instrument, after);
        return Math.abs(amount - leg.quantity) < 1 / E8;
      });
      if (reduceOnly === true) closes += 1;
      else {
        groups += 1;
        if (filled.length === 2) whole += 1;
        if (filled.length === 1) half += 1;
      }
    }
    for (const { code } of strategy.abstentions?.(memory) ?? []) codes.add(code);
  }
  return {
    groups,
    whole,
    half,
    closes,
    codes: [...codes].sort(),
    sent,
    heldAtEnd: held.size,
    smileTrips: smiles.trips.length,
  };
}

/** @returns what was filled. An order the venue finds illegal is an error. */
function send(stage: Stage, leg: LegProposal, reduceOnly: boolean, count: number): number {
  const answer = stage.exchange.handle(
    `private/${leg.side}`,
    {
      instrument_name: leg.instrument,
      amount: leg.quantity,
      price: Number(leg.limitPrice?.toFixed(8)),
      type: 'limit',
      time_in_force: 'immediate_or_cancel',
      label: `pair-${count}`,
      reduce_only: reduceOnly,
    },
    stage.clock.now(),
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  const filled = /"filled_amount":([0-9.]+)/.exec(JSON.stringify(answer.result));
  return Number(filled?.[1] ?? 0);
}
