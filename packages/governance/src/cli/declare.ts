/** Before anything is done: ids, faults, the plan, the declaration on record, and approvals. */
import { hostname } from 'node:os';
import { extname, resolve } from 'node:path';
import { readKeyFile } from '@holdfast/runtime/proof';
import { createAuditLog } from '../operations/audit/log.ts';
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
import { allocateId } from '../operations/signoff/ledger.ts';
import { requirementOf } from '../operations/signoff/requirement.ts';
import { type Io, refuse, tellFaults } from './io.ts';
import {
  auditOptions,
  judgementOf,
  lintRulesOf,
  rootsOf,
  takeUp,
  type Taken,
  type Workplace,
} from './workplace.ts';

const DAY_MS = 86_400_000;

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
export function plan(place: Workplace, cwd: string, file: string, io: Io): ExitCode {
  const judgement = judged(place, cwd, file, io);
  if (!judgement.ok) return judgement.exit;
  const { declaration, digest } = judgement;
  for (const line of planLines(declaration, digest)) io.out(line);
  const { approvals, selfAllowed, differentRoles, when } = requirementOf(declaration);
  const who = selfAllowed ? 'the requester may be one' : 'nobody who asked for it';
  const roles = differentRoles ? ', of different roles' : '';
  io.out(`APPROVALS       ${approvals} ${when} (${who}${roles})`);
  return EXIT_CODES.ok;
}

/** Puts a declaration on record: from here on its digest is what is approved and run. */
export function declare(place: Workplace, cwd: string, file: string, io: Io): ExitCode {
  const judgement = judged(place, cwd, file, io);
  if (!judgement.ok) return judgement.exit;
  const { declaration, digest } = judgement;
  const { operation_id: id, environment } = declaration;
  const created = createAuditLog(auditOptions(place, id, environment));
  if (!created.ok) {
    return refuse(io, EXIT_CODES.integrity_violation, created.code, created.detail);
  }
  const { log } = created;
  try {
    log.append({ event: 'declared', declaration, digest });
    log.append({ event: 'validated', faults: [] });
  } finally {
    log.close();
  }
  io.out(`${id} declared: sha256 ${digest}`);
  return EXIT_CODES.ok;
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
  if (!up.ok) return refuse(io, EXIT_CODES.integrity_violation, up.code, up.detail);
  const { taken } = up;
  try {
    const signed = signFor(place, cwd, taken, signer);
    if (!signed.ok) return refuse(io, EXIT_CODES.invalid, signed.code, signed.detail);
    return recordApprovals(place, taken, io);
  } finally {
    taken.log.close();
  }
}

type Signed =
  | { readonly ok: true; readonly approver: string; readonly role: string; readonly keyId: string }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Whose key it is says the list of trusted people, not whoever types. */
export function signFor(
  place: Workplace,
  cwd: string,
  { declaration, digest, folder, id }: Taken,
  { key: file, role: asked, reject }: Signer,
): Signed {
  const read = readKeyFile(resolve(cwd, file));
  if (!read.ok) return read;
  const roots = rootsOf(place, declaration.environment);
  if (!roots.ok) return roots;
  const known = roots.roots.keys.get(read.key.keyId);
  const role = asked ?? known?.roles[0];
  if (known === undefined || role === undefined) {
    return { ok: false, code: 'approver_unknown', detail: `nobody trusted has ${read.key.keyId}` };
  }
  const approver = known.holder;
  const decision = reject ? 'reject' : 'approve';
  const request = { operationId: id, digest, approver, role, decision, at: place.clock() } as const;
  const made = signApproval(folder, request, read.key);
  if (!made.ok) return { ok: false, code: 'approval_unsigned', detail: made.detail };
  return { ok: true, approver, role, keyId: read.key.keyId };
}

/** Each approval that counts goes on record once; what is missing is said. */
function recordApprovals(place: Workplace, { log, ...taken }: Taken, io: Io): ExitCode {
  const { granted, counted, lacks } = judgementOf(place, { log, ...taken }, place.clock());
  const told = new Set(
    log.records.flatMap(({ payload }) =>
      payload.event === 'approval' ? [`${payload.key_id} ${payload.at}`] : [],
    ),
  );
  for (const approval of counted) {
    if (told.has(`${approval.key_id} ${approval.at}`)) continue;
    log.append({ event: 'approval', ...approval });
    const self = approval.self ? ' (SELF)' : '';
    io.out(`approved by ${approval.approver}${self} as ${approval.role}`);
  }
  if (granted) return EXIT_CODES.ok;
  for (const { code, detail } of lacks) io.err(`${code}: ${detail}`);
  const [lack] = lacks;
  if (counted.length === 0 && lack !== undefined) {
    log.append({ event: 'approval_rejected', ...lack });
  }
  return EXIT_CODES.approval_required;
}
