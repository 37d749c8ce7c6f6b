/**
 * How an operation ended, from its records alone (section 9.8), and the only place that knows it:
 * the runner asks here, and so does who verifies. Nobody can type it: success is what nothing
 * speaks against, a rollback is what was shown to be undone, and all else is partial.
 */
import { digestIfAny } from '@holdfast/runtime/proof';
import { judgeApprovers } from '../signoff/approver-set.ts';
import type { Declaration } from '../declaration.ts';
import type { Gate, GateRecord } from '../gate.ts';
import { isMutating } from '../step.ts';
import type { AuditEvent, AuditRecord, Outcome } from './event.ts';
import {
  all,
  declarationOf,
  gatesOf,
  isSameGate,
  mutationsOf,
  servicesNeeded,
  startOf,
} from './story.ts';

export interface Ending {
  readonly outcome: Outcome;
  /** Everything that speaks against success, `code:operand`; empty where it is one. */
  readonly blockers: readonly string[];
}

/**
 * What the records say, and whether they can be believed. Total over any list of records. A report
 * is asked for where the operation is sealed.
 */
export function outcomeOf(records: readonly AuditRecord[]): Ending {
  const integrity = integrityBlockers(records);
  const declared = declarationOf(records);
  const consent =
    declared === null ? [] : consentBlockers(records, declared.declaration, declared.digest);
  const told = endingOf(records);
  const blockers = [...integrity, ...consent, ...told.blockers];
  if (blockers.length === 0) return { outcome: 'SUCCESS', blockers };
  const isUndone = integrity.length === 0 && told.outcome === 'ROLLBACK';
  return { outcome: isUndone ? 'ROLLBACK' : 'PARTIAL', blockers };
}

/** What the records say, by one who wrote them and keeps chain and approvals by other means. */
export function endingOf(records: readonly AuditRecord[]): Ending {
  const declared = declarationOf(records);
  if (declared === null) return { outcome: 'PARTIAL', blockers: ['declaration_missing'] };
  const { declaration } = declared;
  const blockers = [
    ...validationBlockers(records),
    ...preflightBlockers(records, declaration),
    ...stepBlockers(records, declaration),
    ...finalBlockers(records, declaration),
    ...eventBlockers(records),
  ];
  if (blockers.length === 0) return { outcome: 'SUCCESS', blockers };
  return { outcome: isPutBack(records, declaration) ? 'ROLLBACK' : 'PARTIAL', blockers };
}

/** Chain, operation and host: where these fail, nothing the records say can be believed. */
function integrityBlockers(records: readonly AuditRecord[]): readonly string[] {
  const blockers: string[] = [];
  const declared = declarationOf(records);
  records.forEach((record, at) => {
    const { hash, ...body } = record;
    const follows = at === 0 || record.prev_hash === records[at - 1]?.hash;
    const whole = digestIfAny(body) === hash;
    if (record.seq !== at || !follows || !whole) blockers.push(`chain_broken:${at}`);
    if (declared === null) return;
    const { host, operation_id: id } = declared.declaration;
    const { payload } = record;
    if (record.operation_id !== id) blockers.push(`operation_mismatch:${at}`);
    if (record.host !== host || (payload.event === 'preflight' && payload.host !== host)) {
      blockers.push(`host_mismatch:${at}`);
    }
  });
  if (declared !== null) {
    const { declaration, digest } = declared;
    if (digestIfAny(declaration) !== digest) blockers.push('declaration_digest_mismatch');
  }
  return blockers;
}

function consentBlockers(
  records: readonly AuditRecord[],
  declaration: Declaration,
  digest: string,
): readonly string[] {
  const startedAt = startOf(records);
  const begun = beginningOf(records);
  // Broken glass is approved afterwards: it counts as granted, and the report says until when.
  const { counted, granted } = judgeApprovers(
    all(records, 'approval').filter(({ place }) => place < begun),
    { declaration, digest, startedAt, now: startedAt ?? 0 },
  );
  return granted ? [] : [`approval_missing:${counted.length}`];
}

/** The place of the first step; behind the last record where none was begun. */
function beginningOf(records: readonly AuditRecord[]): number {
  return all(records, 'step_started')[0]?.place ?? records.length;
}

function validationBlockers(records: readonly AuditRecord[]): readonly string[] {
  const begun = beginningOf(records);
  const validated = all(records, 'validated').findLast(({ place }) => place < begun);
  return validated?.faults.length === 0 ? [] : ['not_validated'];
}

function preflightBlockers(
  records: readonly AuditRecord[],
  declaration: Declaration,
): readonly string[] {
  const begun = beginningOf(records);
  const preflight = all(records, 'preflight').findLast(({ place }) => place < begun);
  if (preflight?.passed !== true) return ['preflight_not_passed'];
  return gateBlockers(preflight.gates, declaration.verification, 'preflight');
}

function stepBlockers(
  records: readonly AuditRecord[],
  declaration: Declaration,
): readonly string[] {
  const blockers: string[] = [];
  const known = declaration.steps.length;
  for (const { payload } of records) {
    if (!('step' in payload) || typeof payload.step !== 'number') continue;
    if (payload.step < 1 || payload.step > known) blockers.push(`step_unknown:${payload.step}`);
  }
  let before = -1;
  for (let step = 1; step <= known; step += 1) {
    const started = all(records, 'step_started').filter((told) => told.step === step);
    const finished = all(records, 'step_finished').filter((told) => told.step === step);
    const [start] = started;
    const [end] = finished;
    if (start === undefined || end === undefined) {
      blockers.push(`step_missing:${step}`);
      continue;
    }
    if (started.length > 1 || finished.length > 1) blockers.push(`step_repeated:${step}`);
    if (start.place < before || end.place < start.place) blockers.push(`step_out_of_order:${step}`);
    const failed = end.status !== 'PASS' || (end.exit_code ?? 0) !== 0;
    if (failed) blockers.push(`step_failed:${step}`);
    const proven = stepVerification(records, declaration, step, end.place);
    blockers.push(...proven.blockers);
    before = Math.max(end.place, proven.place);
  }
  return blockers;
}

function stepVerification(
  records: readonly AuditRecord[],
  declaration: Declaration,
  step: number,
  finished: number,
): { readonly blockers: readonly string[]; readonly place: number } {
  const declared = declaration.steps[step - 1];
  const wanted = declared === undefined ? [] : gatesOf(declared);
  const needed = wanted.length > 0 || (declared !== undefined && isMutating(declared.action));
  return verificationOf(records, { step, wanted, needed, behind: finished });
}

function finalBlockers(
  records: readonly AuditRecord[],
  declaration: Declaration,
): readonly string[] {
  const last = records.findLastIndex(({ payload }) => payload.event.startsWith('step_'));
  const final = verificationOf(records, {
    step: 'final',
    wanted: declaration.verification,
    needed: true,
    behind: last,
  });
  const seen = all(records, 'verification').findLast(({ step }) => step === 'final')?.gates ?? [];
  const up = new Set(
    seen.flatMap(({ gate, answer }) =>
      gate.kind === 'status' && answer === 'pass' ? gate.services : [],
    ),
  );
  const down = servicesNeeded(declaration).filter((service) => !up.has(service));
  return [...final.blockers, ...down.map((service) => `service_not_shown_up:${service}`)];
}

interface Wanted {
  readonly step: number | 'final';
  readonly wanted: readonly Gate[];
  readonly needed: boolean;
  /** It counts only behind this place. */
  readonly behind: number;
}

/** A failure stands for ever; what could not be asked may be asked again, and the last counts. */
function verificationOf(
  records: readonly AuditRecord[],
  { step, wanted, needed, behind }: Wanted,
): { readonly blockers: readonly string[]; readonly place: number } {
  const told = all(records, 'verification').filter((item) => item.step === step);
  const blockers = told
    .filter(({ status, gates }) => status === 'FAIL' || gates.some(hasFailed))
    .map(() => `verification_failed:${step}`);
  const last = told.at(-1);
  if (last === undefined) {
    return { blockers: needed ? [`verification_missing:${step}`] : [], place: -1 };
  }
  if (last.place < behind) blockers.push(`verification_missing:${step}`);
  if (last.status === 'INCONCLUSIVE') blockers.push(`verification_inconclusive:${step}`);
  blockers.push(...gateBlockers(last.gates, wanted, String(step)));
  return { blockers, place: last.place };
}

function hasFailed({ answer }: GateRecord): boolean {
  return answer === 'fail';
}

/** Each declared gate was asked and passed, and nothing that was asked besides did not. */
function gateBlockers(
  seen: readonly GateRecord[],
  wanted: readonly Gate[],
  operand: string,
): readonly string[] {
  const bad = seen.filter(({ answer }) => answer !== 'pass').map(({ gate }) => gate.kind);
  const missing = wanted
    .filter((gate) => !seen.some((record) => isSameGate(record.gate, gate)))
    .map(({ kind }) => kind);
  return [
    ...bad.map((kind) => `gate_not_passed:${operand}:${kind}`),
    ...missing.map((kind) => `gate_missing:${operand}:${kind}`),
  ];
}

function eventBlockers(records: readonly AuditRecord[]): readonly string[] {
  const blockers: string[] = [];
  let asked = false;
  for (const { payload } of records) {
    if (payload.event === 'scope_violation') blockers.push(`scope_violation:${payload.step}`);
    if (payload.event === 'step_finished' && payload.changes.some(({ inScope }) => !inScope)) {
      blockers.push(`scope_violation:${payload.step}`);
    }
    if (isOfRollback(payload)) blockers.push('rolled_back');
    const failed = 'gates' in payload && payload.gates.some(hasFailed);
    if (failed || ('status' in payload && payload.status === 'FAIL')) {
      blockers.push(`evidence_failed:${payload.event}`);
    }
    if (payload.event === 'amendment') blockers.push('amended');
    if (payload.event === 'halt') asked = true;
    if (payload.event === 'answer') asked = false;
  }
  return asked ? [...blockers, 'halt_unanswered'] : blockers;
}

function isOfRollback(payload: AuditEvent): boolean {
  switch (payload.event) {
    case 'rollback_started':
    case 'undo':
    case 'rollback_finished':
      return true;
    case 'verification':
      return payload.step === 'rollback';
    default:
      return false;
  }
}

/** Everything that was begun was undone and shown to be, or nothing was ever changed. */
function isPutBack(records: readonly AuditRecord[], declaration: Declaration): boolean {
  const finished = all(records, 'rollback_finished').at(-1);
  const started = all(records, 'rollback_started').at(-1);
  const last = records.findLastIndex(({ payload }) => payload.event.startsWith('step_'));
  if (finished === undefined || started === undefined) return false;
  if (!finished.complete || finished.left.length > 0) return false;
  if (finished.place < started.place || started.place < last) return false;
  // What changed outside of the scope has no undo.
  if (eventBlockers(records).some((code) => code.startsWith('scope_violation'))) return false;
  const mutations = mutationsOf(declaration, records);
  if (started.noop) return mutations.size === 0;
  const undone = [...mutations].every((step) => {
    const told = all(records, 'undo').findLast((item) => item.step === step);
    return told?.status === 'PASS' && told.gates.every(({ answer }) => answer === 'pass');
  });
  const verified = all(records, 'verification').findLast(({ step }) => step === 'rollback');
  return (
    undone &&
    verified?.status === 'PASS' &&
    verified.place > started.place &&
    gateBlockers(verified.gates, declaration.verification, 'rollback').length === 0
  );
}
