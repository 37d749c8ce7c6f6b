/**
 * Owns the execution (section 9.14): asks the machine what comes next, does that, records it, and
 * asks again. One step at a time, each verified, everything undone on the first failure.
 */
import type { AuditEvent, AuditRecord, Change } from '../audit/event.ts';
import { gatesOf } from '../audit/story.ts';
import type { GateRecord } from '../gate.ts';
import { executeStep, guard, secure } from './execute.ts';
import type { NotBegun, RunEnd } from './exit-code.ts';
import { ANSWER_WITHIN_MS, HALT_OPTIONS, nextMove, stateOf } from './machine.ts';
import type { Answers, Move } from './machine.ts';
import {
  append,
  askAll,
  askedToEnd,
  changesSince,
  detailOf,
  heldManifest,
  lackingOf,
  outOfScope,
  requireIntactLog,
  stop,
  stopOf,
} from './ports.ts';
import type { Amendment, Lease, LeaseUse, RunPorts } from './ports.ts';
import { preflight } from './preflight.ts';
import { baselineGates, finalGates, hasMutated, unlooked, verdictOf } from './standing.ts';
import type { Begun, Standing } from './standing.ts';
import { leftByCommand, undoStep } from './undo.ts';

/** Carries out an operation that was validated and approved, and that has not begun. */
export async function runOperation(ports: RunPorts): Promise<RunEnd> {
  const fold = stateOf(ports.log.records);
  if (!fold.ok) return illegal(fold);
  const { name } = fold.standing.state;
  if (name === 'DECLARED') return refused('not_validated', 'the declaration was found invalid');
  if (name !== 'VALIDATED' && name !== 'AWAITING_APPROVAL' && name !== 'APPROVED') {
    return refused('already_begun', `the operation is ${name}; \`resume\` goes on with it`);
  }
  return underLease(ports, fold.standing, 'run', (lease) => drive(ports, lease, false));
}

/** Takes the environment, does the work, and leaves the environment as the end demands. */
export async function underLease(
  ports: RunPorts,
  { declaration }: Standing,
  use: LeaseUse,
  work: (lease: Lease) => Promise<RunEnd>,
): Promise<RunEnd> {
  const { host } = ports.backend;
  if (host !== declaration.host) {
    return refused('host_mismatch', `${host} is not ${declaration.host}`);
  }
  const answer = ports.takeLease({
    operationId: declaration.operation_id,
    environment: declaration.environment,
    requestedBy: declaration.requested_by,
    impact: declaration.trading_impact,
    use,
  });
  if (!answer.taken) return refused(answer.code, answer.detail);
  const { lease } = answer;
  try {
    await requireIntactLog(ports);
    const end = await work(lease);
    if (end.end === 'sealed' || end.end === 'refused') guard(() => lease.release());
    else lease.abandon();
    return end;
  } catch (error) {
    lease.abandon();
    const code = stopOf(error);
    if (code === null) throw error;
    return { end: 'stopped', code, detail: detailOf(error) };
  }
}

/** Goes on until there is nothing to do. Every turn of it leaves a record. */
export async function drive(ports: RunPorts, lease: Lease, takenOver: boolean): Promise<RunEnd> {
  let isFirst = takenOver;
  for (;;) {
    await hear();
    const { records } = ports.log;
    const [first] = records;
    if (first?.payload.event !== 'declared') return illegal(stateOf(records));
    const answers = await answersFor(ports, isFirst);
    const decision = nextMove(first.payload.declaration, records, answers);
    if (!decision.ok) return illegal(decision);
    const { move, standing } = decision;
    const end = endOf(move, standing, ports);
    if (end !== null) return end;
    const length = records.length;
    await perform(move, standing, ports, lease);
    if (ports.log.records.length <= length) {
      stop('audit_unwritable', `${move.move} left no record`);
    }
    isFirst = false;
  }
}

/**
 * What this process was sent meanwhile is heard before anything more is begun. Twice, as the first
 * turn may end before the system is asked.
 */
async function hear(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function answersFor(ports: RunPorts, takenOver: boolean): Promise<Answers> {
  const fold = stateOf(ports.log.records);
  const now = ports.clock();
  const { standing } = fold.ok ? fold : { standing: null };
  const isOpen = standing !== null && isAskingForApproval(standing);
  return {
    now,
    lacking: isOpen ? await lackingOf(ports) : null,
    accepted: standing === null ? null : await acceptedOf(standing, ports),
    takenOver,
    asked: askedToEnd(ports),
  };
}

function isAskingForApproval({ state: { name } }: Standing): boolean {
  return ['VALIDATED', 'AWAITING_APPROVAL', 'APPROVED', 'HALTED_ASK'].includes(name);
}

/** The first answer that came in time from somebody who may give it. */
async function acceptedOf({ halt }: Standing, ports: RunPorts): Promise<string | null> {
  if (halt === null) return null;
  for (const record of halt.answers) {
    const { payload, ts } = record;
    const inTime = Date.parse(ts) - halt.at < ANSWER_WITHIN_MS;
    if (payload.event !== 'answer' || !inTime) continue;
    const fault = await ports.judgeAnswer(record, halt).catch(detailOf);
    if (fault === null) return payload.option;
  }
  return null;
}

function endOf(move: Move, standing: Standing, { log }: RunPorts): RunEnd | null {
  switch (move.move) {
    case 'refuse':
      if (move.code === 'asked_to_end') return refused(move.code, 'nothing was begun');
      return refused(move.code, 'see the approvals on record');
    case 'wait': {
      const halt = log.records.findLast(({ payload }) => payload.event === 'halt')?.payload;
      if (halt?.event !== 'halt') return null;
      return { end: 'halted', question: halt.question, options: halt.options };
    }
    case 'done':
      return sealedEnd(standing);
    default:
      return null;
  }
}

async function perform(
  move: Move,
  standing: Standing,
  ports: RunPorts,
  lease: Lease,
): Promise<void> {
  switch (move.move) {
    case 'preflight':
      return orRollBack(await preflight(standing, ports), standing, ports);
    case 'execute':
      return orRollBack(await executeStep(standing, move.step, ports, lease), standing, ports);
    case 'verify':
      return verify(move.step, standing, ports);
    case 'halt':
      return append(ports, question(ports));
    case 'roll_back':
      return append(ports, { event: 'rollback_started', why: move.why, noop: move.noop });
    case 'undo':
      return undo(move.begun, standing, ports, lease);
    case 'verify_rollback': {
      const since = standing.rollback?.at ?? ports.clock();
      const gates = await askAll(ports.backend, baselineGates(standing.declaration), since);
      return recordVerdict('rollback', gates, ports);
    }
    case 'finish_rollback':
      return finishRollback(standing, ports, lease);
    case 'report':
      return report(move.outcome, ports);
    case 'seal':
      return seal(move.outcome, ports);
    case 'amend':
      return amend(ports);
    case 'refuse':
    case 'wait':
    case 'done':
  }
}

function orRollBack(why: string | null, standing: Standing, ports: RunPorts): void {
  if (why === null) return;
  append(ports, { event: 'rollback_started', why, noop: !hasMutated(standing) });
}

async function verify(
  step: number | 'final',
  { declaration, begun }: Standing,
  ports: RunPorts,
): Promise<void> {
  const declared = step === 'final' ? undefined : declaration.steps[step - 1];
  const asked = declared === undefined ? finalGates(declaration) : gatesOf(declared);
  const started = step === 'final' ? begun[0] : begun.find((entry) => entry.step === step);
  const gates = await askAll(ports.backend, asked, started?.at ?? ports.clock());
  recordVerdict(step, gates, ports);
}

function recordVerdict(
  step: number | 'final' | 'rollback',
  gates: readonly GateRecord[],
  ports: RunPorts,
): void {
  append(ports, { event: 'verification', step, gates, status: verdictOf(gates) });
}

/** What could not be asked, from the record that says so. */
function question({ log }: RunPorts): AuditEvent {
  const { payload } = { ...log.records.at(-1) };
  const gates = payload !== undefined && 'gates' in payload ? payload.gates : [];
  const open = gates.filter(({ answer }) => answer === 'inconclusive');
  const told = open.map(({ command, observed }) => `${command}: ${observed}`).join('; ');
  const about = payload?.event === 'verification' ? `step ${payload.step}` : 'the preflight';
  return {
    event: 'halt',
    question: `Of ${about} could not be verified: ${told}. Ask again, or roll back?`,
    options: HALT_OPTIONS,
  };
}

async function undo(
  begun: Begun,
  { declaration }: Standing,
  ports: RunPorts,
  lease: Lease,
): Promise<void> {
  const { step, undo: record } = begun;
  const declared = declaration.steps[step - 1];
  if (declared === undefined) stop('audit_illegal', `there is no step ${step}`);
  secure(lease);
  const left = (): Promise<string | null> => leftByCommand(begun, declared, ports);
  const { status, detail, gates, strayed } = await undoStep(record, declared, ports, left);
  if (strayed.length > 0) {
    guard(() => lease.latch(`scope_violation:${step}`));
    append(ports, { event: 'scope_violation', step, changes: strayed });
  }
  append(ports, { event: 'undo', step, status, detail, gates });
}

async function finishRollback(standing: Standing, ports: RunPorts, lease: Lease): Promise<void> {
  const left = [...leftBy(standing), ...(await leftOutside(standing, ports, lease))];
  // Latched before it is told: what nobody has put back must not be built upon.
  if (left.length > 0) guard(() => lease.latch(left.join('; ')));
  append(ports, { event: 'rollback_finished', complete: left.length === 0, left });
}

/** What a step that failed or was killed left outside of the scope, and nobody has seen yet. */
async function leftOutside(
  standing: Standing,
  ports: RunPorts,
  lease: Lease,
): Promise<readonly string[]> {
  const last = unlooked(standing);
  if (last === null) return [];
  const changes = await changesSince(heldManifest(last.manifest, ports), ports.backend);
  if (changes === null) return [`scope_unknown:${last.step}: what else it changed`];
  const known = new Set(standing.strayed.map(({ path }) => path));
  const found = outOfScope(changes).filter(({ path }) => !known.has(path));
  if (found.length > 0) {
    guard(() => lease.latch(`scope_violation:${last.step}`));
    append(ports, { event: 'scope_violation', step: last.step, changes: found });
  }
  return found.map(outside);
}

/** Exactly what is not as it was. */
function leftBy({ rollback, strayed, unexplained }: Standing): readonly string[] {
  const undone = rollback?.undone.filter(({ status }) => status === 'FAIL') ?? [];
  const gates = rollback?.gates?.filter(({ answer }) => answer !== 'pass') ?? [];
  return [
    ...undone.map(({ step, detail }) => `undo_failed:${step}: ${detail}`),
    ...gates.map(({ gate, answer, observed }) => `gate_${answer}:${gate.kind}: ${observed}`),
    ...unexplained,
    ...strayed.map(outside),
  ];
}

function outside({ path, what }: Change): string {
  return `scope_violation:${path}: ${what}`;
}

async function report(outcome: Parameters<RunPorts['seal']>[0], ports: RunPorts): Promise<void> {
  const made = await ports.report(outcome).catch((error: unknown) => {
    stop('report_incomplete', detailOf(error));
  });
  if (!made.ok) stop('report_incomplete', made.fault);
  append(ports, { event: 'report', sha256: made.sha256 });
}

async function seal(outcome: Parameters<RunPorts['seal']>[0], ports: RunPorts): Promise<void> {
  await requireIntactLog(ports);
  await ports.seal(outcome).catch((error: unknown) => {
    stop('seal_failed', detailOf(error));
  });
}

/** Evidence by reference: the records of the way back, each named by its hash. */
async function amend(ports: RunPorts): Promise<void> {
  const { records } = ports.log;
  const from = records.findLastIndex(({ payload }) => payload.event === 'rollback_started');
  const amendment: Amendment = {
    event: 'amendment',
    outcome: 'ROLLBACK',
    rollback_timestamp: new Date(ports.clock()).toISOString(),
    rollback_evidence: records.slice(from).map(({ hash }) => hash),
    actor: ports.actor,
  };
  await ports.amend(amendment).catch((error: unknown) => {
    stop('seal_failed', detailOf(error));
  });
}

/** What is sealed, and amended, is in the ledger: once, however often this is called. */
export async function enter(ports: RunPorts, { sealed }: Standing): Promise<void> {
  if (sealed !== null) await seal(sealed, ports);
  const { payload } = { ...ports.log.records.findLast(isAmendment) };
  if (payload?.event !== 'amendment') return;
  await ports.amend(payload).catch((error: unknown) => {
    stop('seal_failed', detailOf(error));
  });
}

function isAmendment({ payload }: AuditRecord): boolean {
  return payload.event === 'amendment';
}

/** The end of an operation that has nothing more to do. */
export function sealedEnd(standing: Standing): RunEnd {
  const { rollback, strayed, sealed } = standing;
  const { state } = standing;
  const failed = rollback?.complete === false;
  const broken = failed && rollback.left.some((line) => !line.startsWith('scope_violation:'));
  return {
    end: 'sealed',
    outcome: failed ? 'PARTIAL' : state.name === 'SEALED' ? state.outcome : (sealed ?? 'PARTIAL'),
    left: rollback?.left ?? [],
    strayed,
    rollbackFailed: broken,
  };
}

export function refused(code: NotBegun, detail: string): RunEnd {
  return { end: 'refused', code, detail };
}

export function illegal(fold: ReturnType<typeof stateOf>): RunEnd {
  const detail = fold.ok ? 'no declaration' : `${fold.code} at record ${fold.seq} (${fold.event})`;
  return { end: 'stopped', code: 'audit_illegal', detail };
}
