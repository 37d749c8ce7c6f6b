import { setImmediate } from 'node:timers/promises';
import type { Policy } from '@holdfast/core';
import { runSeed, runWeather, type SeedResult } from './fuzz.ts';
import type { Weather } from './models.ts';
import { shrink } from './shrink.ts';
import { NO_WORLDS, sumOf, type SwarmTotals, totalsOf } from './totals.ts';

/** Some seeds in a row. */
export interface Batch {
  readonly from: number;
  readonly seeds: number;
}

/** A finding in the simplest weather that still shows it. */
export interface ShrunkFinding {
  readonly seed: number;
  readonly checker: string;
  readonly detail: string;
  readonly weather: Weather;
  readonly tries: number;
}

export interface BatchResult {
  readonly totals: SwarmTotals;
  readonly findings: readonly ShrunkFinding[];
}

/** World after world; what is found is shrunk before the next. */
export async function runBatch({ from, seeds }: Batch, policy: Policy): Promise<BatchResult> {
  let totals = NO_WORLDS;
  const findings: ShrunkFinding[] = [];
  for (let seed = from; seed < from + seeds; seed += 1) {
    // Worlds never wait for anything outside: whoever wants an end is heard between two of them.
    await setImmediate();
    const result = await runSeed(seed, policy);
    totals = sumOf(totals, totalsOf(result));
    if (result.finding === null) continue;
    findings.push(await shrinkFinding(result, result.finding.checker, policy));
  }
  return { totals, findings };
}

async function shrinkFinding(
  { seed, weather, finding }: SeedResult,
  checker: string,
  policy: Policy,
): Promise<ShrunkFinding> {
  let detail = finding?.detail ?? '';
  const shrunk = await shrink(weather, async (simpler) => {
    const ran = await runWeather(seed, simpler, policy);
    if (ran.finding?.checker !== checker) return false;
    detail = ran.finding.detail;
    return true;
  });
  return { seed, checker, detail, ...shrunk };
}
