import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type TProperties, Type } from 'typebox';
import { DeclarationSchema, OPERATION_ID } from '../declaration.ts';
import type { FaultCode } from '../fault.ts';
import { GateSchema } from '../gate.ts';
import { StepSchema } from '../step.ts';
import type { ApprovalFault, AuditRecord } from './event.ts';

/** A record as it is read from a file that somebody may have written: shape before meaning. */
const text = Type.String();
const count = Type.Integer({ minimum: 0 });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const UTC_MS = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$';
const time = Type.String({ pattern: UTC_MS });
const nothing = Type.Null();
const step = Type.Integer({ minimum: 1 });
const passOrFail = Type.Enum(['PASS', 'FAIL'] as const);
const outcome = Type.Enum(['SUCCESS', 'ROLLBACK', 'PARTIAL'] as const);

const fault = closed({
  code: Type.Unsafe<FaultCode>(Type.String()),
  operand: text,
  place: text,
  message: text,
});
const gates = Type.Array(
  closed({
    gate: GateSchema,
    answer: Type.Enum(['pass', 'fail', 'inconclusive'] as const),
    command: text,
    expected: text,
    observed: text,
  }),
);
const change = closed({
  path: text,
  what: Type.Enum(['created', 'changed', 'deleted', 'mode', 'owner'] as const),
  inScope: Type.Boolean(),
});
const output = closed({
  text,
  bytes: count,
  sha256,
  ref: Type.Union([sha256, nothing]),
});
const approver = {
  approver: text,
  role: text,
  key_id: sha256,
  at: time,
  expires_at: time,
  self: Type.Boolean(),
};

const fileBefore = Type.Union([
  closed({ state: Type.Literal('absent') }),
  closed({
    state: Type.Literal('file'),
    contentRef: sha256,
    sha256,
    mode: count,
    uid: count,
    gid: count,
  }),
]);
const serviceBefore = closed({
  active: Type.Boolean(),
  enabled: Type.Union([Type.Boolean(), nothing]),
});
const undo = Type.Union([
  closed({ kind: Type.Literal('file'), path: text, before: fileBefore }),
  closed({ kind: Type.Literal('service'), service: text, before: serviceBefore }),
  closed({
    kind: Type.Literal('actions'),
    actions: Type.Array(StepSchema.properties.action),
  }),
  closed({ kind: Type.Literal('nothing') }),
]);

const event = <N extends string, P extends TProperties>(name: N, properties: P) =>
  closed({ event: Type.Literal(name), ...properties });

const payload = Type.Union([
  event('declared', { declaration: DeclarationSchema, digest: sha256 }),
  event('validated', { faults: Type.Array(fault) }),
  event('approval', { digest: sha256, ...approver }),
  event('approval_rejected', {
    code: Type.Unsafe<ApprovalFault>(Type.String()),
    detail: text,
  }),
  event('preflight', {
    host: text,
    gates,
    free_bytes: Type.Number(),
    passed: Type.Boolean(),
    warnings: Type.Optional(Type.Array(text)),
  }),
  event('step_started', {
    step,
    title: text,
    command: text,
    undo,
    manifest: Type.Optional(sha256),
  }),
  event('step_finished', {
    step,
    status: passOrFail,
    exit_code: Type.Union([Type.Integer(), nothing]),
    output,
    changes: Type.Array(change),
  }),
  event('verification', {
    step: Type.Union([step, Type.Literal('final'), Type.Literal('rollback')]),
    gates,
    status: Type.Enum(['PASS', 'FAIL', 'INCONCLUSIVE'] as const),
  }),
  event('scope_violation', { step, changes: Type.Array(change) }),
  event('halt', { question: text, options: Type.Array(text) }),
  event('answer', { option: text, ...approver }),
  event('rollback_started', { why: text, noop: Type.Boolean() }),
  event('undo', { step, status: passOrFail, detail: text, gates }),
  event('rollback_finished', { complete: Type.Boolean(), left: Type.Array(text) }),
  event('report', { sha256 }),
  event('sealed', { outcome }),
  event('torn_line_cut', { bytes: count, ref: sha256 }),
  event('amendment', {
    outcome: Type.Literal('ROLLBACK'),
    rollback_timestamp: time,
    rollback_evidence: Type.Array(sha256),
    actor: text,
  }),
]);

export const parseRecord: Parser<AuditRecord> = createParser(
  closed({
    v: Type.Literal(1),
    seq: count,
    ts: time,
    operation_id: Type.String({ pattern: OPERATION_ID }),
    host: text,
    actor: text,
    payload,
    prev_hash: sha256,
    hash: sha256,
  }),
);
