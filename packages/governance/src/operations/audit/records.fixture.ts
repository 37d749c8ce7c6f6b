/** Logs as a runner writes them, for those who judge, render or keep them. */
import { digestOf, lineOf, NO_HASH } from '@holdfast/runtime/proof';
import type { Declaration } from '../declaration.ts';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { Gate, GateAnswer, GateRecord } from '../gate.ts';
import { isMutating, type Step } from '../step.ts';
import type { AuditEvent, AuditRecord } from './event.ts';
import { gatesOf } from './story.ts';

export const BEGAN = Date.UTC(2026, 2, 1, 8);
const HOUR = 3_600_000;

export function seen(gate: Gate, answer: GateAnswer = 'pass'): GateRecord {
  return { gate, answer, command: `look at ${gate.kind}`, expected: 'it holds', observed: answer };
}

export function approvalOf(
  declaration: Declaration,
  approver = 'ana',
  role = 'operations',
): Extract<AuditEvent, { event: 'approval' }> {
  return {
    event: 'approval',
    digest: digestOf(declaration),
    approver,
    role,
    key_id: 'a'.repeat(64),
    at: new Date(BEGAN - HOUR).toISOString(),
    expires_at: new Date(BEGAN + 23 * HOUR).toISOString(),
    self: approver === declaration.requested_by,
  };
}

function stepEvents(step: Step, number: number): AuditEvent[] {
  const { action, title } = step;
  const path = 'path' in action ? action.path : null;
  const change = path === null ? [] : [{ path, what: 'changed' as const, inScope: true }];
  const gates = gatesOf(step).map((gate) => seen(gate));
  const events: AuditEvent[] = [
    {
      event: 'step_started',
      step: number,
      title,
      command: `${action.kind} ${path ?? ''}`.trim(),
      undo: isMutating(action)
        ? { kind: 'actions', actions: step.rollback ?? [] }
        : { kind: 'nothing' },
    },
    {
      event: 'step_finished',
      step: number,
      status: 'PASS',
      exit_code: null,
      output: { text: `done ${number}\n`, bytes: 7, sha256: digestOf(number), ref: null },
      changes: isMutating(action) ? change : [],
    },
  ];
  if (gates.length > 0) {
    events.push({ event: 'verification', step: number, gates, status: 'PASS' });
  }
  return events;
}

/** What is recorded up to the first step. */
export function prelude(declaration: Declaration = bundleDeclaration()): AuditEvent[] {
  const gates = declaration.verification.map((gate) => seen(gate));
  const { host } = declaration;
  return [
    { event: 'declared', declaration, digest: digestOf(declaration) },
    { event: 'validated', faults: [] },
    approvalOf(declaration),
    { event: 'preflight', host, gates, free_bytes: 1e9, passed: true },
  ];
}

/** Everything a success needs, up to its report. */
export function successOf(declaration: Declaration = bundleDeclaration()): AuditEvent[] {
  const gates = declaration.verification.map((gate) => seen(gate));
  return [
    ...prelude(declaration),
    ...declaration.steps.flatMap((step, at) => stepEvents(step, at + 1)),
    { event: 'verification', step: 'final', gates, status: 'PASS' },
  ];
}

/** The second step fails, and both are undone. */
export function rollbackOf(declaration: Declaration = bundleDeclaration()): AuditEvent[] {
  const baseline = declaration.verification.map((gate) => seen(gate));
  const events = successOf(declaration);
  const failed = events.findIndex((event) => event.event === 'verification' && event.step === 2);
  const [gate] = declaration.steps[1]?.verification ?? [];
  if (gate === undefined) throw new Error('the second step has a gate');
  return [
    ...events.slice(0, failed),
    { event: 'verification', step: 2, gates: [seen(gate, 'fail')], status: 'FAIL' },
    { event: 'rollback_started', why: 'verify_failed:2', noop: false },
    { event: 'undo', step: 2, status: 'PASS', detail: 'restarted', gates: [] },
    { event: 'undo', step: 1, status: 'PASS', detail: 'put back', gates: [] },
    { event: 'verification', step: 'rollback', gates: baseline, status: 'PASS' },
    { event: 'rollback_finished', complete: true, left: [] },
  ];
}

interface Where {
  readonly host?: string;
  readonly operationId?: string;
}

/** The records of these events, one a second, chained. */
export function chained(
  events: readonly AuditEvent[],
  { host = 'paper-1.example', operationId = 'OPS-2026-03-01-001' }: Where = {},
): readonly AuditRecord[] {
  let before = NO_HASH;
  return events.map((payload, seq) => {
    const { line, hash } = lineOf({
      v: 1,
      seq,
      ts: new Date(BEGAN + seq * 1_000).toISOString(),
      operation_id: operationId,
      host,
      actor: 'runner',
      payload,
      prev_hash: before,
    });
    before = hash;
    const record: AuditRecord = JSON.parse(line);
    return record;
  });
}
