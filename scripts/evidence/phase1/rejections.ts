/** P1-C: what was there before a refusal and after it, of the core and of a whole engine. */
import { isDeepStrictEqual } from 'node:util';
import { table } from '../markdown.ts';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofCore, type Provenance, shownProvenance } from '../provenance.ts';
import type { Told } from './engine-refusals.ts';

export const EVERY_CODE_PATH = 'no_side_effects/every_code.json';
export const CASES_PATH = 'no_side_effects/rejection_cases.md';
const CASES_MIN = 3;
const PROGRAM = 'packages/core/test/rejection-cases.ts';

type Standing = Readonly<Record<string, unknown>>;

interface Rejection {
  readonly code: string;
  readonly cause: string;
  readonly reject: { readonly code: string } | null;
  readonly intent_id: string | null;
  readonly gate_trace: readonly string[];
  readonly before: Standing;
  readonly after: Standing;
}

/** Every code of the core, one after another. */
export async function recordEveryCode(root: string, buildId: string): Promise<Made> {
  const printed = await runProgram(root, PROGRAM, []);
  if (!printed.ok) return { path: EVERY_CODE_PATH, why: printed.why };
  const rejections = JSON.parse(printed.text) as Rejection[];
  const text = `${JSON.stringify(rejections, null, 2)}\n`;
  return { path: EVERY_CODE_PATH, provenance: ofCore(buildId), text };
}

export function everyCodeFaults(text: string): readonly string[] {
  const rejections = JSON.parse(text) as Rejection[];
  const few = rejections.length < CASES_MIN ? [`${rejections.length} cases`] : [];
  return [...few, ...rejections.flatMap(rejectionFaults)];
}

function rejectionFaults({ code, reject, before, after }: Rejection): readonly string[] {
  if (reject?.code !== code) return [`${code}: refused with ${reject?.code ?? 'nothing'}`];
  return isDeepStrictEqual(before, after) ? [] : [`${code}: ${differing(before, after)} changed`];
}

/** Names of what is not the same. */
function differing(before: Standing, after: Standing): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name])).join(', ');
}

export function casesPage(told: readonly Told[], codes: string, from: Provenance): string {
  const refused = told.filter(({ expected }) => expected !== 'admitted');
  const everyCode = JSON.parse(codes) as Rejection[];
  return `# Refusals leave nothing behind (P1-C)

${shownProvenance(from)}

One engine traded over a socket on the built-in exchange. Its ledger's files were read whole before
and after each proposal; orders and positions were asked of the exchange with another key. The last
row is the order that was admitted: it shows that what is compared does move.

${table(
  ['Case', 'Intent', 'Ledger sha256', 'Records', 'Orders', 'Pending', 'At exchange', 'Result'],
  [...refused, ...told.filter(({ expected }) => expected === 'admitted')].map(caseRow),
)}

## Every code of the core

The core alone, on a clock it is told: each code provoked once in a desk that trades. Ledger bytes
are those of the codec. Before and after in full: [every_code.json](every_code.json).

${table(
  ['Code', 'Cause', 'Ledger bytes', 'Orders', 'Positions', 'Pending exposure', 'Sent', 'Result'],
  everyCode.map(codeRow),
)}

Tests: [ci_links.md](../ci_links.md), gate P1-C.
`;
}

const pair = (before: unknown, after: unknown): string => `${shown(before)} → ${shown(after)}`;

function shown(value: unknown): string {
  if (Array.isArray(value)) return `${value.length}`;
  return typeof value === 'string' && value.length === 64 ? value.slice(0, 12) : String(value);
}

function caseRow({ expected, intent_id: id, before, after }: Told): readonly string[] {
  const isSame = isDeepStrictEqual(before, after);
  const isRight = isSame === (expected !== 'admitted');
  return [
    expected,
    id,
    pair(before['ledger_sha256'], after['ledger_sha256']),
    pair(before['ledger_records'], after['ledger_records']),
    pair(before['orders'], after['orders']),
    pair(before['reservations'], after['reservations']),
    pair(before['orders_at_exchange'], after['orders_at_exchange']),
    isRight ? 'PASS' : 'FAIL',
  ];
}

function codeRow(rejection: Rejection): readonly string[] {
  const { code, cause, before, after } = rejection;
  const exposure = (each: Standing): string =>
    Array.isArray(each['pending_exposure']) ? each['pending_exposure'].join('; ') : '';
  return [
    code,
    cause,
    pair(before['ledger_bytes'], after['ledger_bytes']),
    pair(before['orders'], after['orders']),
    pair(before['positions'], after['positions']),
    pair(exposure(before), exposure(after)),
    pair(before['orders_dispatched'], after['orders_dispatched']),
    rejectionFaults(rejection).length === 0 ? 'PASS' : 'FAIL',
  ];
}

/** Rows of the page that say so are counted; a row that fails is refused. */
export function casesFaults(text: string): readonly string[] {
  const rows = text.split('\n').filter((line) => /\| (PASS|FAIL) \|$/.test(line));
  const failed = rows.filter((row) => !row.endsWith('| PASS |'));
  return [
    ...(rows.length < CASES_MIN ? [`${rows.length} cases, at least ${CASES_MIN}`] : []),
    ...failed.map((row) => `${row.split('|')[1]?.trim()} is FAIL`),
  ];
}
