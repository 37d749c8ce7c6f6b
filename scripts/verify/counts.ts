/** Reading what a stage counted: Vitest's report, and the last line of our own commands. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Counts, Finished } from './stage.ts';

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function countOf(value: unknown, key: string): number | null {
  const count = field(value, key);
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** A report of Vitest's JSON reporter. A file that broke before its first test is one failure. */
export function readVitestReport(path: string): Counts | null {
  const report = readJson(path);
  const passed = countOf(report, 'numPassedTests');
  const failed = countOf(report, 'numFailedTests');
  const pending = countOf(report, 'numPendingTests');
  const results = field(report, 'testResults');
  if (passed === null || failed === null || pending === null || !Array.isArray(results))
    return null;
  const broken = results.filter(brokeEarly).length;
  return { passed, failed: failed + broken, skipped: pending };
}

const hasFailed = (result: unknown): boolean => field(result, 'status') === 'failed';

function testsOf(file: unknown): readonly unknown[] {
  const tests = field(file, 'assertionResults');
  return Array.isArray(tests) ? tests : [];
}

/** A file that broke before its first test. */
const brokeEarly = (file: unknown): boolean => hasFailed(file) && !testsOf(file).some(hasFailed);

/** Every failure of such a report on one line: its file, its test, and the first it has to say. */
export function readVitestFailures(path: string): string[] {
  const results = field(readJson(path), 'testResults');
  if (!Array.isArray(results)) return [];
  return results.flatMap((file): string[] => {
    const name = basename(String(field(file, 'name')));
    const firstLine = (text: unknown): string => String(text).split('\n', 1)[0] ?? '';
    if (brokeEarly(file)) return [`${name}: ${firstLine(field(file, 'message'))}`];
    return testsOf(file)
      .filter(hasFailed)
      .map((test) => {
        const said = field(test, 'failureMessages');
        const why = Array.isArray(said) ? firstLine(said[0]) : '';
        return `${name}: ${String(field(test, 'fullName'))}: ${why}`;
      });
  });
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
