/** Reading what a stage counted: Vitest's report, and the last line of our own commands. */
import { readFileSync } from 'node:fs';
import type { Counts, Finished } from './stage.ts';

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function countOf(value: unknown, key: string): number | null {
  const count = field(value, key);
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

/** A report of Vitest's JSON reporter. A file that broke before its first test is one failure. */
export function readVitestReport(path: string): Counts | null {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
  const passed = countOf(report, 'numPassedTests');
  const failed = countOf(report, 'numFailedTests');
  const pending = countOf(report, 'numPendingTests');
  const results = field(report, 'testResults');
  if (passed === null || failed === null || pending === null || !Array.isArray(results))
    return null;
  const broken = results.filter((file) => {
    const tests = field(file, 'assertionResults');
    const failing = field(file, 'status') === 'failed';
    return failing && Array.isArray(tests) && !tests.some((t) => field(t, 'status') === 'failed');
  }).length;
  return { passed, failed: failed + broken, skipped: pending };
}

/**
 * The last line that is a JSON object with `passed` and `failed`; our commands end so with --json.
 */
export function readLastLine({ output }: Finished): Counts | null {
  for (const line of output.trimEnd().split('\n').toReversed()) {
    if (!line.startsWith('{')) continue;
    try {
      const result: unknown = JSON.parse(line);
      const passed = countOf(result, 'passed');
      const failed = countOf(result, 'failed');
      if (passed !== null && failed !== null) return { passed, failed, skipped: 0 };
    } catch {
      // A line of prose that begins with a brace.
    }
  }
  return null;
}
