/**
 * The one command: `npm run verify` proves the repository, stage by stage.
 *   node scripts/verify.ts        everything
 *   node scripts/verify.ts test   only what runs the code, in at most five minutes (`npm test`)
 *   node scripts/verify.ts full   everything, with long fuzz and exploration, and core safety
 *                                 without governance
 * Exit code 0 means every stage passed, 1 that one did not, 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode } from '../bin/pinned-node.js';
import { runStage, total } from './verify/stage.ts';
import type { Outcome, Stage } from './verify/stage.ts';
import { acceptanceStages, checkStages, longStages, testStages } from './verify/stages.ts';

const SEEDS = 300;
const SEEDS_FULL = 5_000;
/** Events beyond the depths of `npm test`. */
const DEEPER_FULL = 2;

/** The stages of a mode, or null where there is no such mode. */
export function stagesOf(mode: string, root: string): Stage[] | null {
  if (mode === 'test') return testStages(root, SEEDS);
  const every = (seeds: number, deeper?: number): Stage[] => [
    ...checkStages(root),
    ...testStages(root, seeds, deeper),
    ...longStages(root),
  ];
  if (mode === 'all') return every(SEEDS);
  if (mode === 'full') return [...every(SEEDS_FULL, DEEPER_FULL), ...acceptanceStages()];
  return null;
}

/** Runs the stages one after the other, shows each, and answers whether all of them passed. */
export async function prove(
  stages: readonly Stage[],
  root: string,
  print: (text: string) => void,
): Promise<boolean> {
  const outcomes: Outcome[] = [];
  for (const stage of stages) {
    const outcome = await runStage(stage, root);
    outcomes.push(outcome);
    const took = outcome.seconds.toFixed(1).padStart(6);
    const mark = outcome.passed ? 'ok  ' : 'FAIL';
    const budget = `${took} s of ${stage.budgetSeconds} s`;
    print(`${mark} ${stage.name.padEnd(10)} ${budget.padEnd(18)} ${outcome.line}`);
  }
  const failed = outcomes.filter(({ passed }) => !passed);
  for (const { stage, output } of failed) print(`\n${report(stage, output, root)}`);
  if (failed.length > 0) print('\nTo see a failed stage again:');
  for (const { stage } of failed) print(`  ${stage.repeat}`);
  const { passed: good, failed: bad } = total(outcomes);
  print(`\n${good} passed, ${bad} failed`);
  return failed.length === 0;
}

const LINES_SHOWN = 120;

/**
 * What failed, and the beginning of what the stage wrote; all of it goes into a file beside the
 * other results.
 */
function report({ name, failures }: Stage, output: string, root: string): string {
  const folder = join(root, 'artifacts', 'verify');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.log`), output);
  const lines = output.trimEnd().split('\n');
  const more = lines.length - LINES_SHOWN;
  const shown = lines.slice(0, LINES_SHOWN).join('\n');
  const rest = more > 0 ? `\n… ${more} more lines in artifacts/verify/${name}.log` : '';
  return [`--- ${name} ---`, ...(failures?.() ?? []), `${shown}${rest}`].join('\n');
}

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const node = pinnedNode();
  const older = Number.parseInt(process.versions.node, 10) < 24;
  if (older && node !== process.execPath) {
    const again = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
    process.exitCode = again.status ?? 1;
    return;
  }
  const stages = stagesOf(process.argv[2] ?? 'all', root);
  if (stages === null) {
    console.error('usage: node scripts/verify.ts [test | full]');
    process.exitCode = 2;
    return;
  }
  mkdirSync(join(root, 'artifacts', 'verify'), { recursive: true });
  process.exitCode = (await prove(stages, root, console.log)) ? 0 : 1;
}

if (import.meta.main) await main();
