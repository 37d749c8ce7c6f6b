/**
 * The audit log of one operation: `<runs>/<operation_id>/audit.jsonl`, what was printed in
 * `outputs/`, what files held in `undo/`. One writer; what cannot be written is thrown (O-23).
 */
import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder, takeWriterLock } from '@holdfast/runtime/ledger';
import { lineOf, messageOf, readBounded, readChain } from '@holdfast/runtime/proof';
import { OPERATION_ID } from '../declaration.ts';
import { putDurably } from './durable-file.ts';
import type { AuditEvent, AuditLog, AuditRecord } from './event.ts';
import { type JournalFile, openJournal } from './journal-file.ts';
import { parseRecord } from './record-schema.ts';
import { redactBytes, redactText, shown } from './redact.ts';
import { AUDIT_FILE, type AuditFinding, inspect, KEPT_LIMIT } from './verify-audit.ts';

export interface AuditLogOptions {
  /** The folder of all operations: `ops/runs`. */
  readonly runs: string;
  readonly operationId: string;
  /** As the machine calls itself; evidence of another one does not count. */
  readonly host: string;
  readonly actor: string;
  /** Hash of the record that sealed the operation before in this environment, else `NO_HASH`. */
  readonly previous: string;
  /** Wall clock, epoch ms. */
  readonly clock: () => number;
  /** Values that must not be in an output. */
  readonly secrets: readonly string[];
}

export type AuditOpenCode =
  | 'operation_id_invalid'
  | 'audit_exists'
  | 'audit_missing'
  /** Another process writes it. */
  | 'audit_held'
  | 'audit_unwritable'
  /** What is there is not what was written; the findings say which record. */
  | 'audit_invalid'
  /** It was begun on another host. */
  | 'host_mismatch';

export interface HeldAuditLog extends AuditLog {
  readonly folder: string;
  close(): void;
}

export type AuditOpened =
  | { readonly ok: true; readonly log: HeldAuditLog }
  | {
      readonly ok: false;
      readonly code: AuditOpenCode;
      readonly detail: string;
      readonly findings: readonly AuditFinding[];
    };

/** Begins the log of an operation that has none. */
export function createAuditLog(options: AuditLogOptions): AuditOpened {
  return open(options, 'create');
}

/**
 * Takes up a log that is there, all of it verified first. A line that a crash cut short is cut off,
 * kept, and the cut is recorded.
 */
export function openAuditLog(options: AuditLogOptions): AuditOpened {
  return open(options, 'open');
}

function open(options: AuditLogOptions, how: 'create' | 'open'): AuditOpened {
  const { runs, operationId, clock } = options;
  if (!new RegExp(OPERATION_ID).test(operationId)) return no('operation_id_invalid', operationId);
  const folder = join(runs, operationId);
  let release = (): void => undefined;
  try {
    if (how === 'create') prepare(runs, folder);
    const lock = takeWriterLock(folder, operationId, clock());
    if (!lock.taken) return no('audit_held', `process ${lock.holder?.pid ?? 'unknown'} writes it`);
    release = () => lock.lock.release();
    const file = openJournal(join(folder, AUDIT_FILE), how);
    release = () => {
      file.close();
      lock.lock.release();
    };
    const opened = takeUp(options, folder, file, release);
    if (!opened.ok) release();
    return opened;
  } catch (error) {
    release();
    return no(openFault(error), messageOf(error));
  }
}

function prepare(runs: string, folder: string): void {
  for (const path of [folder, join(folder, 'outputs')]) mkdirSync(path, { recursive: true });
  const undo = join(folder, 'undo');
  mkdirSync(undo, { recursive: true, mode: 0o700 });
  // What files held is for undoing on this machine and never for the repository.
  writeFileSync(join(undo, '.gitignore'), '*\n');
  for (const path of [undo, folder, runs]) syncFolder(path);
}

function openFault(error: unknown): AuditOpenCode {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EEXIST') return 'audit_exists';
  return code === 'ENOENT' ? 'audit_missing' : 'audit_unwritable';
}

function no(
  code: AuditOpenCode,
  detail: string,
  findings: readonly AuditFinding[] = [],
): Extract<AuditOpened, { ok: false }> {
  return { ok: false, code, detail, findings };
}

function takeUp(
  options: AuditLogOptions,
  folder: string,
  file: JournalFile,
  close: () => void,
): AuditOpened {
  const { torn, whole } = readChain(file.bytes);
  const { records, findings } = inspect(folder, file.bytes.subarray(0, whole));
  const [first] = findings;
  if (first !== undefined) {
    const what = `${findings.length} findings, the first: ${first.code} ${first.detail}`;
    return no('audit_invalid', what, findings);
  }
  const elsewhere = records.find(({ host }) => host !== options.host);
  if (elsewhere !== undefined) {
    const detail = `record ${elsewhere.seq} was written on ${elsewhere.host}, this is`;
    return no('host_mismatch', `${detail} ${options.host}`);
  }
  const log = heldLog(options, folder, file, [...records], close);
  if (torn.length > 0) {
    const ref = putContent(folder, 'outputs', torn);
    file.cut(whole);
    // A log begins with its declaration: where that was cut short, nothing was said yet.
    if (records.length > 0) log.append({ event: 'torn_line_cut', bytes: torn.length, ref });
  }
  return { ok: true, log };
}

/** What may not happen again once an operation is sealed: it is rolled back, or left as it is. */
const ENDS_WITH_THE_SEAL: ReadonlySet<AuditEvent['event']> = new Set([
  'declared',
  'step_started',
  'step_finished',
  'sealed',
]);

function heldLog(
  options: AuditLogOptions,
  folder: string,
  file: JournalFile,
  records: AuditRecord[],
  close: () => void,
): HeldAuditLog {
  const { secrets } = options;
  return {
    folder,
    records,
    close,
    append: (payload) => {
      const sealed = records.some((record) => record.payload.event === 'sealed');
      if (sealed && ENDS_WITH_THE_SEAL.has(payload.event)) {
        throw new Error(`${options.operationId} is sealed: no ${payload.event} follows`);
      }
      const { line } = lineOf({
        v: 1,
        seq: records.length,
        ts: new Date(options.clock()).toISOString(),
        operation_id: options.operationId,
        host: options.host,
        actor: options.actor,
        payload: withoutSecrets(payload, secrets),
        prev_hash: records.at(-1)?.hash ?? options.previous,
      });
      // Read back, so that what is remembered is what is written, whoever holds the payload; and
      // so that nothing is written that could not be read again.
      const read = parseRecord(JSON.parse(line));
      if (!read.ok) throw new Error(`${payload.event}: ${read.violations[0].message}`);
      file.append(line);
      const record = read.value;
      records.push(record);
      return record;
    },
    keep: (bytes) => {
      const redacted = redactBytes(bytes, secrets);
      const ref = redacted.length === 0 ? null : putContent(folder, 'outputs', redacted);
      const sha256 = ref ?? hash('sha256', redacted, 'hex');
      return { text: shown(redacted, secrets), bytes: redacted.length, sha256, ref };
    },
    hold: (content) => putContent(folder, 'undo', content),
    kept: (ref) => contentOf(folder, 'outputs', ref) ?? contentOf(folder, 'undo', ref),
  };
}

/** What a gate saw and an undo said are outputs too. */
function withoutSecrets(payload: AuditEvent, secrets: readonly string[]): AuditEvent {
  if (!('gates' in payload)) return payload;
  const gates = payload.gates.map((gate) => ({
    ...gate,
    observed: redactText(gate.observed, secrets),
  }));
  if (payload.event !== 'undo') return { ...payload, gates };
  return { ...payload, gates, detail: redactText(payload.detail, secrets) };
}

/** Two folders: what may be shown, and what only the undo may read. */
type Shelf = 'outputs' | 'undo';

function putContent(folder: string, shelf: Shelf, content: Uint8Array): string {
  if (content.length > KEPT_LIMIT) {
    throw new Error(`${content.length} bytes are more than a log keeps`);
  }
  const ref = hash('sha256', content, 'hex');
  if (contentOf(folder, shelf, ref) === null) {
    putDurably(join(folder, shelf, ref), content, shelf === 'undo' ? 0o600 : 0o640);
  }
  return ref;
}

function contentOf(folder: string, shelf: Shelf, ref: string): Uint8Array | null {
  if (!/^[0-9a-f]{64}$/.test(ref)) return null;
  const read = readBounded(join(folder, shelf, ref), KEPT_LIMIT);
  if (!read.ok || hash('sha256', read.bytes, 'hex') !== ref) return null;
  return read.bytes;
}
