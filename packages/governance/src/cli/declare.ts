/** Before anything is done: ids, faults, the plan, the declaration on record, and approvals. */
import { hostname } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { canonical, readKeyFile, type SigningKey } from '@holdfast/runtime/proof';
import { putDurably } from '../operations/audit/durable-file.ts';
import { type AuditOpened, createAuditLog, openAuditLog } from '../operations/audit/log.ts';
import {
  DECLARATION_SCHEMA,
  type Declaration,
  MANDATORY_FIELDS,
  type OperationEnvironment,
} from '../operations/declaration.ts';
import { lintDeclaration } from '../operations/lint.ts';
import { planLines } from '../operations/plan.ts';
import { readDeclarationFile, readText } from '../operations/read.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';
import { readRunbook } from '../operations/runbook.ts';
import { signApproval } from '../operations/signoff/approval.ts';
import type { Signed } from '../operations/signoff/approver-set.ts';
import { allocateId } from '../operations/signoff/ledger.ts';
import { requirementOf } from '../operations/signoff/requirement.ts';
import { type Io, refuse, tellFaults } from './io.ts';
import {
  auditOptions,
  exitOfOpening,
  isOnRecord,
  judgementOf,
  lintRulesOf,
  rootsOf,
  takeUp,
  type Taken,
  warningsOf,
  type Workplace,
} from './workplace.ts';

/** How long a new declaration waits to be run. */
export const DAY_MS = 86_400_000;

export interface NewRequest {
  readonly environment: OperationEnvironment;
  readonly requestedBy: string;
}

/** The next id, and a declaration to be filled: what is not filled is refused by `lint`. */
export function newOperation(place: Workplace, request: NewRequest, io: Io): ExitCode {
  const now = place.clock();
  const { environment, requestedBy } = request;
  const id = allocateId(place.root, { environment, requestedBy, now });
  if (!id.ok) return refuse(io, EXIT_CODES.integrity_violation, id.code, id.detail);
  const fields = MANDATORY_FIELDS.map((field) => {
    return field.startsWith('ALLOWED') ? `${field}: ["<${field}>"]` : `${field}: "<${field}>"`;
  });
  for (const line of [
    `schema: ${DECLARATION_SCHEMA}`,
    `operation_id: ${id.value}`,
    `environment: ${environment}`,
    `host: ${hostname()}`,
    `requested_by: ${requestedBy}`,
    `expires_at: "${new Date(now + DAY_MS).toISOString()}"`,
    ...fields,
    'trading_impact: none',
    'steps: []',
    'verification: []',
  ]) {
    io.out(line);
  }
  return EXIT_CODES.ok;
}

type Judged =
  | { readonly ok: true; readonly declaration: Declaration; readonly digest: string }
  | { readonly ok: false; readonly exit: ExitCode };

/** Reads and judges a declaration, or a runbook that holds one. */
function judged(place: Workplace, cwd: string, file: string, io: Io): Judged {
  const path = resolve(cwd, file);
  const read = extname(path) === '.md' ? runbookAt(path) : readDeclarationFile(path);
  if (!read.ok) return { ok: false, exit: tellFaults(io, read.faults) };
  const rules = lintRulesOf(place);
  if (!rules.ok) return { ok: false, exit: tellFaults(io, rules.faults) };
  const faults = lintDeclaration(read.declaration, rules.rules);
  if (faults.length > 0) return { ok: false, exit: tellFaults(io, faults) };
  return { ok: true, declaration: read.declaration, digest: read.digest };
}

function runbookAt(path: string): ReturnType<typeof readRunbook> {
  const text = readText(path);
  return typeof text === 'string' ? readRunbook(text) : { ok: false, faults: [text] };
}

export function lint(place: Workplace, cwd: string, file: string, io: Io): ExitCode {
  const judgement = judged(place, cwd, file, io);
  if (!judgement.ok) return judgement.exit;
  const { declaration, digest } = judgement;
  io.out(`${declaration.operation_id} is an operation: sha256 ${digest}`);
  return EXIT_CODES.ok;
}

/** What would be done, in lines; nothing is. */
export async function plan(place: Workplace, cwd: string, file: string, io: Io): Promise<ExitCode> {
  const judgement = judged(place, cwd, file, io);
  if (!judgement.ok) return judgement.exit;
  const { declaration, digest } = judgement;
  for (const line of planLines(declaration, digest)) io.out(line);
  const { approvals, selfAllowed, differentRoles, when } = requirementOf(declaration);
  const who = selfAllowed ? 'the requester may be one' : 'nobody who asked for it';
  const roles = differentRoles ? ', of different roles' : '';
  io.out(`APPROVALS       ${approvals} ${when} (${who}${roles})`);
  for (const warning of await warningsOf(place, declaration)) io.err(`WARNING ${warning}`);
  return EXIT_CODES.ok;
}

/** Puts a declaration on record: from here on its digest is what is approved and run. */
export function declare(place: Workplace, cwd: string, file: string, io: Io): ExitCode {
  const judgement = judged(place, cwd, file, io);
  if (!judgement.ok) return judgement.exit;
  const { declaration, digest } = judgement;
  const { operation_id: id, environment } = declaration;
  const opened = begunLog(place, id, environment);
  if (!opened.ok) return refuse(io, exitOfOpening(opened.code), opened.code, opened.detail);
  const { log } = opened;
  try {
    const [declared, ...more] = log.records.filter(({ payload: { event } }) => {
      return event !== 'torn_line_cut';
    });
    const isSame = declared?.payload.event === 'declared' && declared.payload.digest === digest;
    if (more.length > 0 || (declared !== undefined && !isSame)) {
      return refuse(io, EXIT_CODES.integrity_violation, 'audit_exists', `${id} is on record`);
    }
    if (declared === undefined) log.append({ event: 'declared', declaration, digest });
    log.append({ event: 'validated', faults: [] });
    // For readers: what is run stands in the log, and this is held against it.
    putDurably(join(log.folder, 'declaration.json'), `${canonical(declaration)}\n`, 0o644);
  } finally {
    log.close();
  }
  io.out(`${id} declared: sha256 ${digest}`);
  return EXIT_CODES.ok;
}

/** A new log; or one that was begun by a process that died before it had said all of it. */
function begunLog(place: Workplace, id: string, environment: OperationEnvironment): AuditOpened {
  const options = auditOptions(place, id, environment);
  const created = createAuditLog(options);
  return created.ok || created.code !== 'audit_exists' ? created : openAuditLog(options);
}

export interface Signer {
  readonly key: string;
  readonly role?: string;
  readonly reject: boolean;
}

/** Signs for the digest on record; 0 when that is enough, 3 while somebody is missing. */
export function approve(
  place: Workplace,
  cwd: string,
  id: string,
  signer: Signer,
  io: Io,
): ExitCode {
  const up = takeUp(place, id);
  if (!up.ok) return refuse(io, exitOfOpening(up.code), up.code, up.detail);
  const { taken } = up;
  try {
    if (!isValidated(taken)) {
      return refuse(io, EXIT_CODES.invalid, 'not_validated', `${id} is to be declared again`);
    }
    if (isOver(taken)) return refuse(io, EXIT_CODES.invalid, 'already_begun', `${id} is sealed`);
    const signed = signFor(place, cwd, taken, signer);
    if (!signed.ok) return refuse(io, EXIT_CODES.invalid, signed.code, signed.detail);
    return recordApprovals(place, taken, io);
  } finally {
    taken.log.close();
  }
}

export type SignerFound =
  | {
      readonly ok: true;
      readonly key: SigningKey;
      readonly approver: string;
      readonly role: string;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Whose key it is says the list of trusted people, not whoever types. */
export function signerOf(
  place: Workplace,
  cwd: string,
  { declaration }: Pick<Taken, 'declaration'>,
  { key: file, role: asked }: Pick<Signer, 'key' | 'role'>,
): SignerFound {
  const read = readKeyFile(resolve(cwd, file));
  if (!read.ok) return read;
  const roots = rootsOf(place, declaration.environment);
  if (!roots.ok) return roots;
  const known = roots.roots.keys.get(read.key.keyId);
  const role = asked ?? known?.roles[0];
  if (known === undefined || role === undefined) {
    return { ok: false, code: 'approver_unknown', detail: `nobody trusted has ${read.key.keyId}` };
  }
  return { ok: true, key: read.key, approver: known.holder, role };
}

function signFor(place: Workplace, cwd: string, taken: Taken, signer: Signer): SignerFound {
  const found = signerOf(place, cwd, taken, signer);
  if (!found.ok) return found;
  const { key, approver, role } = found;
  const { id: operationId, digest, folder } = taken;
  const decision = signer.reject ? 'reject' : 'approve';
  const request = { operationId, digest, approver, role, decision, at: place.clock() } as const;
  const made = signApproval(folder, request, key);
  return made.ok ? found : { ok: false, code: 'approval_unsigned', detail: made.detail };
}

/** Puts each approval that counts on record, once; answers with those that were not there. */
export function takeUpApprovals(place: Workplace, taken: Taken): readonly Signed[] {
  const { log } = taken;
  if (!isValidated(taken) || isOver(taken)) return [];
  const { counted } = judgementOf(place, taken, place.clock());
  const fresh = counted.filter((approval) => !isOnRecord(log, approval));
  for (const approval of fresh) log.append({ event: 'approval', ...approval });
  return fresh;
}

function isValidated(taken: Taken): boolean {
  return has(taken, 'validated');
}

/** Over, and nobody has to approve it afterwards. */
function isOver(taken: Taken): boolean {
  return has(taken, 'sealed') && taken.declaration.break_glass === undefined;
}

function has({ log }: Taken, event: 'validated' | 'sealed'): boolean {
  return log.records.some(({ payload }) => payload.event === event);
}

/** What was not on record goes there; what is missing is said. */
function recordApprovals(place: Workplace, taken: Taken, io: Io): ExitCode {
  for (const { approver, self, role } of takeUpApprovals(place, taken)) {
    io.out(`approved by ${approver}${self ? ' (SELF)' : ''} as ${role}`);
  }
  const { granted, counted, lacks } = judgementOf(place, taken, place.clock());
  if (granted) return EXIT_CODES.ok;
  for (const { code, detail } of lacks) io.err(`${code}: ${detail}`);
  const [lack] = lacks;
  if (counted.length === 0 && lack !== undefined) {
    taken.log.append({ event: 'approval_rejected', ...lack });
  }
  return EXIT_CODES.approval_required;
}
