import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_HASH } from '@holdfast/runtime/proof';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { GateRecord } from '../gate.ts';
import {
  type AuditLogOptions,
  type AuditOpened,
  createAuditLog,
  type HeldAuditLog,
  openAuditLog,
} from './log.ts';
import { prelude, successOf } from './records.fixture.ts';
import { writeReport } from './report-file.ts';
import { verifyAudit } from './verify-audit.ts';

const { operation_id: ID, host: HOST } = bundleDeclaration();
const SECRET = 'hunter2hunter2';
let runs = '';
let open: HeldAuditLog[] = [];
beforeEach(() => {
  runs = join(mkdtempSync(join(tmpdir(), 'holdfast-audit-')), 'runs');
});
afterEach(() => {
  for (const log of open) log.close();
  open = [];
  rmSync(join(runs, '..'), { recursive: true });
});

const options = (change: Partial<AuditLogOptions> = {}): AuditLogOptions => ({
  runs,
  operationId: ID,
  host: HOST,
  actor: 'runner',
  previous: NO_HASH,
  clock: () => Date.UTC(2026, 2, 1, 8),
  secrets: [SECRET],
  ...change,
});
const COPY = { recursive: true };
function held(opened: AuditOpened): HeldAuditLog {
  if (!opened.ok) throw new Error(`${opened.code} ${opened.detail}`);
  open.push(opened.log);
  return opened.log;
}
const file = (): string => join(runs, ID, 'audit.jsonl');
const codes = (): readonly string[] =>
  verifyAudit(join(runs, ID)).findings.map(({ code, record }) => `${code}:${record}`);

const template = mkdtempSync(join(tmpdir(), 'holdfast-audit-template-'));
afterAll(() => rmSync(template, { recursive: true }));

/** A whole, sealed operation, in which the first step printed something; written once. */
function sealed(): string {
  const folder = join(runs, ID);
  if (!existsSync(join(template, ID))) cpSync(writeSealed(), join(template, ID), COPY);
  cpSync(join(template, ID), folder, COPY);
  return folder;
}

function writeSealed(): string {
  const log = held(createAuditLog(options()));
  for (const event of successOf()) {
    const printed = event.event === 'step_finished' && event.step === 1;
    const output = printed ? log.keep(Buffer.from('wrote 3 files')) : null;
    log.append(output === null ? event : ({ ...event, output } as typeof event));
  }
  const report = writeReport(log.folder, log.records, {});
  if (!report.ok) throw new Error(report.faults.join());
  log.append({ event: 'report', sha256: report.sha256 });
  log.append({ event: 'sealed', outcome: report.report.outcome });
  log.close();
  open = [];
  return log.folder;
}

describe('an audit log', () => {
  it('is on disk when append returns: one canonical line each, from the hash before', () => {
    const log = held(createAuditLog(options({ previous: 'c'.repeat(64) })));
    const [declared, validated] = prelude().map((event) => {
      const record = log.append(event);
      expect(readFileSync(file(), 'utf8').endsWith(`"v":1}\n`)).toBe(true);
      return record;
    });
    expect(declared?.prev_hash).toBe('c'.repeat(64));
    expect(validated?.prev_hash).toBe(declared?.hash);
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(5);
    expect(log.records).toHaveLength(4);
    expect(codes()).toEqual([]);
  });

  it('is begun once, and taken up where it was left', () => {
    held(createAuditLog(options())).append(prelude()[0] as never);
    open.pop()?.close();
    expect(createAuditLog(options())).toMatchObject({ ok: false, code: 'audit_exists' });
    const log = held(openAuditLog(options()));
    expect(log.append({ event: 'validated', faults: [] }).seq).toBe(1);
    expect(codes()).toEqual([]);
  });

  it('has one writer', () => {
    held(createAuditLog(options()));
    expect(openAuditLog(options())).toMatchObject({ ok: false, code: 'audit_held' });
  });

  it.each([
    ['another id', { operationId: '../../etc' }, 'operation_id_invalid'],
    ['no log', { operationId: 'OPS-2026-03-01-009' }, 'audit_missing'],
  ])('refuses %s', (_what, change, code) => {
    mkdirSync(join(runs, 'OPS-2026-03-01-009'), { recursive: true });
    expect(openAuditLog(options(change))).toMatchObject({ ok: false, code });
  });

  it('O-21 that was begun on another host is not continued here', () => {
    held(createAuditLog(options())).append(prelude()[0] as never);
    open.pop()?.close();
    expect(openAuditLog(options({ host: 'workstation' }))).toMatchObject({ code: 'host_mismatch' });
  });

  it('runs no sealed operation again, and takes its later rollback', () => {
    sealed();
    const log = held(openAuditLog(options()));
    const again = successOf().find(({ event }) => event === 'step_started');
    expect(() => log.append(again as never)).toThrow('is sealed: no step_started follows');
    expect(() => log.append({ event: 'sealed', outcome: 'SUCCESS' })).toThrow('is sealed');
    log.append({ event: 'rollback_started', why: 'asked for', noop: false });
    expect(codes()).toEqual([]);
  });

  it('keeps outputs redacted, and what files held as it was, for its owner alone', () => {
    const log = held(createAuditLog(options()));
    const output = log.keep(Buffer.from(`value ${SECRET}\nPASSWORD=abc`));
    expect(output.text).toBe('value [redacted]\nPASSWORD=[redacted]');
    expect(Buffer.from(log.kept(output.ref ?? '') ?? []).toString()).toBe(output.text);
    const ref = log.hold(Buffer.from(`key: ${SECRET}`));
    expect(Buffer.from(log.kept(ref) ?? []).toString()).toBe(`key: ${SECRET}`);
    expect(statSync(join(log.folder, 'undo', ref)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(log.folder, 'outputs'))).toEqual([output.ref]);
    expect(readFileSync(join(log.folder, 'undo/.gitignore'), 'utf8')).toBe('*\n');
    expect([log.kept('../audit.jsonl'), log.kept('f'.repeat(64))]).toEqual([null, null]);
    writeFileSync(join(log.folder, 'undo', ref), 'something else');
    expect(log.kept(ref)).toBeNull();
    expect(log.keep(Buffer.alloc(0))).toMatchObject({ text: '', bytes: 0, ref: null });
  });

  it('redacts what a gate saw', () => {
    const log = held(createAuditLog(options()));
    const gates: GateRecord[] = [
      {
        gate: { kind: 'status', services: ['x.service'] },
        answer: 'pass',
        command: 'c',
        expected: 'e',
        observed: SECRET,
      },
    ];
    log.append({ event: 'verification', step: 1, gates, status: 'PASS' });
    expect(readFileSync(file(), 'utf8')).not.toContain(SECRET);
  });
});

describe('a crash in the middle of a line', () => {
  it('is told apart from an edit: the torn line is cut off, kept, and that is recorded', () => {
    const log = held(createAuditLog(options()));
    for (const event of prelude()) log.append(event);
    log.close();
    open = [];
    truncateSync(file(), statSync(file()).size - 9);
    expect(codes()).toEqual(['line_torn:3']);
    const again = held(openAuditLog(options()));
    const cut = again.records.at(-1)?.payload;
    expect(again.records).toHaveLength(4);
    expect(cut).toMatchObject({ event: 'torn_line_cut' });
    const kept = cut?.event === 'torn_line_cut' ? again.kept(cut.ref) : null;
    expect(Buffer.from(kept ?? []).toString()).toContain('"event":"preflight"');
    expect(codes()).toEqual([]);
  });

  it('does not excuse an edit before it', () => {
    const log = held(createAuditLog(options()));
    for (const event of prelude()) log.append(event);
    log.close();
    open = [];
    const text = readFileSync(file(), 'utf8').replace('"faults":[]', '"faults":[ ]');
    writeFileSync(file(), text.slice(0, -5));
    const opened = openAuditLog(options());
    expect(opened).toMatchObject({ ok: false, code: 'audit_invalid' });
    expect(!opened.ok && opened.findings[0]).toMatchObject({ code: 'record_malformed', record: 1 });
    expect(readFileSync(file(), 'utf8')).toBe(text.slice(0, -5));
  });
});

describe('O-23 a log that cannot be written', () => {
  it('is not begun where its folder cannot be', () => {
    writeFileSync(runs, 'a file');
    expect(createAuditLog(options())).toMatchObject({ ok: false, code: 'audit_unwritable' });
  });

  it('is not taken up through a link', () => {
    held(createAuditLog(options()));
    open.pop()?.close();
    renameSync(file(), `${file()}.real`);
    symlinkSync(`${file()}.real`, file());
    expect(openAuditLog(options())).toMatchObject({ ok: false, code: 'audit_unwritable' });
  });

  it('throws, and takes nothing more, once it was moved away or written by another', () => {
    const log = held(createAuditLog(options()));
    renameSync(file(), `${file()}.gone`);
    expect(() => log.append({ event: 'validated', faults: [] })).toThrow();
    renameSync(`${file()}.gone`, file());
    expect(() => log.append({ event: 'validated', faults: [] })).toThrow('takes nothing more');
    log.close();
    const other = held(openAuditLog(options()));
    appendFileSync(file(), '{}\n');
    expect(() => other.append({ event: 'validated', faults: [] })).toThrow('were written here');
  });

  it('throws where the disk has no room, and the half line is found afterwards', () => {
    const script = `
      import { createAuditLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))};
      const made = createAuditLog(${JSON.stringify({ ...options(), clock: null }).replace(
        '"clock":null',
        '"clock":()=>1.7e12',
      )});
      try {
        for (let n = 0; ; n += 1) made.log.append({ event: 'report', sha256: 'a'.repeat(64) });
      } catch (error) { console.log(error.code); }`;
    const run = spawnSync(
      '/bin/sh',
      ['-c', `ulimit -f 40; exec "${process.execPath}" --input-type=module -e "$0"`, script],
      { encoding: 'utf8' },
    );
    expect(run.stdout.trim()).toBe('EFBIG');
    const { findings, records } = verifyAudit(join(runs, ID));
    expect(findings).toMatchObject([{ code: 'line_torn', record: records.length }]);
    expect(held(openAuditLog(options())).records.length).toBe(records.length + 1);
  });
});

describe('O-14 verifyAudit', () => {
  const lines = (): string[] => readFileSync(file(), 'utf8').trimEnd().split('\n');
  const rewrite = (next: readonly string[]): void =>
    writeFileSync(file(), next.map((line) => `${line}\n`).join(''));

  it('NON-TRIP: finds nothing in a log as it was written', () => {
    const { findings, records, head } = verifyAudit(sealed());
    expect(findings).toEqual([]);
    expect(head).toBe(records.at(-1)?.hash);
  });

  it('finds one byte that was flipped, in any record, and names the record', () => {
    sealed();
    const before = lines();
    for (const [at, line] of before.entries()) {
      const middle = line.indexOf('"ts":"2026') + 9;
      rewrite(before.with(at, `${line.slice(0, middle)}9${line.slice(middle + 1)}`));
      expect(codes()).toContain(`record_edited:${at}`);
    }
  });

  it.each<readonly [string, (all: string[]) => string[], string]>([
    ['a record taken out', (all) => all.toSpliced(5, 1), 'chain_broken:5'],
    ['one put in', (all) => all.toSpliced(5, 0, all[2] ?? ''), 'chain_broken:5'],
    ['two changed places', (all) => all.with(5, all[6] ?? '').with(6, all[5] ?? ''), 'broken:5'],
    ['a line that is no record', (all) => all.with(5, '{"a":1}'), 'record_malformed:5'],
    ['another spelling', (all) => all.with(5, ` ${all[5]}`), 'record_malformed:5'],
    ['a repeated end', (all) => [...all, all.at(-1) ?? ''], 'record_after_seal'],
  ])('finds %s, and names it', (_what, forge, finding) => {
    sealed();
    rewrite(forge(lines()));
    expect(codes().join(' ')).toContain(finding);
  });

  it('finds an output that is gone or is another, by its record', () => {
    const folder = sealed();
    const [name = ''] = readdirSync(join(folder, 'outputs'));
    writeFileSync(join(folder, 'outputs', name), 'wrote 4 files');
    expect(codes()).toEqual(['output_changed:5']);
    rmSync(join(folder, 'outputs', name));
    expect(codes()).toEqual(['output_missing:5']);
  });

  it('finds a report that was touched up, and a log that is not there', () => {
    const folder = sealed();
    appendFileSync(join(folder, 'report.json'), ' ');
    expect(codes()).toEqual(['report_changed:11']);
    rmSync(folder, { recursive: true });
    expect(codes()).toEqual(['audit_unreadable:null']);
  });

  it('O-21 finds evidence that was taken on another host than the declared one', () => {
    const log = held(createAuditLog(options({ host: 'workstation' })));
    for (const event of prelude().slice(0, 2)) log.append(event);
    expect(codes()).toEqual(['host_mismatch:0', 'host_mismatch:1']);
  });

  it('finds an outcome that somebody typed', () => {
    const log = held(createAuditLog(options()));
    for (const event of prelude()) log.append(event);
    log.append({ event: 'sealed', outcome: 'SUCCESS' });
    expect(codes()).toEqual(['outcome_not_from_records:4', 'report_missing:4']);
  });

  it('finds the log of one operation in the folder of another', () => {
    const folder = sealed();
    const other = join(runs, 'OPS-2026-03-01-002');
    cpSync(folder, other, COPY);
    expect(verifyAudit(other).findings[0]).toMatchObject({ code: 'operation_mismatch', record: 0 });
  });
});
