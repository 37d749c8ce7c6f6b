/**
 * Where operations are carried out: the project with its ledger and runs, its locks, its trusted
 * people and its services. Everything the runner is handed is composed here.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { operationsLockPath } from '@holdfast/runtime/config';
import { readTrustRoots, type TrustRootsRead, trustRootsPathOf } from '@holdfast/runtime/proof';
import type { AuditLog } from '../operations/audit/event.ts';
import { type AuditOpened, openAuditLog } from '../operations/audit/log.ts';
import { writeReport } from '../operations/audit/report-file.ts';
import { isSecretName } from '../operations/audit/secret-names.ts';
import { declarationOf, startOf } from '../operations/audit/story.ts';
import { verifyAudit } from '../operations/audit/verify-audit.ts';
import { createBackend, type DenyList } from '../operations/backend/backend.ts';
import type { ServicePort } from '../operations/backend/services/port.ts';
import { createSupervisor } from '../operations/backend/services/supervisor.ts';
import { createSystemd } from '../operations/backend/services/systemd.ts';
import { streamWarnings } from '../operations/backend/streams.ts';
import type { Declaration, OperationEnvironment } from '../operations/declaration.ts';
import { type Forbidden, loadForbidden } from '../operations/forbidden.ts';
import type { Gate } from '../operations/gate.ts';
import { assessAction, type LintRules } from '../operations/lint.ts';
import { realProbe } from '../operations/probe.ts';
import { type LockPlace, takeLease } from '../operations/run/latch.ts';
import type { Backend } from '../operations/run/backend.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';
import type { RunPorts } from '../operations/run/ports.ts';
import {
  type AnswerContext,
  type AnswerJudged,
  judgeAnswers,
  readAnswers,
} from '../operations/signoff/answer.ts';
import { judgeApprovals, readApprovals } from '../operations/signoff/approval.ts';
import {
  judgeApprovers,
  type Judgement,
  type Occasion,
  type Signed,
} from '../operations/signoff/approver-set.ts';
import { environmentHead, RUNS_FOLDER } from '../operations/signoff/ledger.ts';
import { entriesOf } from '../operations/signoff/ledger-event.ts';
import { readLedger } from '../operations/signoff/ledger-file.ts';
import { amendOperation, type Sealed, sealOperation } from '../operations/signoff/seal.ts';
import { unitFault } from '../operations/unit-change.ts';

/** Less room than this for what is kept, and nothing begins. */
const FREE_BYTES_MIN = 64 << 20;
/** Where systemd runs, it says so here (sd_booted(3)). */
const SYSTEMD = '/run/systemd/system';
const ENVIRONMENTS: readonly OperationEnvironment[] = [
  'DEV',
  'STAGING',
  'PAPER',
  'MICRO-LIVE',
  'PROD',
];

export interface Workplace {
  readonly root: string;
  readonly clock: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who types, as the operating system says. */
  readonly actor: string;
}

/** An operation with its log taken up, and what its declaration is held to. */
export interface Taken {
  readonly id: string;
  readonly folder: string;
  readonly log: AuditLog & { close(): void };
  readonly declaration: Declaration;
  readonly digest: string;
}

export type TakenUp =
  | { readonly ok: true; readonly taken: Taken }
  | { readonly ok: false; readonly code: string; readonly detail: string };

export function runFolderOf({ root }: Workplace, id: string): string {
  return join(root, RUNS_FOLDER, id);
}

export function lockPlaceOf(place: Workplace, environment: OperationEnvironment): LockPlace {
  const { root, clock } = place;
  const operationsLock = operationsLockPath(root, environment);
  const folder = join(dirname(operationsLock), environment.toLowerCase());
  return { folder, environment, operationsLock, clock };
}

export function auditOptions(place: Workplace, id: string, environment: OperationEnvironment) {
  const { root, clock, env, actor } = place;
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value !== '' && isSecretName(name) ? [value] : [],
  );
  return {
    runs: join(root, RUNS_FOLDER),
    operationId: id,
    host: hostname(),
    actor,
    previous: environmentHead(root, environment),
    clock,
    secrets,
  };
}

/** Takes up the log of a declared operation, all of it verified. */
export function takeUp(place: Workplace, id: string): TakenUp {
  const told = declarationOf(verifyAudit(runFolderOf(place, id)).records);
  const environment = told?.declaration.environment ?? 'DEV';
  const opened: AuditOpened = openAuditLog(auditOptions(place, id, environment));
  if (!opened.ok) return { ok: false, code: opened.code, detail: opened.detail };
  const { log } = opened;
  const declared = declarationOf(log.records);
  if (declared === null) {
    log.close();
    return { ok: false, code: 'not_declared', detail: `${id} has no declaration` };
  }
  const fault = ledgerFault(place, id, log.records);
  if (fault !== null) {
    log.close();
    return fault;
  }
  const { declaration, digest } = declared;
  return { ok: true, taken: { id, folder: log.folder, log, declaration, digest } };
}

/** A log in another's hand is busy; anything else that keeps it shut is wrong with it. */
export function exitOfOpening(code: string): ExitCode {
  return code === 'audit_held' ? EXIT_CODES.invalid : EXIT_CODES.integrity_violation;
}

export function isOnRecord({ records }: AuditLog, { key_id: key, at }: Signed): boolean {
  return records.some(({ payload }) => {
    return payload.event === 'approval' && payload.key_id === key && payload.at === at;
  });
}

/** What the ledger says against a log: a part of it that was sealed is gone from its end. */
function ledgerFault(
  { root }: Workplace,
  id: string,
  records: AuditLog['records'],
): Extract<TakenUp, { ok: false }> | null {
  const { events, faults } = readLedger(root);
  const [broken] = faults;
  if (broken !== undefined) return { ok: false, code: 'ledger_invalid', detail: broken };
  const entry = entriesOf(events).find((each) => each.operation_id === id);
  const head = entry?.amendments.at(-1)?.audit_head ?? entry?.audit_head;
  if (head === undefined || records.some(({ hash }) => hash === head)) return null;
  return { ok: false, code: 'audit_truncated', detail: `no record has the hash ${head}` };
}

/** What a declaration is judged by here and now; the faults of the deny list where it has any. */
export function lintRulesOf({ root, clock }: Workplace) {
  const forbidden = loadForbidden(root);
  if (!forbidden.ok) return forbidden;
  const rules: LintRules = {
    forbidden: forbidden.forbidden,
    probe: realProbe,
    now: clock(),
    environments: ENVIRONMENTS,
  };
  return { ok: true, rules } as const;
}

export function rootsOf({ root }: Workplace, environment: OperationEnvironment): TrustRootsRead {
  return readTrustRoots(trustRootsPathOf(root, environment.toLowerCase()));
}

/** What the approvals that lie there come to; nobody is known where nobody is trusted. */
export function judgementOf(place: Workplace, taken: Taken, now: number): Judgement {
  const { declaration, folder } = taken;
  const roots = rootsOf(place, declaration.environment);
  const occasion = occasionOf(taken, now);
  if (!roots.ok) return judgeApprovers([], occasion);
  return judgeApprovals(readApprovals(folder), { ...occasion, declaration, roots: roots.roots });
}

function occasionOf({ declaration, digest, log }: Taken, now: number): Occasion {
  return { declaration, digest, startedAt: startOf(log.records), now };
}

/** Whether the answer of `by`, given at `at` (UTC), is signed for this question and option. */
export function judgedAnswer(
  place: Workplace,
  { declaration, digest, folder }: Taken,
  what: Pick<AnswerContext, 'asked' | 'option'>,
  by: Pick<Signed, 'approver' | 'key_id' | 'at'>,
  at: string,
): AnswerJudged {
  const roots = rootsOf(place, declaration.environment);
  if (!roots.ok) return { ok: false, lack: { code: 'approver_unknown', detail: roots.detail } };
  const context = { declaration, digest, roots: roots.roots, ...what, now: Date.parse(at) };
  return judgeAnswers(readAnswers(folder), context, by);
}

export function servicesOf({ root }: Workplace, named: string | undefined): ServicePort {
  if (named === 'systemd' || (named === undefined && existsSync(SYSTEMD))) return createSystemd();
  return createSupervisor(resolve(root, named ?? join('artifacts', 'services')));
}

export function backendOf(place: Workplace, taken: Taken, services: ServicePort): Backend {
  const { declaration } = taken;
  const forbidden = loadForbidden(place.root);
  if (!forbidden.ok) throw new Error('without its deny list nothing is done');
  const { uses } = declaration;
  return createBackend({
    scope: {
      paths: declaration.ALLOWED_PATHS,
      services: declaration.ALLOWED_SERVICES,
      commands: uses?.commands ?? [],
      http: uses?.http ?? [],
    },
    deny: denyList(forbidden.forbidden, declaration.custom_high_risk !== undefined),
    services,
    judgeUnit: (path, before, after) =>
      unitFault(
        { path, before, after },
        { forbidden: forbidden.forbidden, probe: realProbe, declared: uses?.commands ?? [] },
      ),
    readable: [...readOf(declaration), ...(uses?.reads ?? [])],
    packaged: [join(place.root, 'node_modules')],
    sockets: uses?.sockets ?? [],
    watched: [join(place.root, 'config')],
    ...(uses?.redis === undefined ? {} : { redis: uses.redis }),
    ...(uses?.postgres === undefined ? {} : { postgres: uses.postgres }),
  });
}

/** What is amiss and stops nobody: names on the deny list that Redis does not know. */
export async function warningsOf(
  { root }: Workplace,
  { uses }: Declaration,
): Promise<readonly string[]> {
  const forbidden = loadForbidden(root);
  if (uses?.redis === undefined || !forbidden.ok) return [];
  return streamWarnings(uses.redis, forbidden.forbidden.streams);
}

function denyList(forbidden: Forbidden, isHighRisk: boolean): DenyList {
  return {
    isForbiddenPath: (path, use) => forbidden.path(path, use) !== null,
    isForbiddenService: (unit) => {
      const why = forbidden.service(unit);
      return why === 'forbidden' || (why === 'protected' && !isHighRisk);
    },
    isForbiddenCommand: (path) => forbidden.command(basename(path)),
  };
}

/** What is only looked at, beside what may be changed. */
function readOf({ steps, verification }: Declaration): readonly string[] {
  const ofGate = (gate: Gate): readonly string[] => ('path' in gate ? [gate.path] : []);
  const paths = steps.flatMap(({ action, verification: gates }) => [
    ...(action.kind === 'fs.read' ? [action.path] : []),
    ...(action.kind === 'fs.copy' ? [action.from] : []),
    ...(action.kind === 'check' ? ofGate(action.gate) : []),
    ...gates.flatMap(ofGate),
  ]);
  return [...new Set([...paths, ...verification.flatMap(ofGate)])];
}

export function portsOf(
  place: Workplace,
  taken: Taken,
  backend: Backend,
  end: AbortSignal,
): RunPorts {
  const { log, folder, declaration } = taken;
  const { root, clock, actor } = place;
  const request = () => ({ root, log, now: clock() });
  return {
    backend,
    log,
    clock,
    actor,
    end,
    freeBytesMin: FREE_BYTES_MIN,
    warnings: () => warningsOf(place, declaration),
    takeLease: (claim) => takeLease(lockPlaceOf(place, declaration.environment), claim),
    lacking: async (now) => {
      const { granted, counted, lacks } = judgementOf(place, taken, now);
      if (!granted) return lacks.at(-1)?.code ?? 'approval_missing';
      // The outcome is judged by what is on record: so is what may be begun.
      const onRecord = counted.filter((given) => isOnRecord(log, given));
      const judged = judgeApprovers(onRecord, occasionOf(taken, now));
      return judged.granted ? null : 'approval_missing';
    },
    judgeAnswer: async ({ payload, ts }, asked) => {
      if (payload.event !== 'answer') return 'approval_missing';
      const judged = judgedAnswer(place, taken, { asked, option: payload.option }, payload, ts);
      return judged.ok ? null : judged.lack.code;
    },
    assess: async (action) => {
      const rules = lintRulesOf(place);
      return rules.ok ? assessAction(action, declaration, rules.rules) : (rules.faults[0] ?? null);
    },
    auditFault: async () => {
      const [finding] = verifyAudit(folder).findings;
      return finding === undefined ? null : `${finding.code} ${finding.detail}`;
    },
    report: async () => {
      const written = writeReport(folder, log.records, {});
      if (written.ok) return { ok: true, sha256: written.sha256 };
      return { ok: false, fault: written.faults.join(' ') };
    },
    seal: async (outcome) => done(sealOperation(request(), outcome)),
    amend: async (amendment) => done(amendOperation(request(), amendment)),
  };
}

function done(sealed: Sealed): void {
  if (!sealed.ok) throw new Error(`${sealed.code}: ${sealed.detail}`);
}
