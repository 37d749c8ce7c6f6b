/** What an operation leaves, held against `holdfast verify`: by another program, offline. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as fc from 'fast-check';
import { proofPaths, type VerifyReport, verifyPath } from '@holdfast/runtime/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectDesk, type Typed } from './project-desk.ts';

const RUNTIME = join(import.meta.dirname, '../../runtime/src/cli.ts');

const desk = new ProjectDesk();
const copies = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
/** One that was taken back after its success, and one that stands. */
let taken = '';
let stands = '';
beforeAll(async () => {
  await desk.open();
  taken = await desk.declared();
  await desk.type('run', taken);
  await desk.type('rollback', taken, '--why', 'no longer wanted');
  stands = await desk.declared();
  await desk.type('run', stands);
});
afterAll(async () => {
  await desk.close();
  rmSync(copies, { recursive: true, force: true });
});

/** A copy of `ops/`, to be edited. */
let count = 0;
function copyOfOps(): string {
  count += 1;
  const ops = join(copies, String(count), 'ops');
  cpSync(join(desk.root, 'ops'), ops, { recursive: true });
  return ops;
}

function verify(path: string): VerifyReport {
  return verifyPath({
    path,
    trustRootsPath: proofPaths(desk.root).developmentTrustRoots,
    now: Date.now(),
    acceptsDevelopmentKeys: false,
  });
}

/** `holdfast verify`, as somebody types it. */
function typed(path: string): Promise<Typed> {
  const roots = proofPaths(desk.root).developmentTrustRoots;
  const argv = [RUNTIME, 'verify', path, '--roots', roots];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { encoding: 'utf8' }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** All that is vouched for: the lock of a writer, and what tells git to look away, are not. */
function vouchedFor(ops: string): readonly string[] {
  const names = readdirSync(ops, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !/(^|\/)(writer\.(lock|json)|\.gitignore)$/.test(name))
    .filter((name) => statSync(join(ops, name)).isFile())
    .sort();
}

const told = ({ findings }: VerifyReport): readonly string[] =>
  findings.filter(({ answer }) => answer !== 'yes').map(({ path, code }) => `${path} ${code}`);

describe('holdfast verify of what operations leave', () => {
  it('O-14 NON-TRIP: says yes to the whole, to one record and to the ledger', async () => {
    const ops = join(desk.root, 'ops');
    for (const path of [ops, join(ops, 'ledger'), join(ops, 'runs', taken)]) {
      expect(await typed(path)).toMatchObject({ code: 0, err: '' });
    }
    const whole = await typed(ops);
    expect(whole.out).toContain(`${join(ops, 'runs', stands)} RECORD_SOUND`);
    expect(whole.out).toContain(`${join(ops, 'ledger')} RECORD_SOUND`);
  });

  it('O-14 cannot tell where a log ends without its ledger, and says so', async () => {
    const ops = copyOfOps();
    rmSync(join(ops, 'ledger'), { recursive: true });
    const answer = await typed(join(ops, 'runs', stands));
    expect(answer.code).toBe(2);
    expect(answer.err).toContain('audit.jsonl END_UNKNOWN');
    expect(answer.out).toContain('could not tell');
  });

  it('O-14 TRIP: one flipped bit of any file is no longer what was written', async () => {
    const ops = copyOfOps();
    const files = vouchedFor(ops);
    expect(files.filter((name) => name.endsWith('.dsse')).length).toBeGreaterThan(1);
    expect(files.some((name) => name.includes('/outputs/'))).toBe(true);
    expect(files.some((name) => name.endsWith('.yaml'))).toBe(true);
    const place = fc.tuple(fc.constantFrom(...files), fc.nat(), fc.nat({ max: 7 }));
    fc.assert(
      fc.property(place, ([name, at, bit]) => {
        const path = join(ops, name);
        const honest = readFileSync(path);
        const edited = Buffer.from(honest);
        const index = at % edited.length;
        edited[index] = (edited[index] ?? 0) ^ (1 << bit);
        writeFileSync(path, edited);
        const report = verify(ops);
        writeFileSync(path, honest);
        expect(report.exitCode, `${name} at ${index}`).not.toBe(0);
        expect(told(report).join('\n')).toContain(name.split('/').slice(0, 2).join('/'));
      }),
      { numRuns: 150 },
    );
    expect(verify(ops).exitCode).toBe(0);
    expect(await typed(ops)).toMatchObject({ code: 0 });
  });

  it('O-14 TRIP: a line that is removed, doubled, moved or cut is missed', () => {
    const ops = copyOfOps();
    const logs = vouchedFor(ops).filter((name) => name.endsWith('.jsonl'));
    expect(logs).toHaveLength(3);
    const edits = fc.constantFrom('remove', 'double', 'swap', 'cut', 'truncate' as const);
    const place = fc.tuple(fc.constantFrom(...logs), edits, fc.nat(), fc.nat());
    fc.assert(
      fc.property(place, ([name, edit, at, other]) => {
        const path = join(ops, name);
        const honest = readFileSync(path, 'utf8');
        const edited = editLines(honest, edit, at, other);
        if (edited === honest) return;
        writeFileSync(path, edited);
        const report = verify(ops);
        writeFileSync(path, honest);
        expect(report.exitCode, `${edit} of ${name}`).not.toBe(0);
      }),
      { numRuns: 120 },
    );
    expect(verify(ops).exitCode).toBe(0);
  });

  it('O-14 TRIP: names what was taken away, put there, or put in the place of another', () => {
    const ops = copyOfOps();
    for (const name of vouchedFor(ops)) {
      const path = join(ops, name);
      const honest = readFileSync(path);
      rmSync(path);
      expect(verify(ops).exitCode, name).not.toBe(0);
      writeFileSync(path, honest);
    }
    const stranger = join(ops, 'runs', stands, 'outputs', 'more');
    writeFileSync(stranger, 'more');
    expect(told(verify(ops))).toEqual([`${relative(ops, stranger)} UNSIGNED`]);
    rmSync(stranger);
    expect(verify(ops).exitCode).toBe(0);
  });

  it('O-11 TRIP: the approval of another operation is none of this one', () => {
    const ops = copyOfOps();
    const [own, foreign] = [stands, taken].map((id) => join(ops, 'runs', id, 'approvals'));
    rmSync(own ?? '', { recursive: true });
    cpSync(foreign ?? '', own ?? '', { recursive: true });
    const report = verify(join(ops, 'runs', stands));
    expect(report.verdict).toBe('no');
    expect(told(report).every((line) => line.endsWith('APPROVAL_MISMATCH'))).toBe(true);
  });

  it('O-14 TRIP: the rollback of a success cannot be cut off', () => {
    const ops = copyOfOps();
    const log = join(ops, 'runs', taken, 'audit.jsonl');
    const lines = readFileSync(log, 'utf8').split('\n');
    const seal = lines.findIndex((line) => line.includes('"event":"sealed"'));
    writeFileSync(log, `${lines.slice(0, seal + 1).join('\n')}\n`);
    expect(told(verify(ops))).toEqual([`runs/${taken}/audit.jsonl RECORD_TRUNCATED`]);
  });
});

type Edit = 'remove' | 'double' | 'swap' | 'cut' | 'truncate';

function editLines(text: string, edit: string, at: number, other: number): string {
  const lines = text.split('\n').slice(0, -1);
  const [a, b] = [at % lines.length, other % lines.length];
  const joined = (kept: readonly string[]): string => kept.map((line) => `${line}\n`).join('');
  switch (edit as Edit) {
    case 'remove':
      return joined(lines.toSpliced(a, 1));
    case 'double':
      return joined(lines.toSpliced(b, 0, lines[a] ?? ''));
    case 'swap':
      return joined(lines.with(a, lines[b] ?? '').with(b, lines[a] ?? ''));
    case 'cut':
      return joined(lines.slice(0, a));
    case 'truncate':
      return text.slice(0, at % text.length);
  }
}
