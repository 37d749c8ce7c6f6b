import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldLedger } from './fold.ts';
import { LedgerDesk, NOW } from './ledger.fixture.ts';
import type { LedgerLock } from './lock.ts';
import { renderView } from './view.ts';
import { publishView, readLedgerWithView } from './view-file.ts';

let root = '';
let path = '';
let { events, state } = new LedgerDesk();
let text = '';
beforeEach(() => {
  ({ events, state } = new LedgerDesk().upTo('pilot'));
  text = renderView(state);
  root = mkdtempSync(join(tmpdir(), 'holdfast-view-'));
  path = join(root, 'policy_ledger.json');
});
afterEach(() => rmSync(root, { recursive: true }));

const HELD: LedgerLock = { isHeld: () => true, release: () => Promise.resolve() };
const publish = (change: object = {}) =>
  publishView({
    path,
    events,
    lock: HELD,
    archiveRoot: join(root, 'artifacts'),
    now: NOW,
    ...change,
  });
const there = () => readFileSync(path, 'utf8');
const faults = () => readLedgerWithView(path, events).faults.map(({ code }) => code);

describe('the view on disk', () => {
  it('is written from the chain, with a copy in the archive', () => {
    expect(faults()).toEqual(['view_missing']);
    const copy = join(root, 'artifacts/ledger_exports/2026/03/01/policy_ledger/policy_ledger.json');
    expect(publish()).toEqual({ ok: true, archive: copy });
    expect(there()).toBe(text);
    expect(readFileSync(copy, 'utf8')).toBe(text);
    expect(faults()).toEqual([]);
    expect(readLedgerWithView(path, events)).toEqual(state);
  });

  it('is brought on from where a crash left it', () => {
    writeFileSync(path, renderView(foldLedger(events.slice(0, 1))));
    expect(faults()).toEqual(['view_behind']);
    expect(publish()).toMatchObject({ ok: true });
    expect(there()).toBe(text);
    expect(publish()).toMatchObject({ ok: true });
  });

  it.each([
    ['not json', 'view_not_json'],
    ['[]', 'view_not_object'],
    ['{}', 'view_records_not_mapping'],
    ['{"records":{"beta":{}}}', 'view_record_invalid'],
    ['{"records":{}}', 'view_differs'],
  ])('L-14 L-17 of %j is not written over, and nothing is trusted', (edited, code) => {
    writeFileSync(path, edited);
    expect(faults()).toEqual([code]);
    expect(publish()).toMatchObject({ ok: false, code });
    expect(there()).toBe(edited);
  });

  it('L-16 that was tampered with is not signed anew, and stops every promotion', () => {
    publish();
    const tampered = there().replace('"stage": "pilot"', '"stage": "limited_live"');
    writeFileSync(path, tampered);
    expect(publish()).toMatchObject({ ok: false });
    expect(there()).toBe(tampered);
    const reader = new LedgerDesk();
    reader.state = readLedgerWithView(path, events);
    expect(reader.posture()).toMatchObject({ stage: 'experiment', ledgerOk: false });
    expect(reader.decide(reader.promotion('pilot', {}, []))).toMatchObject({
      code: 'ledger_integrity_violation',
    });
  });

  it('is not written from a broken chain', () => {
    const broken = events.slice(1);
    expect(publish({ events: broken })).toMatchObject({ ok: false, code: 'chain_broken' });
    expect(existsSync(path)).toBe(false);
  });

  it('is not written by one who lost the lock', () => {
    const lock = { ...HELD, isHeld: () => false };
    expect(publish({ lock })).toMatchObject({ ok: false, code: 'lock_lost' });
    expect(existsSync(path)).toBe(false);
  });

  it('that cannot be read or written is told', () => {
    mkdirSync(path);
    expect(faults()).toEqual(['view_unreadable']);
    expect(publish()).toMatchObject({ ok: false, code: 'view_unreadable' });
    const nowhere = join(root, 'nowhere', 'policy_ledger.json');
    expect(publish({ path: nowhere })).toMatchObject({ ok: false, code: 'view_unwritable' });
  });

  it('counts though it cannot be archived', () => {
    const file = join(root, 'file');
    writeFileSync(file, 'x');
    expect(publish({ archiveRoot: file })).toEqual({ ok: true, archive: null });
    expect(there()).toBe(text);
  });
});
