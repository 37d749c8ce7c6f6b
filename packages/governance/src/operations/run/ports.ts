/**
 * What the runner is handed: the hands, the log, the lease of its environment, a clock, and the
 * judgements that belong to others. It reads no clock and knows no file by itself.
 */
import type {
  ApprovalFault,
  AuditEvent,
  AuditLog,
  AuditRecord,
  Change,
  Outcome,
} from '../audit/event.ts';
import type { Declaration, OperationEnvironment } from '../declaration.ts';
import type { Fault } from '../fault.ts';
import type { Gate, GateRecord } from '../gate.ts';
import type { Action } from '../step.ts';
import type { Backend, Manifest } from './backend.ts';
import type { LeaseRefusal, StopCode } from './exit-code.ts';
import type { Halt } from './standing.ts';

/** The environment, held by one process for one operation. */
export interface Lease {
  /** Greater than that of everybody who held it before. */
  readonly token: number;
  /** Whether it is still ours. Asked immediately before each change. */
  holds(): boolean;
  /** Before the first change: tells the runtime, where the operation touches trading. */
  lockTrading(): void;
  /** From here on nothing happens in this environment until a person clears it (O-07). */
  latch(why: string): void;
  /** The operation has ended. */
  release(): void;
  /** The process ends and the operation has not: only its own `resume` may go on. */
  abandon(): void;
}

export type LeaseUse = 'run' | 'resume' | 'rollback';

export type LeaseAnswer =
  | { readonly taken: true; readonly lease: Lease }
  | { readonly taken: false; readonly code: LeaseRefusal; readonly detail: string };

export interface LeaseClaim {
  readonly operationId: string;
  readonly environment: OperationEnvironment;
  readonly requestedBy: string;
  readonly impact: Declaration['trading_impact'];
  readonly use: LeaseUse;
}

export type ReportMade =
  | { readonly ok: true; readonly sha256: string }
  /** `fault` is the code with its operand, as `report_incomplete:RISK ASSESSMENT`. */
  | { readonly ok: false; readonly fault: string };

export type Amendment = Extract<AuditEvent, { event: 'amendment' }>;

export interface RunPorts {
  readonly backend: Backend;
  readonly log: AuditLog;
  /** ms since the epoch, UTC. */
  readonly clock: () => number;
  /** One operation per environment. */
  readonly takeLease: (claim: LeaseClaim) => LeaseAnswer;
  /** What the approvals on record lack as of `now`; null where they suffice. */
  readonly lacking: (now: number) => Promise<ApprovalFault | null>;
  /** Whether an answer is an approver's, to this question; null where it is. */
  readonly judgeAnswer: (answer: AuditRecord, halt: Halt) => Promise<ApprovalFault | null>;
  /** Judges an action by the scope as it is now, links and all; null where it is allowed. */
  readonly assess: (action: Action) => Promise<Fault | null>;
  /** What is wrong with the chain of records, or null. */
  readonly auditFault: () => Promise<string | null>;
  /** What is amiss at the start and stops nobody: it goes on record. */
  readonly warnings?: () => Promise<readonly string[]>;
  /** Writes the report. */
  readonly report: (outcome: Outcome) => Promise<ReportMade>;
  /** Writes the ledger's entry and the record `sealed`; may be called again after a crash. */
  readonly seal: (outcome: Outcome) => Promise<void>;
  /** Writes the record `amendment` and the ledger's; may be called again after a crash. */
  readonly amend: (amendment: Amendment) => Promise<void>;
  /** Who carries out a later rollback, for the amendment. */
  readonly actor: string;
  /** Aborted when this process is asked to end; the reason is by what. */
  readonly end: AbortSignal;
  /** Less room than this for what is kept, and nothing begins. */
  readonly freeBytesMin: number;
}

/** Ends the run where it stands: thrown here, and understood by `stopOf` in the loop alone. */
export function stop(code: StopCode, detail: string): never {
  throw new Error(detail, { cause: { stop: code } });
}

/** What a thrown error says about stopping; null where it is any other trouble. */
export function stopOf(error: unknown): StopCode | null {
  const cause = error instanceof Error ? error.cause : null;
  if (typeof cause !== 'object' || cause === null || !('stop' in cause)) return null;
  return cause.stop as StopCode;
}

/** What asked this process to end; null where nothing has. */
export function askedToEnd({ end }: Pick<RunPorts, 'end'>): string | null {
  return end.aborted ? String(end.reason) : null;
}

export function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is not on record has not happened, and nothing happens after it (O-23). */
export function append({ log }: Pick<RunPorts, 'log'>, payload: AuditEvent): void {
  try {
    log.append(payload);
  } catch (error) {
    stop('audit_unwritable', detailOf(error));
  }
}

/** Approvals that cannot be judged are none. */
export async function lackingOf({ lacking, clock }: RunPorts): Promise<ApprovalFault | null> {
  try {
    return await lacking(clock());
  } catch {
    return 'approval_missing';
  }
}

/** Nothing is changed, and nothing sealed, on top of a log that is not what it was. */
export async function requireIntactLog({ auditFault }: RunPorts): Promise<void> {
  const damaged = await auditFault().catch(detailOf);
  if (damaged !== null) stop('audit_not_intact', damaged);
}

/** What is there now; null where it cannot be read. */
export async function readManifest(backend: Backend): Promise<Manifest | null> {
  try {
    return await backend.manifest();
  } catch {
    return null;
  }
}

/** What has changed since; null where nobody can tell. */
export async function changesSince(
  before: Manifest | null,
  backend: Backend,
): Promise<readonly Change[] | null> {
  const after = await readManifest(backend);
  if (before === null || after === null) return null;
  try {
    return backend.changes(before, after);
  } catch {
    return null;
  }
}

/** Keeps what was there, for whoever has to look when this process is gone. */
export function holdManifest(manifest: Manifest, { log }: Pick<RunPorts, 'log'>): string {
  try {
    return log.hold(Buffer.from(JSON.stringify([...manifest]), 'utf8'));
  } catch (error) {
    return stop('audit_unwritable', detailOf(error));
  }
}

/** What was kept; null where it is gone. */
export function heldManifest(ref: string | null, { log }: Pick<RunPorts, 'log'>): Manifest | null {
  const bytes = ref === null ? null : log.kept(ref);
  if (bytes === null) return null;
  // Ours, and the log answers for its digest.
  return new Map(JSON.parse(Buffer.from(bytes).toString('utf8')) as [string, string][]);
}

export function outOfScope(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ inScope }) => !inScope);
}

/** All of them, one after the other. A gate that could not be asked says so in its record. */
export async function askAll(
  backend: Backend,
  gates: readonly Gate[],
  since: number,
): Promise<readonly GateRecord[]> {
  const records: GateRecord[] = [];
  for (const gate of gates) records.push(await askOne(backend, gate, since));
  return records;
}

async function askOne(backend: Backend, gate: Gate, since: number): Promise<GateRecord> {
  try {
    // The gate that was asked, whatever the answer says it is about.
    return { ...(await backend.ask(gate, since)), gate };
  } catch (error) {
    return {
      gate,
      answer: 'inconclusive',
      command: gate.kind,
      expected: 'an answer',
      observed: `could not be asked: ${detailOf(error)}`.slice(0, OBSERVED_MAX),
    };
  }
}

const OBSERVED_MAX = 500;
