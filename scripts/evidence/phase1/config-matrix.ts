/** P1-F: every critical key, missing or no number, and what is answered. */
import { isDeepStrictEqual } from 'node:util';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofCore } from '../provenance.ts';

export const MATRIX_PATH = 'config_fail_closed/missing_keys_matrix.json';
const PROGRAM = 'packages/core/test/missing-keys.ts';
const DOCUMENT = 'docs/critical_config_keys.md';
const TEST = 'packages/core/test/missing-keys.test.ts: P1-F test_missing_*_fails_closed';

interface Outcome {
  readonly key: string;
  readonly variant: string;
  readonly gates: {
    readonly expected: string;
    readonly answer: { readonly code: string; readonly operands: object } | null;
  } | null;
  readonly core: {
    readonly expected: string;
    readonly answer: string;
    readonly fault: string | null;
    readonly mode_reasons: readonly string[];
    readonly before: object | null;
    readonly after: object | null;
  };
  readonly gap: string | null;
}

type Status = 'PASS' | 'FAIL' | 'GAP';

interface Variant {
  readonly status: Status;
  /** The core's answer; `admitted` where it is a value like any other. */
  readonly reason: string;
  readonly fault: string | null;
  readonly mode_reasons: readonly string[];
  readonly side_effects: 'none' | 'an order' | 'not started';
  readonly gap: string | null;
}

export interface Matrix {
  readonly generated: string;
  readonly test: string;
  readonly results: Readonly<
    Record<
      string,
      {
        readonly status: Status;
        /** The gate's, where the key is the sole cause. */
        readonly reason: string;
        readonly operands: object;
        readonly variants: Readonly<Record<string, Variant>>;
      }
    >
  >;
  readonly keys: readonly {
    readonly key: string;
    readonly test: string;
    readonly result: Status;
    readonly reason_code: string;
  }[];
  readonly summary: { readonly total: number; readonly passed: number; readonly failed: number };
}

export async function recordMatrix(root: string, buildId: string, madeUtc: string): Promise<Made> {
  const printed = await runProgram(root, PROGRAM, []);
  if (!printed.ok) return { path: MATRIX_PATH, why: printed.why };
  const matrix = matrixOf(JSON.parse(printed.text) as Outcome[], madeUtc);
  const text = `${JSON.stringify(matrix, null, 2)}\n`;
  return { path: MATRIX_PATH, provenance: ofCore(buildId), text };
}

export function matrixOf(outcomes: readonly Outcome[], madeUtc: string): Matrix {
  const names = [...new Set(outcomes.map(({ key }) => key))];
  const results = Object.fromEntries(
    names.map((name) => [name, resultOf(outcomes.filter(({ key }) => key === name))]),
  );
  const keys = names.map((key) => ({
    key,
    test: TEST.replace('*', key),
    result: results[key]?.status ?? 'FAIL',
    reason_code: results[key]?.reason ?? '',
  }));
  const passed = keys.filter(({ result }) => result === 'PASS').length;
  const summary = { total: keys.length, passed, failed: keys.length - passed };
  return { generated: madeUtc, test: TEST, results, keys, summary };
}

function resultOf(outcomes: readonly Outcome[]): Matrix['results'][string] {
  const missing = outcomes.find(({ variant }) => variant === 'missing')?.gates ?? null;
  const variants = Object.fromEntries(outcomes.map((each) => [each.variant, variantOf(each)]));
  const statuses = Object.values(variants).map(({ status }) => status);
  const isRight = missing !== null && missing.answer?.code === missing.expected;
  const worst = (['FAIL', 'GAP'] as const).find((status) => statuses.includes(status));
  return {
    status: isRight ? (worst ?? 'PASS') : 'FAIL',
    reason: missing?.answer?.code ?? 'admitted',
    operands: missing?.answer?.operands ?? {},
    variants,
  };
}

function variantOf({ core, gap }: Outcome): Variant {
  const { answer, expected, before, after, fault, mode_reasons } = core;
  const isSame = isDeepStrictEqual(before, after);
  const isRight = answer === expected && isSame === (answer !== 'admitted');
  const refused = before === null ? 'not started' : isSame ? 'none' : 'an order';
  return {
    status: !isRight ? 'FAIL' : gap === null ? 'PASS' : 'GAP',
    reason: answer,
    fault,
    mode_reasons,
    side_effects: refused,
    gap,
  };
}

/** Keys and codes of the owner's document, in its order. */
export function documentedKeys(document: string): readonly (readonly [string, string])[] {
  const rows = document.matchAll(/^\| `([^`]+)` \|[^|]*\| `([^`]+)` \|/gm);
  return [...rows].map(([, key = '', code = '']) => [key, code] as const);
}

export function matrixFaults(
  text: string,
  documented: readonly (readonly [string, string])[],
): readonly string[] {
  const { results, keys, summary } = JSON.parse(text) as Matrix;
  const faults: string[] = [];
  for (const [key, code] of documented) {
    const result = results[key];
    if (result === undefined) faults.push(`${key}: in ${DOCUMENT} and not tried`);
    else if (result.reason !== code) faults.push(`${key}: ${result.reason}, not ${code}`);
  }
  for (const [key, { variants }] of Object.entries(results)) {
    if (!documented.some(([name]) => name === key)) faults.push(`${key}: not in ${DOCUMENT}`);
    for (const [variant, { status, reason, gap }] of Object.entries(variants)) {
      if (status !== 'PASS') faults.push(`${key} ${variant}: ${gap ?? reason}`);
    }
  }
  const failed = keys.filter(({ result }) => result !== 'PASS');
  for (const { key, result } of failed) faults.push(`${key} is ${result}`);
  const counted = {
    total: keys.length,
    passed: keys.length - failed.length,
    failed: failed.length,
  };
  if (!isDeepStrictEqual(summary, counted)) faults.push('its summary is not that of its keys');
  if (keys.length === 0) faults.push('no key was tried');
  return faults;
}
