import type { Policy } from '@holdfast/core';
import { memorySource, replayTape } from '@holdfast/runtime/replay';
import { createPrng } from '../prng.ts';
import { World } from '../world.ts';
import type { Finding, WorldCounts } from '../world-options.ts';
import { type Weather, weatherOf } from './models.ts';
import { reachedBy } from './reached.ts';
import { isAtWork, randomWorkload } from './workload.ts';

/**
 * Every so many seeds the same world is run again, must give the same bytes, and what its processes
 * left on tape must be decided the same again.
 */
const REPEAT_EVERY = 16;

export interface SeedResult {
  readonly seed: number;
  readonly weather: Weather;
  readonly finding: Finding | null;
  readonly counts: WorldCounts;
  /** What was reached: reject codes, modes, anomalies; for the coverage of a whole run. */
  readonly reached: ReadonlySet<string>;
}

/** One world, from its seed to its end. */
export async function runSeed(seed: number, policy: Policy): Promise<SeedResult> {
  const weather = weatherOf(createPrng(seed).fork('weather'));
  const { finding, counts, reached, bytes, said } = await runWeather(seed, weather, policy);
  const result = { seed, weather, finding, counts, reached };
  if (finding !== null || seed % REPEAT_EVERY !== 0) return result;
  const again = await runWeather(seed, weather, policy, true);
  const found = differenceOf(bytes.equals(again.bytes) && said() === again.said(), again);
  return found === null ? result : { ...result, finding: { ...found, atMs: 0 } };
}

/** What another run of the same world, or a replay of its tapes, gave otherwise. */
function differenceOf(isSame: boolean, { replayed }: Ran): Omit<Finding, 'atMs'> | null {
  if (!isSame) {
    const detail = 'two runs of this seed wrote different ledgers or said different things';
    return { checker: 'same-seed-same-bytes', detail };
  }
  const detail = replayed();
  return detail === null ? null : { checker: 'replay-equals-the-run', detail };
}

export interface Ran {
  readonly finding: Finding | null;
  readonly counts: WorldCounts;
  readonly reached: ReadonlySet<string>;
  /** Of the ledger. */
  readonly bytes: Buffer;
  /** Every decision, in order. */
  readonly said: () => string;
  /** Where a replay of its tapes goes another way than the run; null: nowhere. */
  readonly replayed: () => string | null;
}

/** The same seed under a weather of one's choosing: what shrinking turns. */
export async function runWeather(
  seed: number,
  weather: Weather,
  policy: Policy,
  taped = false,
): Promise<Ran> {
  const { durationMs, healsByRestart, workload, ...rest } = weather;
  const world = new World({
    ...rest,
    taped,
    seed: String(seed),
    policy: workload.resting > 0 ? { ...policy, executionStyle: 'Any' } : policy,
    market: 'moving',
    strategies: (prng, think) =>
      isAtWork(workload) ? [randomWorkload(prng, workload, think)] : [],
  });
  await world.run(durationMs);
  await world.heal(healsByRestart);
  return {
    finding: world.finding,
    counts: world.counts,
    reached: reachedBy(world.decisions, world.stood),
    bytes: world.ledgerBytes(),
    said: () => JSON.stringify(world.decisions),
    replayed: () => replayAll(world),
  };
}

/** Every life of the trader, against the ledger all of them wrote. */
export function replayAll({ tapes, disk }: World): string | null {
  for (const [life, tape] of tapes.entries()) {
    const replay = replayTape({ tape: memorySource(tape.bytes()), ledger: disk });
    if (replay.verdict === 'equal') continue;
    return `process ${life}: ${JSON.stringify(replay.difference ?? replay.doubt)}`;
  }
  return null;
}
