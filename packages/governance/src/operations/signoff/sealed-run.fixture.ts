/** Operations with logs on disk, as a runner leaves them. */
import { join } from 'node:path';
import type { AuditEvent } from '../audit/event.ts';
import { createAuditLog, type HeldAuditLog, openAuditLog } from '../audit/log.ts';
import { BEGAN, successOf } from '../audit/records.fixture.ts';
import { writeReport } from '../audit/report-file.ts';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { Declaration } from '../declaration.ts';
import { allocateId, enterOperation, environmentHead, RUNS_FOLDER } from './ledger.ts';
import type { LedgerEntry } from './ledger-event.ts';

export function need<T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string },
): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return answer.value;
}

export function allocated(root: string, now = BEGAN): string {
  return need(allocateId(root, { environment: 'PAPER', requestedBy: 'release-bot', now }));
}

function logOptions(root: string, operationId: string) {
  let now = BEGAN;
  return {
    runs: join(root, RUNS_FOLDER),
    operationId,
    host: 'paper-1.example',
    actor: 'runner',
    previous: environmentHead(root, 'PAPER'),
    clock: () => (now += 1_000),
    secrets: [],
  };
}

export function beginLog(root: string, id: string): HeldAuditLog {
  const opened = createAuditLog(logOptions(root, id));
  if (!opened.ok) throw new Error(`${opened.code} ${opened.detail}`);
  return opened.log;
}

export function resumeLog(root: string, id: string): HeldAuditLog {
  const opened = openAuditLog(logOptions(root, id));
  if (!opened.ok) throw new Error(`${opened.code} ${opened.detail}`);
  return opened.log;
}

/** Declared and no more. */
export function declaredRun(root: string, id: string, change: Partial<Declaration> = {}): void {
  const log = beginLog(root, id);
  for (const event of eventsOf(id, change).slice(0, 2)) log.append(event);
  log.close();
}

/** From its declaration to its seal. */
export function sealedRun(root: string, id: string, change: Partial<Declaration> = {}): void {
  const log = beginLog(root, id);
  for (const event of eventsOf(id, change)) log.append(event);
  const report = writeReport(log.folder, log.records, {});
  if (!report.ok) throw new Error(report.faults.join());
  log.append({ event: 'report', sha256: report.sha256 });
  log.append({ event: 'sealed', outcome: report.report.outcome });
  log.close();
}

/** Allocated, sealed and entered. */
export function enteredRun(root: string, change: Partial<Declaration> = {}): LedgerEntry {
  const id = allocated(root);
  sealedRun(root, id, change);
  return need(enterOperation(root, id, BEGAN));
}

/** What the rollback of a sealed operation leaves in its log. */
export function rolledBack(root: string, id: string): void {
  const log = resumeLog(root, id);
  const gates = log.records.flatMap(({ payload }) =>
    payload.event === 'verification' && payload.step === 'final' ? payload.gates : [],
  );
  const events: AuditEvent[] = [
    { event: 'rollback_started', why: 'asked for', noop: false },
    { event: 'undo', step: 2, status: 'PASS', detail: '', gates: [] },
    { event: 'undo', step: 1, status: 'PASS', detail: '', gates: [] },
    { event: 'verification', step: 'rollback', gates, status: 'PASS' },
    { event: 'rollback_finished', complete: true, left: [] },
    {
      event: 'amendment',
      outcome: 'ROLLBACK',
      rollback_timestamp: '2026-03-01T12:00:00.000Z',
      rollback_evidence: ['d'.repeat(64)],
      actor: 'carl',
    },
  ];
  for (const event of events) log.append(event);
  log.close();
}

function eventsOf(operation_id: string, change: Partial<Declaration>): AuditEvent[] {
  return successOf({ ...bundleDeclaration(), operation_id, ...change });
}
