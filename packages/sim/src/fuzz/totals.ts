import type { SeedResult } from './fuzz.ts';

/** What worlds came to; plain, so that it can be told from process to process. */
export interface SwarmTotals {
  readonly passed: number;
  readonly failed: number;
  readonly crashes: number;
  readonly boots: number;
  readonly placements: number;
  /** Worlds that reached each code. */
  readonly reached: Readonly<Record<string, number>>;
}

export const NO_WORLDS: SwarmTotals = Object.freeze({
  passed: 0,
  failed: 0,
  crashes: 0,
  boots: 0,
  placements: 0,
  reached: {},
});

export function totalsOf({ finding, counts, reached }: SeedResult): SwarmTotals {
  return {
    passed: finding === null ? 1 : 0,
    failed: finding === null ? 0 : 1,
    ...counts,
    reached: Object.fromEntries([...reached].map((code) => [code, 1])),
  };
}

export function sumOf(one: SwarmTotals, other: SwarmTotals): SwarmTotals {
  const reached = { ...one.reached };
  for (const [code, worlds] of Object.entries(other.reached)) {
    reached[code] = (reached[code] ?? 0) + worlds;
  }
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    crashes: one.crashes + other.crashes,
    boots: one.boots + other.boots,
    placements: one.placements + other.placements,
    reached,
  };
}

export function worldsOf({ passed, failed }: SwarmTotals): number {
  return passed + failed;
}
