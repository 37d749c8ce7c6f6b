/** How long broken pairs stay naked: over made-up worlds, and over real processes. */
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofScenario, ofSimulatedRun } from '../provenance.ts';

export const WORLDS_PATH = 'containment/fuzzed_worlds.json';
export const PROCESSES_PATH = 'containment/real_processes.json';
export const INCIDENTS_MIN = 1_000;
export const GROUPS_MIN = 20;
/** Contract-1 section 24, by the reading of Q-28: a goal for the half, a bound for all. */
export const GOAL_P50_MS = 200;
export const BOUND_MS = 1_000;
const FUZZED = 'packages/sim/test/containment-times.ts';
const REAL = 'packages/runtime/test/chaos-containment.ts';
const TIMEOUT_MS = 3_600_000;
const FIRST_SEED = 1;

interface Incident {
  readonly ms: number;
  readonly neutral: boolean;
}

interface Measured {
  readonly incidents: readonly Incident[];
}

export interface Times {
  readonly incidents: number;
  readonly neutral: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  readonly over_bound: number;
}

export async function measureContainment(
  root: string,
  buildId: string,
  { incidents, groups }: { readonly incidents: number; readonly groups: number },
): Promise<readonly Made[]> {
  const words = [String(incidents), String(FIRST_SEED)];
  const fuzzed = await runProgram(root, FUZZED, words, { timeoutMs: TIMEOUT_MS });
  const real = await runProgram(root, REAL, [String(groups)], { timeoutMs: TIMEOUT_MS });
  return [
    fuzzed.ok
      ? { path: WORLDS_PATH, provenance: ofScenario(buildId), text: `${fuzzed.text}\n` }
      : { path: WORLDS_PATH, why: fuzzed.why },
    real.ok
      ? { path: PROCESSES_PATH, provenance: ofSimulatedRun(buildId), text: `${real.text}\n` }
      : { path: PROCESSES_PATH, why: real.why },
  ];
}

/** Percentiles are of the sorted list, the value at or above the rank: never between two. */
export function timesOf(text: string): Times {
  const { incidents } = JSON.parse(text) as Measured;
  const sorted = incidents.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    incidents: sorted.length,
    neutral: incidents.filter(({ neutral }) => neutral).length,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    max_ms: at(1),
    over_bound: sorted.filter((ms) => !(ms <= BOUND_MS)).length,
  };
}

export function timesFaults(text: string, least: number): readonly string[] {
  const times = timesOf(text);
  const faults: string[] = [];
  if (times.incidents < least) faults.push(`${times.incidents} incidents, at least ${least}`);
  if (!(times.p50_ms <= GOAL_P50_MS)) faults.push(`p50 ${times.p50_ms} ms, goal ${GOAL_P50_MS}`);
  if (times.over_bound > 0) faults.push(`${times.over_bound} took longer than ${BOUND_MS} ms`);
  if (times.neutral !== times.incidents) {
    faults.push(`${times.incidents - times.neutral} were not neutral at their end`);
  }
  return faults;
}
