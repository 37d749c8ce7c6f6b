/** The operation itself: run, taken up again, taken back, and the latch it may have left. */
import { resolve } from 'node:path';
import { readKeyFile } from '@holdfast/runtime/proof';
import { declarationOf, startOf } from '../operations/audit/story.ts';
import { verifyAudit } from '../operations/audit/verify-audit.ts';
import type { OperationEnvironment } from '../operations/declaration.ts';
import { lintDeclaration } from '../operations/lint.ts';
import {
  EXIT_CODES,
  type ExitCode,
  exitCodeOf,
  type NotBegun,
  type RunEnd,
} from '../operations/run/exit-code.ts';
import { clearLatch } from '../operations/run/latch.ts';
import { stateOf } from '../operations/run/machine.ts';
import type { RunPorts } from '../operations/run/ports.ts';
import { resumeOperation } from '../operations/run/resume.ts';
import { rollBackOperation } from '../operations/run/rollback.ts';
import { runOperation } from '../operations/run/runner.ts';
import { signAnswer } from '../operations/signoff/answer.ts';
import { entriesOf } from '../operations/signoff/ledger-event.ts';
import { readLedger } from '../operations/signoff/ledger-file.ts';
import { type Signer, signerOf, takeUpApprovals } from './declare.ts';
import { type Io, printable, refuse, tellFaults } from './io.ts';
import {
  backendOf,
  exitOfOpening,
  judgedAnswer,
  judgementOf,
  lintRulesOf,
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
  mayBegin: (taken: Taken) => ExitCode | null,
): Promise<ExitCode> {
  const end = untilAsked();
  const up = takeUp(place, id);
  if (!up.ok) return refuse(io, exitOfOpening(up.code), up.code, up.detail);
  const { taken } = up;
  try {
    const refused = mayBegin(taken);
    if (refused !== null) return refused;
    const backend = backendOf(place, taken, servicesOf(place, services));
    try {
      return tellEnd(id, await work(portsOf(place, taken, backend, end), taken), io);
    } finally {
      await backend.close();
    }
  } finally {
    taken.log.close();
  }
}

const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Asked to end, a runner turns back: what runs is ended, nothing more is begun, everything is
 * undone, and it ends with the operation. A second signal asks for nothing new. SIGKILL alone ends
 * it at once; `resume` then undoes.
 */
function untilAsked(): AbortSignal {
  const controller = new AbortController();
  for (const name of ENDING) process.on(name, () => controller.abort(name));
  return controller.signal;
}

export function run(
  place: Workplace,
  id: string,
  services: string | undefined,
  io: Io,
): Promise<ExitCode> {
  const work: Work = (ports, taken) => {
    takeUpApprovals(place, taken);
    return runOperation(ports);
  };
  return atWork(place, id, services, io, work, (taken) => judgeAgain(place, taken, io));
}

/**
 * A declaration that is on record was judged when it was put there, by whoever wrote the record:
 * here and now it is judged again. That it has expired is for the runner, which ends it then.
 */
function judgeAgain(place: Workplace, { declaration }: Taken, io: Io): ExitCode | null {
  const rules = lintRulesOf(place);
  if (!rules.ok) return tellFaults(io, rules.faults);
  const faults = lintDeclaration(declaration, rules.rules);
  const standing = faults.filter(({ code }) => code !== 'declaration_expired');
  return standing.length === 0 ? null : tellFaults(io, standing);
}

/**
 * What is undone must have been allowed to begin: else a log that somebody made up would have its
 * own contents put back, by nobody's leave. Judged as of the start, so that no approval that has
 * ended since keeps a change from being undone.
 */
function wasAllowed(place: Workplace, taken: Taken, io: Io): ExitCode | null {
  const startedAt = startOf(taken.log.records);
  if (startedAt === null) return null;
  const rules = lintRulesOf(place);
  if (!rules.ok) return tellFaults(io, rules.faults);
  const faults = lintDeclaration(taken.declaration, rules.rules);
  const tooHigh = faults.filter(({ code }) => code === 'step_exceeds_risk_class');
  if (tooHigh.length > 0) return tellFaults(io, tooHigh);
  const { granted, lacks } = judgementOf(place, taken, startedAt);
  if (granted) return null;
  const { code, detail } = lacks.at(-1) ?? { code: 'approval_missing', detail: 'nobody approved' };
  return refuse(io, EXIT_CODES.approval_required, code, detail);
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
  const work: Work = async (ports, taken) => {
    if (answer !== null) {
      const refused = recordAnswer(place, cwd, taken, answer);
      if (refused !== null) return { end: 'refused', ...refused };
    }
    return resumeOperation(ports);
  };
  return atWork(place, id, services, io, work, (taken) => wasAllowed(place, taken, io));
}

function recordAnswer(
  place: Workplace,
  cwd: string,
  taken: Taken,
  { option, ...signer }: Answer,
): { readonly code: NotBegun; readonly detail: string } | null {
  const { digest, folder, id: operationId, log } = taken;
  const fold = stateOf(log.records);
  const asked = fold.ok ? fold.standing.halt : null;
  if (asked === null) return { code: 'nothing_asked', detail: `${operationId} asks nothing` };
  if (!asked.options.includes(option)) {
    return { code: 'option_unknown', detail: `${option} is none of ${asked.options.join(', ')}` };
  }
  const found = signerOf(place, cwd, taken, signer);
  if (!found.ok) return { code: 'approver_unknown', detail: `${found.code}: ${found.detail}` };
  const { key, approver, role } = found;
  const now = place.clock();
  const signed = signAnswer(
    folder,
    { operationId, digest, asked, option, approver, role, at: now },
    key,
  );
  if (!signed.ok) return { code: 'approval_unsigned', detail: signed.detail };
  const at = new Date(now).toISOString();
  const by = { approver, key_id: key.keyId, at };
  const judged = judgedAnswer(place, taken, { asked, option }, by, at);
  if (!judged.ok) return judged.lack;
  const { digest: _, ...given } = judged.given;
  log.append({ event: 'answer', option, ...given });
  return null;
}

export function rollBack(
  place: Workplace,
  id: string,
  { services, why }: { readonly services?: string; readonly why: string },
  io: Io,
): Promise<ExitCode> {
  const work: Work = (ports, taken) => {
    const touchedSince = async (
      paths: readonly string[],
      units: readonly string[],
    ): Promise<string | null> => laterThan(place, taken, paths, units);
    return rollBackOperation({ ...ports, touchedSince }, why);
  };
  return atWork(place, id, services, io, work, (taken) => wasAllowed(place, taken, io));
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
      for (const left of end.left) io.err(printable(`left: ${left}`));
      for (const { path, what } of end.strayed) {
        io.err(printable(`out of scope: ${path} ${what}`));
      }
      break;
    case 'halted':
      io.err(printable(`${id} halts and asks: ${end.question}`));
      io.err(
        `answer: holdfast ops resume ${id} --answer <${end.options.join(' | ')}> --key <file>`,
      );
      break;
    case 'refused':
    case 'stopped':
      io.err(printable(`${end.code}: ${end.detail}`));
  }
  return exitCodeOf(end);
}
