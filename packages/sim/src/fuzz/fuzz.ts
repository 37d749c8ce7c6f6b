import type { Policy } from '@holdfast/core';
import { createPrng } from '../prng.ts';
import { World } from '../world.ts';
import type { Finding, WorldCounts } from '../world-options.ts';
import { type Weather, weatherOf } from './models.ts';
import { reachedBy } from './reached.ts';
import { randomWorkload } from './workload.ts';

/** Every so many seeds the same world is run again, and must give the same bytes. */
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
  const again = await runWeather(seed, weather, policy);
  if (bytes.equals(again.bytes) && said() === again.said()) return result;
  const detail = 'two runs of this seed wrote different ledgers or said different things';
  return { ...result, finding: { checker: 'same-seed-same-bytes', detail, atMs: 0 } };
}

export interface Ran {
  readonly finding: Finding | null;
  readonly counts: WorldCounts;
  readonly reached: ReadonlySet<string>;
  /** Of the ledger. */
  readonly bytes: Buffer;
  /** Every decision, in order. */
  readonly said: () => string;
}

/** The same seed under a weather of one's choosing: what shrinking turns. */
export async function runWeather(seed: number, weather: Weather, policy: Policy): Promise<Ran> {
  const { durationMs, healsByRestart, workload, ...rest } = weather;
  const world = new World({
    ...rest,
    seed: String(seed),
    policy: workload.resting > 0 ? { ...policy, executionStyle: 'Any' } : policy,
    market: 'moving',
    strategies: (prng, think) =>
      workload.eagerness > 0 ? [randomWorkload(prng, workload, think)] : [],
  });
  await world.run(durationMs);
  await world.heal(healsByRestart);
  return {
    finding: world.finding,
    counts: world.counts,
    reached: reachedBy(world.decisions, world.stood),
    bytes: world.ledgerBytes(),
    said: () => JSON.stringify(world.decisions),
  };
}
