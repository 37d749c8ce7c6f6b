import type { Policy } from '@holdfast/core';
import { runSeed, runWeather, type SeedResult } from './fuzz.ts';
import type { Weather } from './models.ts';
import { shrink } from './shrink.ts';

export interface SwarmOptions {
  readonly policy: Policy;
  readonly from: number;
  readonly seeds: number;
  readonly keepGoing: boolean;
  /** Looked at between seeds: false ends the run. */
  readonly goesOn: () => boolean;
  readonly onSeed: (totals: SwarmTotals) => void;
  readonly onFinding: (finding: ShrunkFinding) => void;
}

/** What all worlds so far came to. */
export interface SwarmTotals {
  passed: number;
  failed: number;
  crashes: number;
  boots: number;
  placements: number;
  /** Worlds that reached each code. */
  readonly reached: Map<string, number>;
}

/** A finding in the simplest weather that still shows it. */
export interface ShrunkFinding {
  readonly seed: number;
  readonly checker: string;
  readonly detail: string;
  readonly weather: Weather;
  readonly tries: number;
}

/** World after world, in one process; what is found is shrunk before the next. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmTotals> {
  const totals: SwarmTotals = {
    passed: 0,
    failed: 0,
    crashes: 0,
    boots: 0,
    placements: 0,
    reached: new Map(),
  };
  const { from, seeds, policy, keepGoing } = options;
  for (let seed = from; seed < from + seeds && options.goesOn(); seed += 1) {
    const result = await runSeed(seed, policy);
    count(totals, result);
    if (result.finding !== null) {
      options.onFinding(await shrinkFinding(result, result.finding.checker, policy));
      if (!keepGoing) break;
    }
    options.onSeed(totals);
  }
  return totals;
}

function count(totals: SwarmTotals, { finding, counts, reached }: SeedResult): void {
  if (finding === null) totals.passed += 1;
  else totals.failed += 1;
  totals.crashes += counts.crashes;
  totals.boots += counts.boots;
  totals.placements += counts.placements;
  for (const code of reached) totals.reached.set(code, (totals.reached.get(code) ?? 0) + 1);
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
