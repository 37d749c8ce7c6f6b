/** What other commands of the house say, as they say it: drills, exploration, restart. */
import type { Report } from '../../bench.ts';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofCore, ofScenario, ofSimulatedRun, type Provenance } from '../provenance.ts';

export const SCENARIOS_PATH = 'scenarios/drill_all.jsonl';
export const EXPLORE_PATH = 'exploration/explore.json';
export const RESTART_PATH = 'restart/ten_thousand_open.json';
const SCENARIOS_MIN = 8;
const TIMEOUT_MS = 1_800_000;
const RESTART_MS_MAX = 3_000;

interface Command {
  readonly path: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly provenance: Provenance;
}

export async function recordCounts(
  root: string,
  buildId: string,
  say: (line: string) => void,
): Promise<readonly Made[]> {
  const commands: readonly Command[] = [
    {
      path: SCENARIOS_PATH,
      program: 'bin/holdfast.js',
      words: ['drill', '--all', '--json'],
      provenance: ofScenario(buildId),
    },
    {
      path: EXPLORE_PATH,
      program: 'packages/core/test/explore/command.ts',
      words: ['--json'],
      provenance: ofCore(buildId),
    },
    {
      path: RESTART_PATH,
      program: 'scripts/bench.ts',
      words: ['--one', 'packages/runtime/bench/restart.bench.ts'],
      provenance: ofSimulatedRun(buildId),
    },
  ];
  const made: Made[] = [];
  for (const { path, program, words, provenance } of commands) {
    say(`command    ${program} ${words.join(' ')}`);
    const printed = await runProgram(root, program, words, { timeoutMs: TIMEOUT_MS });
    made.push(
      printed.ok ? { path, provenance, text: `${printed.text}\n` } : { path, why: printed.why },
    );
  }
  return made;
}

export function scenariosFaults(text: string): readonly string[] {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.at(-1);
  const told = lines.slice(0, -1);
  const faults = told.filter(({ ok }) => ok !== true).map(({ path }) => `${String(path)} failed`);
  if (told.length < SCENARIOS_MIN)
    faults.push(`${told.length} scenarios, at least ${SCENARIOS_MIN}`);
  if (last?.['passed'] !== told.length || last['failed'] !== 0) faults.push('its sum does not fit');
  return faults;
}

export function exploreFaults(text: string): readonly string[] {
  const { failed, passed, explored } = JSON.parse(text) as {
    readonly passed: number;
    readonly failed: number;
    readonly explored: readonly {
      readonly model: string;
      readonly states: number;
      readonly violation: unknown;
    }[];
  };
  const faults = explored
    .filter(({ violation, states }) => violation !== null || !(states > 0))
    .map(({ model }) => `${model} found something, or nothing at all`);
  if (failed !== 0 || passed !== explored.length || passed === 0)
    faults.push('its sum does not fit');
  return faults;
}

export function restartMs(text: string): number {
  const { figures } = JSON.parse(text) as Report;
  return figures.find(({ name }) => name.includes('10,000 open records'))?.value ?? Number.NaN;
}

export function restartFaults(text: string): readonly string[] {
  const ms = restartMs(text);
  return ms <= RESTART_MS_MAX ? [] : [`reconciled after ${ms} ms, at most ${RESTART_MS_MAX}`];
}
