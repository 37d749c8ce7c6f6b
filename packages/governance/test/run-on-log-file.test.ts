import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, NO_HASH } from '@holdfast/runtime/proof';
import { createAuditLog, openAuditLog } from '../src/operations/audit/log.ts';
import type { Outcome } from '../src/operations/audit/event.ts';
import type { HeldAuditLog } from '../src/operations/audit/log.ts';
import { writeReport } from '../src/operations/audit/report-file.ts';
import {
  createBench,
  createLife,
  portsOf,
  sealedOutcome,
} from '../src/operations/run/bench.fixture.ts';
import { resumeOperation } from '../src/operations/run/resume.ts';
import { runOperation } from '../src/operations/run/runner.ts';

let runs = '';

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'holdfast-runs-'));
});

afterEach(() => {
  rmSync(runs, { recursive: true, force: true });
});

const bench = createBench();
const { declaration } = bench;

function openLog(how: typeof createAuditLog): HeldAuditLog {
  const opened = how({
    runs,
    operationId: declaration.operation_id,
    host: declaration.host,
    actor: 'runner',
    previous: NO_HASH,
    clock: () => bench.now,
    secrets: [],
  });
  if (!opened.ok) throw new Error(`${opened.code}: ${opened.detail}`);
  return opened.log;
}

describe('a run whose log is a file', () => {
  it('O-08 is killed, taken up from the file alone, and verifies', async () => {
    const log = openLog(createAuditLog);
    log.append({ event: 'declared', declaration, digest: digestOf(declaration) });
    log.append({ event: 'validated', faults: [] });
    const life = createLife(70);
    const append: typeof log.append = (payload) => {
      if (!life.alive) throw new Error('killed');
      return log.append(payload);
    };
    const dies = { ...log, append };
    await runOperation(portsOf(bench, { life, changed: { log: dies } })).catch(() => null);
    expect(life.alive).toBe(false);
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a2');
    log.close();

    const again = openLog(openAuditLog);
    const seal = (outcome: Outcome) => {
      again.append({ event: 'sealed', outcome });
      return Promise.resolve();
    };
    const report = () => {
      const written = writeReport(again.folder, again.records, { summary: 'Taken back.' });
      const { ok } = written;
      return Promise.resolve(ok ? written : { ok, fault: written.faults.join(', ') });
    };
    const changed = { log: again, seal, report };
    const end = await resumeOperation(portsOf(bench, { changed }));
    again.close();
    expect(end).toMatchObject({ end: 'sealed', outcome: 'ROLLBACK' });
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a1');

    const read = openLog(openAuditLog);
    expect(sealedOutcome({ ...bench, records: [...read.records] })).toBe('ROLLBACK');
    read.close();
  });
});
