import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Policy } from '@holdfast/core';
import { loadConfiguration } from '@holdfast/runtime/config';
import { allScenarios, findScenario } from '../scenario/find.ts';
import { parseScenario } from '../scenario/parse.ts';
import type { Played } from '../scenario/play.ts';
import { playAll, playersOf } from '../scenario/play-all.ts';
import type { ScenarioDocument } from '../scenario/schema.ts';
import type { CliIo } from './io.ts';

export interface DrillArguments {
  readonly scenarios: readonly string[];
  readonly all?: boolean;
  /** Processes that share the work; one where it is not said. */
  readonly jobs?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface Opened {
  readonly path: string;
  readonly scenario: ScenarioDocument;
}

/** `holdfast drill`: exit 0 when all pass, 1 when one does not, 2 when one could not be run. */
export async function drill(
  given: DrillArguments,
  io: CliIo,
  players: typeof playersOf = playersOf,
): Promise<number> {
  const policy = worldPolicy('drill', io);
  const opened = openScenarios(given, io);
  if (policy === null || opened === null) return 2;
  const verbose = given.verbose === true;
  const parts = opened.map(({ scenario }) => ({ scenario, verbose }));
  const jobs = Math.min(given.jobs ?? 1, opened.length);
  const told = opened.values();
  let failed = 0;
  try {
    for await (const played of playAll(parts, players(jobs, policy))) {
      const { value } = told.next();
      if (value !== undefined) tell(value, played, given, io);
      if (!played.passed) failed += 1;
    }
  } catch (error) {
    io.err(`drill: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const passed = opened.length - failed;
  if (given.json === true) io.out(JSON.stringify({ passed, failed }));
  else io.out(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The launch policy, under which every made-up world trades. */
export function worldPolicy(command: string, io: CliIo): Policy | null {
  const loaded = loadConfiguration({
    policyPath: join(io.root, 'config/policy.json'),
    runtimePath: join(io.root, 'config/runtime/dev.json'),
    env: io.env,
    root: io.root,
    now: 0,
  });
  if (loaded.ok) return loaded.value.policy;
  for (const { document, place, rule, message } of loaded.violations) {
    io.err(`${command}: ${document}: ${place}: ${rule}: ${message}`);
  }
  return null;
}

function openScenarios(given: DrillArguments, io: CliIo): readonly Opened[] | null {
  const found =
    given.all === true
      ? allScenarios(io.root).map((path) => ({ ok: true, path }) as const)
      : given.scenarios.map((wanted) => findScenario(io.root, io.cwd, wanted));
  if (found.length === 0) {
    io.err('drill: name a scenario or a file, or say --all');
    return null;
  }
  const opened: Opened[] = [];
  for (const each of found) {
    const scenario = each.ok ? readScenario(each.path, io) : null;
    if (!each.ok) io.err(`drill: ${each.fault}`);
    else if (scenario !== null) opened.push({ path: each.path, scenario });
  }
  return opened.length === found.length ? opened : null;
}

function readScenario(path: string, io: CliIo): ScenarioDocument | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    io.err(`drill: ${path}: ${error instanceof Error ? error.message : 'unreadable'}`);
    return null;
  }
  const parsed = parseScenario(text);
  if (parsed.ok) return parsed.scenario;
  for (const { line, column, path: at, rule, message } of parsed.violations) {
    io.err(
      `${relative(io.cwd, path)}:${line}:${column}: ${at === '' ? '/' : at}: ${rule}: ${message}`,
    );
  }
  return null;
}

function summary({ path, scenario }: Opened, { passed, finding, broken }: Played): object {
  const { rules } = scenario;
  return { path, scenario: scenario.scenario, rules, ok: passed, finding, broken };
}

function tell(opened: Opened, played: Played, given: DrillArguments, io: CliIo): void {
  const { path, scenario } = opened;
  if (given.json === true) return io.out(JSON.stringify(summary(opened, played)));
  const rules = scenario.rules.length === 0 ? '' : `  (${scenario.rules.join(' ')})`;
  io.out(`${played.passed ? 'pass' : 'FAIL'}  ${scenario.scenario}${rules}`);
  if (given.all === true && played.passed && given.verbose !== true) return;
  io.out(`      ${relative(io.cwd, path)}`);
  for (const line of played.story) io.out(line);
}
