import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Policy } from '@holdfast/core';
import { loadConfiguration } from '@holdfast/runtime/config';
import { allScenarios, findScenario } from '../scenario/find.ts';
import { parseScenario } from '../scenario/parse.ts';
import { runScenario, type ScenarioResult } from '../scenario/run.ts';
import type { ScenarioDocument } from '../scenario/schema.ts';
import { tellStory } from '../scenario/tell.ts';
import type { CliIo } from './io.ts';

export interface DrillArguments {
  readonly scenarios: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface Opened {
  readonly path: string;
  readonly scenario: ScenarioDocument;
}

/** `holdfast drill`: exit 0 when all pass, 1 when one does not, 2 when one could not be run. */
export async function drill(given: DrillArguments, io: CliIo): Promise<number> {
  const policy = worldPolicy('drill', io);
  const opened = openScenarios(given, io);
  if (policy === null || opened === null) return 2;
  let failed = 0;
  for (const { path, scenario } of opened) {
    const result = await playTwice(scenario, policy);
    if (!result.passed) failed += 1;
    const brief = given.all === true && result.passed && given.verbose !== true;
    if (given.json === true) io.out(JSON.stringify(summary(path, scenario, result)));
    else tell(path, scenario, result, brief, given.verbose === true, io);
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

/** A scenario is a proof only if it says the same thing twice. */
async function playTwice(scenario: ScenarioDocument, policy: Policy): Promise<ScenarioResult> {
  const first = await runScenario(scenario, policy);
  if (first.finding !== null) return first;
  const second = await runScenario(scenario, policy);
  if (first.ledger.equals(second.ledger)) return first;
  const detail = 'same-seed-same-bytes: two runs of this scenario wrote different ledgers';
  return {
    ...first,
    passed: false,
    finding: { checker: 'same-seed-same-bytes', detail, atMs: 0 },
  };
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

function summary(path: string, scenario: ScenarioDocument, result: ScenarioResult): object {
  return {
    path,
    scenario: scenario.scenario,
    rules: scenario.rules,
    ok: result.passed,
    finding: result.finding,
    broken: result.story.filter((line) => line.kind === 'expectation' && !line.holds),
  };
}

function tell(
  path: string,
  scenario: ScenarioDocument,
  result: ScenarioResult,
  brief: boolean,
  verbose: boolean,
  io: CliIo,
): void {
  const rules = scenario.rules.length === 0 ? '' : `  (${scenario.rules.join(' ')})`;
  io.out(`${result.passed ? 'pass' : 'FAIL'}  ${scenario.scenario}${rules}`);
  if (brief) return;
  io.out(`      ${relative(io.cwd, path)}`);
  for (const line of tellStory(result, verbose)) io.out(line);
}
