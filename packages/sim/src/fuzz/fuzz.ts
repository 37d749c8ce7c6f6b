import type { Policy } from '@holdfast/core';
import { createPrng } from '../prng.ts';
import { type Finding, World, type WorldCounts } from '../world.ts';
import { type Weather, weatherOf } from './models.ts';
import { randomWorkload } from './workload.ts';

/** Time for everything to be put right, twice: with proposals still coming, and without. */
const HEAL_MS = 12_000;
/** Every so many seeds the same world is run again, and must give the same bytes. */
const REPEAT_EVERY = 8;

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
  const first = await runWeather(seed, weather, policy);
  if (first.finding !== null || seed % REPEAT_EVERY !== 0) return first.result(seed, weather);
  const second = await runWeather(seed, weather, policy);
  const same = first.bytes.equals(second.bytes) && first.said === second.said;
  const result = first.result(seed, weather);
  if (same) return result;
  const detail = 'two runs of this seed wrote different ledgers or said different things';
  return { ...result, finding: { checker: 'same-seed-same-bytes', detail, atMs: 0 } };
}

interface Ran {
  readonly finding: Finding | null;
  readonly bytes: Buffer;
  readonly said: string;
  result(seed: number, weather: Weather): SeedResult;
}

/** The same seed under a weather of one's choosing: what shrinking turns. */
export async function runWeather(seed: number, weather: Weather, policy: Policy): Promise<Ran> {
  const world = new World({
    ...weather,
    seed: String(seed),
    policy: weather.workload.resting > 0 ? { ...policy, executionStyle: 'Any' } : policy,
    market: 'moving',
    strategies: (prng) => [randomWorkload(prng, weather.workload)],
  });
  await world.run(weather.durationMs);
  await world.heal(HEAL_MS, weather.healsByRestart);
  const { finding, counts } = world;
  const said = JSON.stringify(world.decisions);
  const reached = new Set<string>();
  for (const decision of world.decisions) {
    if (decision.kind === 'intentRejected') reached.add(`reject ${decision.reject.code}`);
    else if (decision.kind === 'modeChanged') {
      for (const reason of decision.reasons) reached.add(`mode ${reason}`);
    } else if (decision.kind === 'anomaly') reached.add(`anomaly ${decision.anomaly}`);
    else if (decision.kind === 'orderAbandoned') reached.add(`abandoned ${decision.cause}`);
    else if (decision.kind === 'latchSet') {
      for (const reason of decision.reasons) reached.add(`latch ${reason}`);
    }
  }
  return {
    finding,
    bytes: world.ledgerBytes(),
    said,
    result: (of, under) => ({ seed: of, weather: under, finding, counts, reached }),
  };
}
