/** Records of operations and their ledger, made by hand: verified without governance (rule 8). */
import { hash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATION_APPROVAL_PREDICATE } from '@holdfast/core/proof';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  canonical,
  digestOf,
  entryDocument,
  foldEntries,
  lineOf,
  monthlyDocuments,
  NO_HASH,
  type SigningKey,
  signFile,
  verifyPath,
} from '../src/proof/index.ts';
import { ProofBench, T0 } from './proof-fixture.ts';

const ID = 'OPS-2026-03-01-001';
const AT = new Date(T0).toISOString();
const DECLARATION = { operation_id: ID, OBJECTIVE: 'The limit becomes 2.' };
const OUTPUT = 'done\n';
const sha256 = (text: string): string => hash('sha256', text, 'hex');

let bench: ProofBench;
let keys: Record<'ana' | 'ben', SigningKey>;
let ops: string;
let run: string;

beforeEach(() => {
  bench = new ProofBench();
  keys = { ana: bench.newKey('ana'), ben: bench.newKey('ben') };
  bench.people('ana', keys.ana, 'ben', keys.ben);
  ops = join(bench.folder, 'ops');
  run = join(ops, 'runs', ID);
  for (const folder of ['outputs', 'approvals']) mkdirSync(join(run, folder), { recursive: true });
  mkdirSync(join(ops, 'ledger'));
  enter(putRun(payloads()));
});
afterEach(() => bench.remove());

const put = (name: string, text: string): void => writeFileSync(join(run, name), text);

/** A chain of these, and the hash of its last record. */
function chainOf(bodies: readonly object[]): { text: string; head: string } {
  let head = NO_HASH;
  let text = '';
  bodies.forEach((body, seq) => {
    const made = lineOf({ ...body, seq, prev_hash: head });
    text += made.line;
    head = made.hash;
  });
  return { text, head };
}

function payloads(): readonly object[] {
  const approval = { digest: digestOf(DECLARATION), ...approved('ana', keys.ana) };
  return [
    { event: 'declared', declaration: DECLARATION, digest: digestOf(DECLARATION) },
    { event: 'approval', ...approval },
    { event: 'step_finished', step: 1, output: { text: '', bytes: 5, ref: sha256(OUTPUT) } },
    { event: 'report', sha256: sha256(putReport('# done\n')) },
    { event: 'sealed', outcome: 'SUCCESS' },
  ];
}

function putReport(markdown: string): string {
  const report = `${canonical({ outcome: 'SUCCESS', markdown_sha256: sha256(markdown) })}\n`;
  put('report.md', markdown);
  put('report.json', report);
  return report;
}

/** Signs, and answers what the log says of it. */
function approved(approver: string, key: SigningKey, over: object = {}): object {
  const said = { approver, role: 'desk', at: AT, expires_at: AT };
  const document = {
    approval_version: 1,
    operation_id: ID,
    declaration_digest: digestOf(DECLARATION),
    decision: 'approve',
    ...said,
    ...over,
  };
  const path = join(run, 'approvals', `${approver}.json`);
  writeFileSync(path, `${canonical(document)}\n`);
  rmSync(`${path}.dsse`, { force: true });
  const predicate = { signed_ts_ms: T0 };
  const signed = signFile(path, { predicateType: OPERATION_APPROVAL_PREDICATE, predicate }, [key]);
  expect(signed).toMatchObject({ ok: true });
  return { ...said, key_id: key.keyId, self: false };
}

/** @returns the hash of the record that seals it. */
function putRun(events: readonly object[], id = ID): string {
  const { text, head } = chainOf(events.map((payload) => ({ operation_id: id, payload })));
  put('audit.jsonl', text);
  put('declaration.json', `${canonical(DECLARATION)}\n`);
  put(`outputs/${sha256(OUTPUT)}`, OUTPUT);
  return head;
}

/** The ledger that knows it, with the months of these events. */
function enter(head: string, ...more: readonly object[]): void {
  const events = [
    { event: 'allocated', operation_id: ID },
    { event: 'entry', operation_id: ID, audit_head: head, outcome: 'SUCCESS', approvals: [] },
    ...more,
  ];
  const { text } = chainOf(events);
  writeFileSync(join(ops, 'ledger', 'events.jsonl'), text);
  const lines = text.trimEnd().split('\n');
  const facts = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const [name, month] of monthlyDocuments(foldEntries(facts))) {
    writeFileSync(join(ops, 'ledger', name), month);
  }
}

function told(path = ops): readonly string[] {
  const request = { trustRootsPath: bench.rootsPath, now: T0, acceptsDevelopmentKeys: false };
  const { findings } = verifyPath({ path, ...request });
  return findings.map(({ path: name, code }) => `${name} ${code}`);
}

const LOG = `runs/${ID}/audit.jsonl`;

describe('the record of an operation', () => {
  it('O-14 NON-TRIP: is sound as a whole, alone beside its ledger, and by the ledger alone', () => {
    expect(told()).toEqual(['ledger RECORD_SOUND', `runs/${ID} RECORD_SOUND`]);
    expect([told(run), told(join(ops, 'ledger'))]).toEqual([
      ['. RECORD_SOUND'],
      ['. RECORD_SOUND'],
    ]);
  });

  it('O-14 TRIP: a log chained anew is not the one the ledger knows', () => {
    putRun(payloads().map((payload) => ({ ...payload, more: true })));
    expect(told()).toContain(`${LOG} RECORD_TRUNCATED`);
  });

  it('O-14 TRIP: records behind the head the ledger names end nobody knows where', () => {
    putRun([...payloads(), { event: 'rollback_started' }]);
    expect(told()).toContain(`${LOG} END_UNKNOWN`);
  });

  it('O-14 TRIP: a ledger that forgot it, and one that was chained from elsewhere', () => {
    const { text } = chainOf([{ event: 'allocated', operation_id: ID }]);
    writeFileSync(join(ops, 'ledger', 'events.jsonl'), text);
    expect(told()).toEqual([`ledger/2026-03.yaml VIEW_EDITED`, `${LOG} NOT_IN_LEDGER`]);
    const { line } = lineOf({ event: 'allocated', seq: 0, prev_hash: 'a'.repeat(64) });
    writeFileSync(join(ops, 'ledger', 'events.jsonl'), line);
    expect(told()).toContain('ledger/events.jsonl CHAIN_BROKEN');
    expect(told()).toContain(`${LOG} END_UNKNOWN`);
  });

  it('O-14 TRIP: a log that is not sealed has no end yet', () => {
    const { text } = chainOf([{ event: 'allocated', operation_id: ID }]);
    rmSync(join(ops, 'ledger', '2026-03.yaml'));
    writeFileSync(join(ops, 'ledger', 'events.jsonl'), text);
    putRun(payloads().slice(0, 3));
    expect(told()).toEqual(['ledger RECORD_SOUND', `${LOG} END_UNKNOWN`]);
  });

  it('O-14 TRIP: another operation in its folder', () => {
    enter(putRun(payloads(), 'OPS-2026-03-01-002'));
    expect(new Set(told())).toEqual(new Set(['ledger RECORD_SOUND', `${LOG} OPERATION_MISMATCH`]));
  });

  it('O-14 TRIP: the ledger knows it, and its log is gone', () => {
    rmSync(join(run, 'audit.jsonl'));
    expect(told()).toEqual(['ledger/events.jsonl LOG_MISSING', `${LOG} FILE_MISSING`]);
  });

  it.each([
    ['declaration.json', `${canonical({ ...DECLARATION, OBJECTIVE: 'Another.' })}\n`],
    ['report.json', '{}\n'],
    ['report.md', '# failed\n'],
    [`outputs/${sha256(OUTPUT)}`, 'failed\n'],
  ])('O-14 TRIP: %s holds something else', (name, text) => {
    put(name, text);
    expect(new Set(told(run))).toEqual(new Set([`${name} FILE_CHANGED`]));
  });

  it('O-14 TRIP: a link is not the file it points to', () => {
    put('elsewhere', '# done\n');
    rmSync(join(run, 'report.md'));
    symlinkSync(join(run, 'elsewhere'), join(run, 'report.md'));
    expect(told(run)).toEqual(['report.md NOT_A_FILE', 'elsewhere UNSIGNED']);
  });

  it('O-14 undo is looked at where it lies, and is in no repository', () => {
    const held = payloads().map((payload) => ({ ...payload, manifest: sha256('before') }));
    enter(putRun(held));
    expect(told(run)).toEqual(['. RECORD_SOUND']);
    mkdirSync(join(run, 'undo'));
    expect(told(run)).toContain(`undo/${sha256('before')} FILE_MISSING`);
    put(`undo/${sha256('before')}`, 'before');
    expect(told(run)).toEqual(['. RECORD_SOUND']);
  });

  describe('with its approvals', () => {
    const MISMATCH = 'approvals APPROVAL_MISMATCH';

    it('O-11 NON-TRIP: one that is not on record is signed all the same', () => {
      approved('ben', keys.ben, { decision: 'reject' });
      expect(told(run)).toEqual(['. RECORD_SOUND']);
    });

    it('O-11 TRIP: none, one for another digest, one in another role', () => {
      approved('ana', keys.ana, { declaration_digest: 'b'.repeat(64) });
      expect(told(run)).toEqual([MISMATCH]);
      approved('ana', keys.ana, { role: 'risk' });
      expect(told(run)).toEqual([MISMATCH]);
      rmSync(join(run, 'approvals'), { recursive: true });
      expect(told(run)).toEqual([MISMATCH]);
    });

    it('O-11 TRIP: signed by another than it names, for another operation, or by nobody', () => {
      const own = 'approvals/ana.json';
      approved('ana', keys.ben);
      expect(told(run)).toEqual([`${own} APPROVAL_MISMATCH`, MISMATCH]);
      approved('ana', keys.ana, { operation_id: 'OPS-2026-03-01-002' });
      expect(told(run)).toEqual([`${own} APPROVAL_MISMATCH`, MISMATCH]);
      approved('ana', keys.ana);
      rmSync(join(run, `${own}.dsse`));
      expect(told(run)).toEqual([`${own} SIGNATURE_MISSING`, MISMATCH]);
    });
  });
});

describe('the sign-off ledger', () => {
  it('O-15 NON-TRIP: an amendment moves the end of the log', () => {
    const head = putRun([...payloads(), { event: 'amendment' }]);
    enter('c'.repeat(64), { event: 'amendment', of: ID, outcome: 'ROLLBACK', audit_head: head });
    expect(told()).toEqual(['ledger RECORD_SOUND', `runs/${ID} RECORD_SOUND`]);
  });

  it('O-13 TRIP: a month that says something else, and files that are no part of it', () => {
    const month = join(ops, 'ledger', '2026-03.yaml');
    writeFileSync(month, `---\n${entryDocument({ operation_id: ID, outcome: 'ROLLBACK' })}`);
    writeFileSync(join(ops, 'ledger', '2026-04.yaml'), '');
    writeFileSync(join(ops, 'ledger', 'notes'), '');
    expect(told(join(ops, 'ledger'))).toEqual([
      '2026-03.yaml VIEW_EDITED',
      '2026-04.yaml VIEW_EDITED',
      'notes UNSIGNED',
    ]);
  });

  it('O-14 cannot tell of entries whose logs are not at hand', () => {
    rmSync(join(ops, 'runs'), { recursive: true });
    expect(told()).toEqual(['ledger/events.jsonl LOG_MISSING']);
  });
});
