/**
 * The rollout folder on disk, and the only file here that touches one. Every source is answered in
 * four ways and never thrown; what is written is whole or not there, the state last.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, syncFolder, takeWriterLock } from '@holdfast/runtime/ledger';
import { lineOf, messageOf, NO_HASH, readBounded } from '@holdfast/runtime/proof';
import { putDurably } from '../operations/audit/durable-file.ts';
import { openJournal } from '../operations/audit/journal-file.ts';
import type { Sources } from './evidence.ts';
import { contradictionOfAttribution, parseAttribution } from './attribution.ts';
import type { DayInputs } from './day.ts';
import { type HistoryEvent, type HistoryFact, type HistoryRead, readHistory } from './history.ts';
import { type Bytes, documentOf, type Reading, sha256Of } from './reading.ts';
import { DAY_FILES, HISTORY_FILE, OUTPUT_FILES } from './source-files.ts';
import { sourcesFrom } from './sources.ts';
import { contradictionOfTrades, parseBranchTrades } from './trade.ts';
import { contradictionOfState, parseState, type RolloutState } from './state.ts';

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const CHAIN_BYTES_MAX = 256 * 1024 * 1024;
const MODE = 0o644;

export interface FolderFault {
  readonly ok: false;
  /** Another run writes; or the folder itself cannot be used. */
  readonly code: 'rollout_held' | 'rollout_unwritable';
  readonly detail: string;
}

export interface Outputs {
  readonly snapshot: string;
  readonly report: string;
  readonly runbook: string;
}

/** The folder in the hand of its one writer; every method throws where the disk does. */
export interface RolloutSession {
  readSources(): Sources;
  /** What a session is measured from. */
  readDay(): DayInputs;
  readHistory(): HistoryRead;
  readState(): Reading<RolloutState>;
  /** On disk when it returns. An unfinished line at the end is cut off first, and told. */
  append(fact: HistoryFact): void;
  /** Outputs first, the state last: whoever sees it sees what it was made with. */
  publish(state: RolloutState, outputs: Outputs): void;
  publishState(state: RolloutState): void;
  /** Each whole or not there, in their order. */
  put(files: Readonly<Record<string, string>>): void;
  /** Where nothing can be published, what was published before must not stand. */
  withdrawState(): void;
}

/** Does something with the folder while nobody else can. `now`: epoch ms. */
export function withRolloutFolder<T>(
  root: string,
  now: number,
  act: (session: RolloutSession) => T,
): { readonly ok: true; readonly value: T } | FolderFault {
  let release = (): void => undefined;
  try {
    makeFolder(root);
    const answer = takeWriterLock(root, 'rollout', now);
    if (!answer.taken) {
      const detail = `by process ${answer.holder?.pid ?? 'unknown'}`;
      return { ok: false, code: 'rollout_held', detail };
    }
    release = () => answer.lock.release();
  } catch (error) {
    release();
    return { ok: false, code: 'rollout_unwritable', detail: messageOf(error) };
  }
  try {
    return { ok: true, value: act(sessionOf(root)) };
  } finally {
    release();
  }
}

function sessionOf(root: string): RolloutSession {
  const publishState = (state: RolloutState): void => {
    putDurably(join(root, OUTPUT_FILES.state), `${JSON.stringify(state, null, 2)}\n`, MODE);
  };
  return {
    readSources: () => sourcesFrom((path) => bytesOf(root, path)),
    readDay: () => readDay(root),
    readHistory: () => readChainOf(root),
    readState: () =>
      documentOf(bytesOf(root, OUTPUT_FILES.state), parseState, contradictionOfState),
    append: (fact) => append(root, fact),
    publish: (state, { snapshot, report, runbook }) => {
      putDurably(join(root, OUTPUT_FILES.snapshot), snapshot, MODE);
      putDurably(join(root, OUTPUT_FILES.report), report, MODE);
      putDurably(join(root, OUTPUT_FILES.runbook), runbook, MODE);
      publishState(state);
    },
    publishState,
    put: (files) => {
      for (const [path, text] of Object.entries(files)) putDurably(join(root, path), text, MODE);
    },
    withdrawState: () => {
      rmSync(join(root, OUTPUT_FILES.state), { force: true });
      syncFolder(root);
    },
  };
}

function bytesOf(root: string, path: string, limit = FILE_BYTES_MAX): Bytes {
  const read = readBounded(join(root, path), limit);
  if (read.ok) return { status: 'bytes', bytes: read.bytes };
  if (read.fault === 'missing') return { status: 'absent' };
  return { status: 'unreadable', detail: read.detail };
}

function readDay(root: string): DayInputs {
  const { history, divergence, branches } = sourcesFrom((path) => bytesOf(root, path));
  return {
    history,
    divergence,
    branches,
    trades: documentOf(bytesOf(root, DAY_FILES.trades), parseBranchTrades, contradictionOfTrades),
    attribution: documentOf(
      bytesOf(root, DAY_FILES.attribution),
      parseAttribution,
      contradictionOfAttribution,
    ),
  };
}

function readChainOf(root: string): HistoryRead {
  const read = bytesOf(root, HISTORY_FILE, CHAIN_BYTES_MAX);
  if (read.status === 'bytes') return readHistory(read.bytes);
  const fault = read.status === 'unreadable' ? 'unreadable:0' : null;
  return { events: [], fault, torn: new Uint8Array(), whole: 0 };
}

function append(root: string, fact: HistoryFact): void {
  const path = join(root, HISTORY_FILE);
  const isThere = bytesOf(root, HISTORY_FILE, CHAIN_BYTES_MAX).status !== 'absent';
  const file = openJournal(path, isThere ? 'open' : 'create');
  try {
    const { events, fault, torn, whole } = readHistory(file.bytes);
    if (fault !== null) throw new Error(`${HISTORY_FILE} is not what was written: ${fault}`);
    let last: HistoryEvent | undefined = events.at(-1);
    const put = (each: HistoryFact): void => {
      const seq = last === undefined ? 0 : last.seq + 1;
      const body = { ...each, seq, prev_hash: last?.hash ?? NO_HASH };
      const { line, hash } = lineOf(body);
      file.append(line);
      last = { ...body, hash };
    };
    if (torn.length > 0) {
      file.cut(whole);
      put({ event: 'torn_line_cut', bytes: torn.length, sha256: sha256Of(torn) });
    }
    put(fact);
  } finally {
    file.close();
  }
}
