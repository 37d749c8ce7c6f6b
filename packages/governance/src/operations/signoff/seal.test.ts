import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeldAuditLog } from '../audit/log.ts';
import { BEGAN, successOf } from '../audit/records.fixture.ts';
import { writeReport } from '../audit/report-file.ts';
import { bundleDeclaration } from '../declaration.fixture.ts';
import { findEntry } from './ledger.ts';
import { amendOperation, sealOperation } from './seal.ts';
import { allocated, beginLog, resumeLog } from './sealed-run.fixture.ts';
import { verifyLedger } from './verify-ledger.ts';

let root = '';
let id = '';
let log: HeldAuditLog;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-seal-'));
  id = allocated(root);
  log = beginLog(root, id);
});
afterEach(() => {
  log.close();
  rmSync(root, { recursive: true });
});
const request = () => ({ root, log, now: BEGAN });
const events = () => successOf({ ...bundleDeclaration(), operation_id: id });
const AMENDMENT = {
  event: 'amendment',
  outcome: 'ROLLBACK',
  rollback_timestamp: '2026-03-01T12:00:00.000Z',
  rollback_evidence: [],
  actor: 'carl',
} as const;

function reported(): void {
  for (const event of events()) log.append(event);
  const written = writeReport(log.folder, log.records, {});
  if (!written.ok) throw new Error(written.faults.join());
  log.append({ event: 'report', sha256: written.sha256 });
}

describe('the seal', () => {
  it('NON-TRIP: is put on what was reported, and entered, and once only', () => {
    reported();
    const sealed = sealOperation(request(), 'SUCCESS');
    expect(sealed).toMatchObject({ ok: true, value: { operation_id: id, outcome: 'SUCCESS' } });
    expect(sealOperation(request(), 'SUCCESS')).toEqual(sealed);
    expect(log.records.filter(({ payload }) => payload.event === 'sealed')).toHaveLength(1);
    expect(verifyLedger(root, { anchors: false })).toEqual([]);
  });

  it('is entered by the next one where a crash came between the two', () => {
    reported();
    log.append({ event: 'sealed', outcome: 'SUCCESS' });
    log.close();
    log = resumeLog(root, id);
    expect(findEntry(root, id)).toBeNull();
    expect(sealOperation(request(), 'SUCCESS')).toMatchObject({ ok: true });
    expect(findEntry(root, id)).not.toBeNull();
  });

  it('O-19 is not put on an operation whose report was incomplete', () => {
    const dropped = events().slice(0, 2);
    for (const event of dropped) log.append(event);
    const written = writeReport(log.folder, log.records, { summary: 'all well' });
    expect(written).toMatchObject({
      ok: false,
      faults: ['report_incomplete:CHANGES MADE', 'report_incomplete:VERIFICATION EVIDENCE'],
    });
    expect(sealOperation(request(), 'PARTIAL')).toMatchObject({ code: 'report_missing' });
    expect(log.records.some(({ payload }) => payload.event === 'sealed')).toBe(false);
    expect(findEntry(root, id)).toBeNull();
  });

  it('O-10 is not put on an outcome that somebody typed', () => {
    for (const event of events().slice(0, -1)) log.append(event);
    const typed = sealOperation(request(), 'SUCCESS');
    expect(typed).toMatchObject({ ok: false, code: 'outcome_not_from_records' });
    expect(!typed.ok && typed.detail).toContain('verification_missing:final');
  });

  it('O-15 is amended by a rollback that happened, once, and by nothing else', () => {
    reported();
    sealOperation(request(), 'SUCCESS');
    const early = amendOperation(request(), AMENDMENT);
    expect(early).toMatchObject({ ok: false, code: 'operation_not_rolled_back' });
    log.append({ event: 'rollback_started', why: 'asked for', noop: false });
    log.append({ event: 'rollback_finished', complete: true, left: [] });
    for (const _ of [1, 2]) {
      const amended = amendOperation(request(), AMENDMENT);
      expect(amended).toMatchObject({ ok: true, value: { amendments: [{ actor: 'carl' }] } });
    }
    expect(readFileSync(join(log.folder, 'audit.jsonl'), 'utf8').match(/"amendment"/g)).toEqual([
      '"amendment"',
    ]);
  });
});
