import type { State } from '@holdfast/core/step';
import type { Abstention, IntentProposal, Strategy } from '@holdfast/core/strategy';
import { createSmileMemory, type SmileMemory } from '@holdfast/core/market';
import { viewFor } from '@holdfast/core/view';
import { type MonoMs, monoMs, type StrategyId } from '@holdfast/core/values';
import type { Clock, MintGroupId, Post } from './ports.ts';

/** More than this from one look is a strategy out of its mind; the rest is refused as a failure. */
const PROPOSALS_MAX = 32;
/** What a strategy left alone is told at most so often, and so much of it. */
const TELL_INTERVAL_MS = 60_000;
const ABSTENTIONS_MAX = 64;

/**
 * How long one strategy may work on an answer. Counted is the processor time it had: what a busy
 * machine gave to others meanwhile is no fault of a strategy, and must not end one.
 */
export interface Patience {
  /** An answer that takes longer is a strike. */
  readonly budgetMs: number;
  /** So many strikes within `windowMs` end the strategy. */
  readonly strikes: number;
  readonly windowMs: number;
  /** One answer that takes longer ends it at once. */
  readonly grossMs: number;
}

/** A twentieth of a second is some twenty times what fitting a whole chain anew takes. */
const PATIENCE: Patience = Object.freeze({
  budgetMs: 50,
  strikes: 3,
  windowMs: 60_000,
  grossMs: 1_000,
});

/**
 * Asks every strategy what it proposes. A throw, an answer that is no list, or one that takes too
 * long becomes `strategyFailed` and ends that strategy here; the others and the loop go on. What it
 * proposed too slowly is not proposed: the market it saw is gone. An answer that never comes cannot
 * be cut short in this process: the loop stands still with it, stops answering heartbeats, and the
 * watchdog beside the process ends it (contract-1 section 44).
 */
export function createConsult(
  strategies: readonly Strategy<unknown>[],
  mintGroupId: MintGroupId,
  clock: Clock,
  state: State,
  post: Post,
  patience: Patience = PATIENCE,
): () => void {
  const minds = strategies.map((strategy) => ({
    strategy,
    memory: strategy.remember(),
    smiles: createSmileMemory(),
    slowAt: [] as number[],
    tell: teller(strategy, post),
  }));

  const worked = (): number => clock.worked?.() ?? clock.now();
  let heard = 0;
  return () => {
    // A market that said nothing gives nobody a reason to change their mind.
    if (state.observations.marketAt === heard) return;
    heard = state.observations.marketAt;
    const told = new Set<string>();
    for (const mind of minds) {
      const { strategy, memory, smiles, slowAt, tell } = mind;
      if (state.observations.suspended.has(strategy.id)) continue;
      const asked = clock.now();
      const begun = worked();
      const answer = ask(state, mind);
      const at = monoMs(clock.now());
      const workedMs = Math.round(worked() - begun);
      tellTrips(strategy.id, smiles, told, at, post);
      const failure = typeof answer === 'string' ? answer : tooSlow(patience, slowAt, at, workedMs);
      if (failure !== null) {
        post({ kind: 'strategyFailed', at, strategyId: strategy.id, message: failure });
        continue;
      }
      if (typeof answer === 'string' || at - asked > patience.budgetMs) continue;
      for (const proposal of answer) {
        const groupId = mintGroupId();
        post({ kind: 'intentProposed', at, strategyId: strategy.id, groupId, proposal });
      }
      tell(memory, at);
    }
  };
}

interface Mind {
  readonly strategy: Strategy<unknown>;
  readonly memory: unknown;
  readonly smiles: SmileMemory;
}

function ask(state: State, { strategy, memory, smiles }: Mind): readonly IntentProposal[] | string {
  try {
    const proposals = strategy.propose(memory, viewFor(state, strategy.id, smiles));
    if (!Array.isArray(proposals)) {
      // A promise that fails later must not take the process down with nobody to catch it.
      void Promise.resolve(proposals).catch(() => undefined);
      return 'did not return a list of intents';
    }
    if (proposals.length > PROPOSALS_MAX) return `proposed ${proposals.length} intents at once`;
    return proposals;
  } catch (error) {
    return error instanceof Error ? error.message : 'threw something that is no error';
  }
}

/**
 * What the guard refused while this strategy looked, whatever became of its answer. An expiry that
 * breaks before the eyes of several in one round has broken once.
 */
function tellTrips(
  strategyId: StrategyId,
  { trips }: SmileMemory,
  told: Set<string>,
  at: MonoMs,
  post: Post,
): void {
  for (const trip of trips.splice(0)) {
    if (told.has(trip.slice)) continue;
    told.add(trip.slice);
    post({ kind: 'smileGuardTripped', at, strategyId, ...trip });
  }
}

/**
 * Tells what a strategy left alone: never more often than a reader can follow, and only where the
 * reasons are other ones.
 */
function teller(strategy: Strategy<unknown>, post: Post): (memory: unknown, at: MonoMs) => void {
  let [toldAt, told] = [Number.NEGATIVE_INFINITY, ''];
  return (memory, at) => {
    if (strategy.abstentions === undefined || at - toldAt < TELL_INTERVAL_MS) return;
    const abstentions = askWhy(strategy, memory);
    if (typeof abstentions === 'string') {
      post({ kind: 'strategyFailed', at, strategyId: strategy.id, message: abstentions });
      return;
    }
    const reasons = abstentions.map(({ subject, code }) => `${subject} ${code}`).join();
    if (reasons === told) return;
    [toldAt, told] = [at, reasons];
    post({ kind: 'strategyAbstained', at, strategyId: strategy.id, abstentions });
  };
}

/** A throw ends the strategy like any other: its memory can no longer be trusted. */
function askWhy(strategy: Strategy<unknown>, memory: unknown): readonly Abstention[] | string {
  try {
    return (strategy.abstentions?.(memory) ?? []).slice(0, ABSTENTIONS_MAX);
  } catch (error) {
    return error instanceof Error ? error.message : 'threw something that is no error';
  }
}

/** Remembers a strike in `slowAt`. @returns why the strategy ends, or null. */
function tooSlow(
  { budgetMs, strikes, windowMs, grossMs }: Patience,
  slowAt: number[],
  now: number,
  tookMs: number,
): string | null {
  if (!(tookMs > budgetMs)) return null;
  if (tookMs > grossMs) return `took ${tookMs} ms to answer, at most ${grossMs} ms`;
  slowAt.push(now);
  while ((slowAt[0] ?? now) < now - windowMs) slowAt.shift();
  if (slowAt.length < strikes) return null;
  return `took over ${budgetMs} ms to answer ${slowAt.length} times in ${windowMs} ms`;
}
