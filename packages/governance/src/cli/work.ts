/** The operation itself: run, taken up again, taken back, and the latch it may have left. */
import { resolve } from 'node:path';
import { readKeyFile } from '@holdfast/runtime/proof';
import { declarationOf } from '../operations/audit/story.ts';
import { verifyAudit } from '../operations/audit/verify-audit.ts';
import type { OperationEnvironment } from '../operations/declaration.ts';
import { EXIT_CODES, type ExitCode, exitCodeOf, type RunEnd } from '../operations/run/exit-code.ts';
import { clearLatch } from '../operations/run/latch.ts';
import type { RunPorts } from '../operations/run/ports.ts';
import { resumeOperation } from '../operations/run/resume.ts';
import { rollBackOperation } from '../operations/run/rollback.ts';
import { runOperation } from '../operations/run/runner.ts';
import { isSamePerson } from '../operations/signoff/approver-set.ts';
import { entriesOf } from '../operations/signoff/ledger-event.ts';
import { readLedger } from '../operations/signoff/ledger-file.ts';
import { signFor, type Signer } from './declare.ts';
import { type Io, refuse } from './io.ts';
import {
  backendOf,
  lockPlaceOf,
  portsOf,
  rootsOf,
  runFolderOf,
  servicesOf,
  takeUp,
  type Taken,
  type Workplace,
} from './workplace.ts';

type Work = (ports: RunPorts, taken: Taken) => Promise<RunEnd>;

/** Log, hands and lease taken up, the work done, everything let go, and the end told. */
async function atWork(
  place: Workplace,
  id: string,
  services: string | undefined,
  io: Io,
  work: Work,
): Promise<ExitCode> {
  const up = takeUp(place, id);
  if (!up.ok) return refuse(io, EXIT_CODES.integrity_violation, up.code, up.detail);
  const { taken } = up;
  try {
    const backend = backendOf(place, taken, servicesOf(place, services));
    try {
      return tellEnd(id, await work(portsOf(place, taken, backend), taken), io);
    } finally {
      await backend.close();
    }
  } finally {
    taken.log.close();
  }
}

export function run(
  place: Workplace,
  id: string,
  services: string | undefined,
  io: Io,
): Promise<ExitCode> {
  return atWork(place, id, services, io, (ports) => runOperation(ports));
}

export interface Answer extends Signer {
  readonly option: string;
}

/** Goes on with what was halted or whose process is gone; an answer is an approver's. */
export function resume(
  place: Workplace,
  cwd: string,
  id: string,
  { services, answer }: { readonly services?: string; readonly answer: Answer | null },
  io: Io,
): Promise<ExitCode> {
  return atWork(place, id, services, io, async (ports, taken) => {
    if (answer !== null) {
      const refused = recordAnswer(place, cwd, taken, answer);
      if (refused !== null) return { end: 'refused', ...refused };
    }
    return resumeOperation(ports);
  });
}

function recordAnswer(
  place: Workplace,
  cwd: string,
  taken: Taken,
  answer: Answer,
): { readonly code: 'approval_missing'; readonly detail: string } | null {
  const at = place.clock();
  const signed = signFor(place, cwd, taken, answer);
  if (!signed.ok) return { code: 'approval_missing', detail: `${signed.code}: ${signed.detail}` };
  const { approver, role, keyId } = signed;
  taken.log.append({
    event: 'answer',
    option: answer.option,
    approver,
    role,
    key_id: keyId,
    at: new Date(at).toISOString(),
    expires_at: taken.declaration.expires_at,
    self: isSamePerson(approver, taken.declaration.requested_by),
  });
  return null;
}

export function rollBack(
  place: Workplace,
  id: string,
  { services, why }: { readonly services?: string; readonly why: string },
  io: Io,
): Promise<ExitCode> {
  return atWork(place, id, services, io, (ports, taken) => {
    const touchedSince = async (
      paths: readonly string[],
      units: readonly string[],
    ): Promise<string | null> => laterThan(place, taken, paths, units);
    return rollBackOperation({ ...ports, touchedSince }, why);
  });
}

/** The first later success of the environment whose scope meets this one. */
function laterThan(
  place: Workplace,
  { id, declaration }: Taken,
  paths: readonly string[],
  units: readonly string[],
): string | null {
  const entries = entriesOf(readLedger(place.root).events);
  const at = entries.findIndex((entry) => entry.operation_id === id);
  const meets = (one: string, other: string): boolean =>
    one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
  for (const entry of entries.slice(at + 1)) {
    if (entry.environment !== declaration.environment || entry.outcome !== 'SUCCESS') continue;
    const told = declarationOf(verifyAudit(runFolderOf(place, entry.operation_id)).records);
    // What a later operation was allowed is not known: it may have been this.
    if (told === null) return entry.operation_id;
    const { ALLOWED_PATHS: theirs, ALLOWED_SERVICES: services } = told.declaration;
    if (theirs.some((path) => paths.some((own) => meets(path, own)))) return entry.operation_id;
    if (services.some((unit) => units.includes(unit))) return entry.operation_id;
  }
  return null;
}

export interface Clearing {
  readonly environment: OperationEnvironment;
  readonly key: string;
  readonly reason: string;
}

/** Opens a latched environment again: by another trusted person than the requester. */
export function clear(place: Workplace, cwd: string, clearing: Clearing, io: Io): ExitCode {
  const { environment, key: file, reason } = clearing;
  const key = readKeyFile(resolve(cwd, file));
  if (!key.ok) return refuse(io, EXIT_CODES.invalid, key.code, key.detail);
  const roots = rootsOf(place, environment);
  if (!roots.ok) return refuse(io, EXIT_CODES.invalid, roots.code, roots.detail);
  const by = roots.roots.keys.get(key.key.keyId)?.holder;
  if (by === undefined) {
    const detail = `nobody trusted has ${key.key.keyId}`;
    return refuse(io, EXIT_CODES.approval_required, 'approver_unknown', detail);
  }
  const answer = clearLatch(lockPlaceOf(place, environment), { by, reason });
  if (!answer.cleared) return refuse(io, EXIT_CODES.rolled_back, answer.code, environment);
  io.out(`${environment} is open again: ${answer.latch.operation_id} was cleared by ${by}`);
  return EXIT_CODES.ok;
}

function tellEnd(id: string, end: RunEnd, io: Io): ExitCode {
  switch (end.end) {
    case 'sealed':
      io.out(`${id}: ${end.outcome}`);
      for (const left of end.left) io.err(`left: ${left}`);
      for (const { path, what } of end.strayed) io.err(`out of scope: ${path} ${what}`);
      break;
    case 'halted':
      io.err(`${id} halts and asks: ${end.question}`);
      io.err(
        `answer: holdfast ops resume ${id} --answer <${end.options.join(' | ')}> --key <file>`,
      );
      break;
    case 'refused':
    case 'stopped':
      io.err(`${end.code}: ${end.detail}`);
  }
  return exitCodeOf(end);
}
