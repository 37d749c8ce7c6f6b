/**
 * The ledger on disk: `ops/ledger/events.jsonl` is the truth, one writer at a time, and the views
 * are renewed with it. A view that somebody edited stops every writer until it is put right.
 */
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeWriterLock } from '@holdfast/runtime/ledger';
import { lineOf, messageOf, NO_HASH, readChain } from '@holdfast/runtime/proof';
import { putDurably } from '../audit/durable-file.ts';
import { type JournalFile, openJournal } from '../audit/journal-file.ts';
import { type LedgerEvent, type LedgerFact, parseLedgerEvent } from './ledger-event.ts';
import { CHANGELOG, LEDGER_FOLDER, viewsOf } from './ledger-views.ts';

const EVENTS_FILE = 'events.jsonl';
const WAIT_MS = 15_000;
const LOOK_AGAIN_MS = 15;

export type LedgerCode =
  /** Somebody else writes, and did not end in time. */
  | 'ledger_held'
  | 'ledger_unwritable'
  /** An event is not what was written; the detail says which. */
  | 'ledger_invalid'
  /** A view is not what the events say. */
  | 'ledger_view_edited';

export interface LedgerFault<C extends string = LedgerCode> {
  readonly ok: false;
  readonly code: C | LedgerCode;
  readonly detail: string;
}

/** The ledger in the hand of its one writer. */
export interface LedgerSession {
  readonly events: readonly LedgerEvent[];
  /** On disk, with its views, when this returns. */
  append(fact: LedgerFact): LedgerEvent;
}

export interface LedgerRead {
  readonly events: readonly LedgerEvent[];
  /** `code:record detail`, of each event that is not what was written. */
  readonly faults: readonly string[];
  readonly torn: Uint8Array;
  readonly whole: number;
}

export function readLedger(root: string): LedgerRead {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(root, LEDGER_FOLDER, EVENTS_FILE));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const faults = missing ? [] : [`unreadable:0 ${messageOf(error)}`];
    return { events: [], faults, torn: new Uint8Array(), whole: 0 };
  }
  return readEvents(bytes);
}

function readEvents(bytes: Uint8Array): LedgerRead {
  const { records, faults, torn, whole } = readChain(bytes);
  const told = faults.map(({ code, at, detail }) => `${code}:${at} ${detail}`);
  const first = records[0];
  if (first !== undefined && first.prev_hash !== NO_HASH) told.push('chain_broken:0 no beginning');
  const events: LedgerEvent[] = [];
  for (const record of records) {
    const parsed = parseLedgerEvent(record);
    if (parsed.ok) events.push(parsed.value);
    else {
      const [{ path, message }] = parsed.violations;
      told.push(`record_malformed:${record.seq} ${path} ${message}`);
    }
  }
  return { events, faults: told, torn, whole };
}

/** Does something with the ledger while nobody else can; waits for its turn. */
export function withLedger<T>(
  root: string,
  now: number,
  act: (session: LedgerSession) => T,
): T | LedgerFault {
  const folder = join(root, LEDGER_FOLDER);
  let release = (): void => undefined;
  try {
    mkdirSync(folder, { recursive: true });
    mkdirSync(dirname(join(root, CHANGELOG)), { recursive: true });
    const lock = waitForTurn(folder, now);
    if (lock === null) return fault('ledger_held', `for longer than ${WAIT_MS} ms`);
    release = () => lock.release();
    const file = openEvents(join(folder, EVENTS_FILE));
    release = () => {
      file.close();
      lock.release();
    };
    const session = takeUp(root, file);
    return 'ok' in session ? session : act(session);
  } catch (error) {
    return fault('ledger_unwritable', messageOf(error));
  } finally {
    release();
  }
}

function fault(code: LedgerCode, detail: string): LedgerFault {
  return { ok: false, code, detail };
}

function waitForTurn(folder: string, now: number): { readonly release: () => void } | null {
  const clock = performance.now();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (performance.now() - clock < WAIT_MS) {
    const answer = takeWriterLock(folder, 'ledger', now);
    if (answer.taken) return answer.lock;
    Atomics.wait(cell, 0, 0, LOOK_AGAIN_MS);
  }
  return null;
}

function openEvents(path: string): JournalFile {
  try {
    return openJournal(path, 'open');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return openJournal(path, 'create');
  }
}

function takeUp(root: string, file: JournalFile): LedgerSession | LedgerFault {
  const read = readEvents(file.bytes);
  const [broken] = read.faults;
  if (broken !== undefined) return fault('ledger_invalid', broken);
  const events = [...read.events];
  const edited = editedView(root, events);
  if (edited !== null) return fault('ledger_view_edited', edited);
  renewViews(root, events);
  const append = (fact: LedgerFact): LedgerEvent => {
    const { line } = lineOf({
      ...fact,
      seq: events.length,
      prev_hash: events.at(-1)?.hash ?? NO_HASH,
    });
    const parsed = parseLedgerEvent(JSON.parse(line));
    if (!parsed.ok) {
      const [{ path, message }] = parsed.violations;
      throw new Error(`no event of a ledger: ${path} ${message}`);
    }
    file.append(line);
    events.push(parsed.value);
    renewViews(root, events);
    return parsed.value;
  };
  if (read.torn.length > 0) {
    file.cut(read.whole);
    const sha256 = hash('sha256', read.torn, 'hex');
    append({ event: 'torn_line_cut', bytes: read.torn.length, sha256 });
  }
  return { events, append };
}

/**
 * A view may be one event behind, where a crash came between the two; anything else was written by
 * another hand.
 */
function editedView(root: string, events: readonly LedgerEvent[]): string | null {
  const now = viewsOf(events);
  const before = viewsOf(events.slice(0, -1));
  const there = viewsThere(root);
  for (const path of new Set([...there.keys(), ...now.keys()])) {
    const text = there.get(path);
    if (text !== now.get(path) && text !== before.get(path)) return path;
  }
  return null;
}

/** The views as they are, by path: what stands in their place and is none of them counts too. */
export function viewsThere(root: string): ReadonlyMap<string, string> {
  const views = new Map<string, string>();
  const read = (path: string): void => {
    try {
      views.set(path, readFileSync(join(root, path), 'utf8'));
    } catch {
      views.delete(path);
    }
  };
  let names: readonly string[] = [];
  try {
    names = readdirSync(join(root, LEDGER_FOLDER));
  } catch {
    names = [];
  }
  for (const name of names.filter((each) => /\.ya?ml$/.test(each)))
    read(`${LEDGER_FOLDER}/${name}`);
  read(CHANGELOG);
  return views;
}

function renewViews(root: string, events: readonly LedgerEvent[]): void {
  const there = viewsThere(root);
  const wanted = viewsOf(events);
  for (const [path, text] of wanted) {
    if (there.get(path) !== text) putDurably(join(root, path), text, 0o644);
  }
  for (const path of there.keys()) if (!wanted.has(path)) rmSync(join(root, path));
}
