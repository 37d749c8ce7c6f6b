/** One stage of the proof: a command, its time, and what it says about itself. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/** How many checks passed and failed; absent where a stage only says yes or no. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a stage needs of a finished command to say how it went. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

export interface Stage {
  readonly name: string;
  readonly budgetSeconds: number;
  /** Arguments to the pinned Node, run in order; the first that fails ends the stage. */
  readonly commands: readonly (readonly string[])[];
  /** What to type to see it again. */
  readonly repeat: string;
  /** Reads the counts, where the stage has any; null means they could not be read. */
  readonly count?: (last: Finished) => Counts | null;
  /** Every failure on one line, where the stage left a list; they are shown before its output. */
  readonly failures?: () => readonly string[];
}

export interface Outcome {
  readonly stage: Stage;
  readonly passed: boolean;
  readonly seconds: number;
  readonly counts: Counts | null;
  /** One line for the table. */
  readonly line: string;
  /** What the commands wrote; shown where the stage failed. */
  readonly output: string;
}

/**
 * A stage that hangs is ended after this many budgets, and has failed. A host that lends its
 * processors elsewhere makes everything many times slower, the short stages most of all.
 */
const PATIENCE = 8;
const PATIENCE_SECONDS_MIN = 600;

const patienceOf = ({ budgetSeconds }: Stage): number =>
  Math.max(budgetSeconds * PATIENCE, PATIENCE_SECONDS_MIN);

/** Runs one stage to its end. A stage that was to count and could not has failed. */
export async function runStage(
  stage: Stage,
  cwd: string,
  patienceSeconds = patienceOf(stage),
): Promise<Outcome> {
  const begin = performance.now();
  const patience = patienceSeconds * 1000;
  let last: Finished = { code: 0, output: '' };
  let output = '';
  let stopped = false;
  for (const command of stage.commands) {
    const left = patience - (performance.now() - begin);
    const run = await runCommand(command, cwd, Math.max(1, left));
    ({ finished: last, stopped } = run);
    output += last.output;
    if (last.code !== 0) break;
  }
  const seconds = (performance.now() - begin) / 1000;
  const counts = stage.count === undefined ? null : stage.count(last);
  const uncounted = stage.count !== undefined && counts === null;
  const nothing = counts !== null && counts.passed + counts.failed === 0;
  const passed = last.code === 0 && !uncounted && !nothing && (counts?.failed ?? 0) === 0;
  const words = [
    stopped ? 'stopped: took too long' : null,
    uncounted ? 'left no readable result' : null,
    nothing ? 'ran no check at all' : null,
    counts === null ? null : `${counts.passed} passed, ${counts.failed} failed`,
    counts !== null && counts.skipped > 0 ? `${counts.skipped} skipped` : null,
    seconds > stage.budgetSeconds ? 'over budget' : null,
  ];
  const line = words.filter((word) => word !== null).join('; ') || (passed ? 'clean' : 'failed');
  return { stage, passed, seconds, counts, line, output };
}

/** The output goes into a report; colours would only be noise there. */
const PLAIN: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' };
delete PLAIN['FORCE_COLOR'];

/** Tests start the same programs hundreds of times: each is compiled once. */
const COMPILED = 'artifacts/compile-cache';

interface Run {
  readonly finished: Finished;
  readonly stopped: boolean;
}

function runCommand(args: readonly string[], cwd: string, patience: number): Promise<Run> {
  return new Promise((resolve) => {
    // A group of its own, so that workers of a stopped command end with it.
    const group = process.platform !== 'win32';
    const child = spawn(process.execPath, [...args], {
      cwd,
      detached: group,
      env: { ...PLAIN, NODE_COMPILE_CACHE: join(cwd, COMPILED) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let stopped = false;
    const end = (): void => {
      stopped = true;
      if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    };
    const timer = setTimeout(end, patience);
    const interrupted = (): void => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => collect(`${error.message}\n`));
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      resolve({ finished: { code, output }, stopped });
    });
  });
}

/** The sum over all stages that count. A stage that failed without counting is one failure. */
export function total(outcomes: readonly Outcome[]): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, counts } of outcomes) {
    sum.passed += counts?.passed ?? 0;
    sum.skipped += counts?.skipped ?? 0;
    const failed = counts?.failed ?? 0;
    sum.failed += passed ? failed : Math.max(1, failed);
  }
  return sum;
}
