import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import { BEGAN } from '../audit/records.fixture.ts';
import { anchorEntry } from './anchor.ts';
import { allocateId, amendEntry, enterOperation, environmentHead, findEntry } from './ledger.ts';
import { readDocuments } from './ledger-views.ts';
import {
  allocated,
  declaredRun,
  enteredRun,
  need,
  rolledBack,
  sealedRun,
} from './sealed-run.fixture.ts';
import { verifyLedger } from './verify-ledger.ts';

const home = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
afterAll(() => rmSync(home, { recursive: true }));
const COPY = { recursive: true };
const ONE = 'OPS-2026-03-01-001';
const TWO = 'OPS-2026-03-01-002';
const MONTH = 'ops/ledger/2026-03.yaml';
const EVENTS = 'ops/ledger/events.jsonl';
let root = '';

/** Two sealed operations, the second after the first, written once. */
const two = join(home, 'two');
beforeAll(() => {
  mkdirSync(two);
  const git = (...args: string[]) => execFileSync('git', ['-C', two, ...args], { stdio: 'pipe' });
  git('init', '-q');
  git('config', 'user.name', 'ana');
  git('config', 'user.email', 'ana@firm.example');
  writeFileSync(join(two, 'README.md'), 'x');
  git('add', '.');
  git('commit', '-qm', 'x');
  for (const entry of [enteredRun(two), enteredRun(two)]) {
    expect(anchorEntry(two, entry)).toMatchObject({ ok: true });
  }
});
beforeEach(() => {
  root = mkdtempSync(join(home, 'run-'));
});
const copied = (): void => cpSync(two, root, COPY);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = read(path);
  expect(text.replace(from, to)).not.toBe(text);
  writeFileSync(join(root, path), text.replace(from, to));
};
const found = (anchors = true): readonly string[] =>
  verifyLedger(root, { anchors }).map(({ code, operand }) => `${code}:${operand}`);

describe('ids', () => {
  it('O-12 are the next of the UTC day, whatever became of the one before', () => {
    expect([allocated(root), allocated(root)]).toEqual([ONE, TWO]);
    const next = { environment: 'PROD', requestedBy: 'ana', now: Date.UTC(2026, 2, 2) } as const;
    expect(need(allocateId(root, { ...next, now: next.now - 1 }))).toBe('OPS-2026-03-01-003');
    expect(need(allocateId(root, next))).toBe('OPS-2026-03-02-001');
    expect(found(false)).toEqual([]);
  });

  it('are refused once the day has had its last number', () => {
    const last = { event: 'allocated', operation_id: 'OPS-2026-03-01-999', environment: 'PAPER' };
    const { line } = lineOf({
      ...last,
      requested_by: 'ana',
      at: '2026-03-01T00:00:00.000Z',
      seq: 0,
      prev_hash: NO_HASH,
    });
    mkdirSync(join(root, 'ops/ledger'), COPY);
    writeFileSync(join(root, EVENTS), line);
    const request = { environment: 'PAPER', requestedBy: 'ana', now: BEGAN } as const;
    expect(allocateId(root, request)).toMatchObject({ ok: false, code: 'ledger_day_full' });
  });
});

const KEYS =
  'operation_id operation_name requested_by approved_by approval_timestamp ' +
  'execution_timestamp risk_class blast_radius changes_summary rollback_ref outcome ' +
  'environment declaration_digest audit_head report_sha256 approvals amendments ' +
  'seq prev_hash hash';

describe('an entry', () => {
  it('has the keys of the seed and of the specification, read off the log', () => {
    copied();
    const entry = findEntry(root, ONE);
    expect(Object.keys(entry ?? {}).sort()).toEqual(KEYS.split(' ').sort());
    expect(entry).toMatchObject({
      operation_name: 'Deploy bundle alpha: paper',
      requested_by: 'release-bot',
      approved_by: 'ana',
      outcome: 'SUCCESS',
      changes_summary: '1 file and 1 service changed',
    });
    expect(Date.parse(entry?.approval_timestamp ?? '')).toBeLessThan(
      Date.parse(entry?.execution_timestamp ?? ''),
    );
  });

  it('says SELF of the requester', () => {
    expect(enteredRun(root, { requested_by: 'ana' }).approved_by).toBe('SELF');
  });

  it('O-12 of a sealed operation is made once, however often it is asked for', () => {
    copied();
    const before = read(EVENTS);
    expect(need(enterOperation(root, ONE, BEGAN))).toEqual(findEntry(root, ONE));
    expect(read(EVENTS)).toBe(before);
  });

  it('O-08 that is missing for a sealed log is found, and is none before the seal', () => {
    const id = allocated(root);
    declaredRun(root, id);
    expect(found(false)).toEqual([]);
    const other = allocated(root);
    sealedRun(root, other);
    expect(found(false)).toEqual([`entry_missing:${other}`]);
    need(enterOperation(root, other, BEGAN));
    expect(found(false)).toEqual([]);
  });

  it.each<readonly [string, () => void, string]>([
    ['of an id nobody gave out', () => undefined, 'operation_unknown'],
    ['of an operation that is not sealed', () => declaredRun(root, allocated(root)), 'not_sealed'],
    [
      'of a log that was edited',
      () => {
        sealedRun(root, allocated(root));
        edit(`ops/runs/${ONE}/audit.jsonl`, 'release-bot', 'release-cat');
      },
      'audit_invalid',
    ],
  ])('is refused: %s', (_what, prepare, code) => {
    prepare();
    const answer = enterOperation(root, ONE, BEGAN);
    expect(answer).toMatchObject({ ok: false, code: expect.stringContaining(code) });
  });

  it('chains its operation to the one sealed before in the environment', () => {
    copied();
    const log = read(`ops/runs/${TWO}/audit.jsonl`).split('\n')[0] ?? '';
    expect(JSON.parse(log)).toMatchObject({ prev_hash: findEntry(root, ONE)?.audit_head });
    expect(environmentHead(root, 'PAPER')).toBe(findEntry(root, TWO)?.audit_head);
    expect(environmentHead(root, 'PROD')).toBe('0'.repeat(64));
  });
});

describe('a later rollback', () => {
  it('O-15 G-42 amends the entry, keeps its approval, and is shown with its history', () => {
    copied();
    const before = findEntry(root, ONE);
    rolledBack(root, ONE);
    expect(found()).toEqual([`audit_beyond_ledger:${ONE}`]);
    const after = need(amendEntry(root, ONE, BEGAN));
    expect({ ...after, amendments: [] }).toEqual(before);
    expect(after.amendments).toMatchObject([
      {
        outcome: 'ROLLBACK',
        rollback_timestamp: '2026-03-01T12:00:00.000Z',
        rollback_evidence: ['d'.repeat(64)],
        actor: 'carl',
      },
    ]);
    expect(read('docs/OPS_CHANGELOG.md')).toContain(
      `### ${ONE}: ROLLBACK\n\nsealed as SUCCESS, then ROLLBACK at 2026-03-01T12:00:00.000Z.`,
    );
    expect(found()).toEqual([]);
    expect(need(amendEntry(root, ONE, BEGAN)).amendments).toHaveLength(1);
  });

  it('O-15 of an operation that is not in the ledger is refused', () => {
    copied();
    const unknown = amendEntry(root, 'OPS-1999-01-01-999', BEGAN);
    expect(unknown).toMatchObject({ ok: false, code: 'rollback_of_unknown' });
    expect(amendEntry(root, ONE, BEGAN)).toMatchObject({ code: 'operation_not_rolled_back' });
  });
});

describe('the views', () => {
  it('O-13 G-45 say in YAML what the events say, whatever the names', () => {
    const name = 'a: b #c "d" \'e\' $1820.93\n--- ```\n\t- {x}: !!y &z *w';
    const entry = enteredRun(root, { OPERATION_NAME: name, BLAST_RADIUS: '\u2028yes\u0085no~' });
    expect(entry.operation_name).toBe(name);
    expect(readDocuments(read(MONTH))).toEqual([entry]);
    expect(found(false)).toEqual([]);
  });

  it('have the newest first in the changelog, under its month', () => {
    copied();
    const places = ['## 2026-03', `### ${TWO}`, `### ${ONE}`].map((text) =>
      read('docs/OPS_CHANGELOG.md').indexOf(text),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it.each([
    ['edited', () => edit(MONTH, 'release-bot', 'release-cat'), MONTH],
    ['removed', () => rmSync(join(root, MONTH)), MONTH],
    ['added', () => writeFileSync(join(root, 'ops/ledger/2026-02.yaml'), '---\n'), '2026-02'],
    ['edited in the changelog', () => edit('docs/OPS_CHANGELOG.md', 'SUCCESS', 'X'), 'CHANGELOG'],
  ])('that were %s by hand are found, and no writer goes on', (_how, spoil, where) => {
    copied();
    spoil();
    expect(found()).toEqual([expect.stringMatching(`view_edited:.*${where}`)]);
    const request = { environment: 'PAPER', requestedBy: 'x', now: BEGAN } as const;
    expect(allocateId(root, request)).toMatchObject({ ok: false, code: 'ledger_view_edited' });
  });

  it('that a crash left one event behind are brought up by the next writer', () => {
    enteredRun(root);
    const behind = [MONTH, 'docs/OPS_CHANGELOG.md'].map((path) => [path, read(path)] as const);
    const entry = enteredRun(root);
    for (const [path, text] of behind) writeFileSync(join(root, path), text);
    expect(found(false)).toHaveLength(2);
    allocated(root);
    expect(found(false)).toEqual([]);
    expect(readDocuments(read(MONTH))).toHaveLength(2);
    expect(findEntry(root, TWO)).toEqual(entry);
  });
});

describe('verifyLedger', () => {
  it('NON-TRIP: finds nothing where nothing was touched', () => {
    copied();
    expect(found()).toEqual([]);
  });

  it.each<readonly [string, () => void, string]>([
    ['an edited event', () => edit(EVENTS, 'release-bot', 'release-cat'), 'ledger_edited:record_'],
    ['a missing event', () => edit(EVENTS, /^.*\n/, ''), 'ledger_edited:chain_broken:0'],
    ['a torn event', () => appendFileSync(join(root, EVENTS), '{'), 'ledger_torn:events.jsonl'],
    ['a log that is gone', () => rmSync(join(root, 'ops/runs', ONE), COPY), `audit_truncated`],
    [
      'an edited log',
      () => edit(`ops/runs/${ONE}/audit.jsonl`, 'done 1', 'done 2'),
      `audit_invalid:${ONE}`,
    ],
    [
      'the log of another operation',
      () => cpSync(join(root, 'ops/runs', TWO), join(root, 'ops/runs', ONE), COPY),
      `audit_truncated:${ONE}`,
    ],
    ['a tag that is gone', () => tag('-d', 'ops-2026-03-01-001'), `anchor_missing:${ONE}`],
    [
      'a tag that was moved',
      () => tag('-f', '-a', '-m', 'all well', 'ops-2026-03-01-001'),
      `anchor_differs:${ONE}`,
    ],
    ['a tag without a message', () => tag('-f', 'ops-2026-03-01-001'), 'anchor_not_annotated'],
    ['a tag without an entry', () => tag('ops-2026-03-01-009'), 'anchor_without_entry:ops-2026'],
  ])('finds %s', (_what, spoil, code) => {
    copied();
    spoil();
    expect(found().join(' ')).toContain(code);
  });

  it('O-14 finds a log whose last lines were cut off, by the ledger’s audit_head', () => {
    copied();
    const path = `ops/runs/${ONE}/audit.jsonl`;
    const lines = read(path).trimEnd().split('\n');
    for (const kept of [lines.length - 1, lines.length - 3, 1]) {
      truncateSync(join(root, path), lines.slice(0, kept).join('\n').length + 1);
      expect(found()).toContain(`audit_truncated:${ONE}`);
    }
  });

  it('O-14 finds by the anchors a ledger that was cut back with its views', () => {
    copied();
    const lines = read(EVENTS).trimEnd().split('\n').slice(0, 2);
    writeFileSync(join(root, EVENTS), `${lines.join('\n')}\n`);
    const first = read(MONTH).split('---\n').slice(0, 2).join('---\n');
    writeFileSync(join(root, MONTH), first);
    expect(found()).toContain('anchor_without_entry:ops-2026-03-01-002');
  });

  it('G-45 makes no anchor over one that says something else', () => {
    copied();
    const entry = findEntry(root, ONE);
    if (entry === null) throw new Error('it was entered');
    expect(anchorEntry(root, entry)).toEqual({ ok: true, tag: 'ops-2026-03-01-001' });
    tag('-f', '-a', '-m', 'all well', 'ops-2026-03-01-001');
    expect(anchorEntry(root, entry)).toMatchObject({ ok: false, code: 'anchor_differs' });
  });

  const tag = (...args: string[]): void => {
    execFileSync('git', ['-C', root, 'tag', ...args], { stdio: 'pipe' });
  };
});

describe('a ledger that a crash cut short', () => {
  it('is cut to its last whole event by the next writer, and says so', () => {
    copied();
    appendFileSync(join(root, EVENTS), '{"event":"allo');
    expect(allocated(root)).toBe('OPS-2026-03-01-003');
    expect(read(EVENTS)).toContain('"event":"torn_line_cut"');
    expect(found()).toEqual([]);
  });
});
