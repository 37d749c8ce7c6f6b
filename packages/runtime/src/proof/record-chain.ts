/**
 * Lines of canonical JSON in which each carries the hash of the one before: the audit log of an
 * operation and the sign-off ledger are both this. Written by governance, and verified here without
 * it (ARCHITECTURE rule 8).
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '@holdfast/core/proof';

/** What the first record of a chain follows where nothing was before. */
export const NO_HASH = '0'.repeat(64);

/** What chains a record to the one before; everything else is its owner's. */
export interface Linked {
  readonly seq: number;
  readonly prev_hash: string;
  readonly hash: string;
}

export type ChainFaultCode =
  /** No JSON, or not in the one canonical spelling. */
  | 'record_malformed'
  /** Its hash is not the one of its content. */
  | 'record_edited'
  /** It does not follow from the record before: one was inserted, removed or moved here. */
  | 'chain_broken';

export interface ChainFault {
  readonly code: ChainFaultCode;
  /** The record, counted from nought as `seq` does. */
  readonly at: number;
  readonly detail: string;
}

export interface ChainRead {
  readonly records: readonly (Linked & Readonly<Record<string, unknown>>)[];
  readonly faults: readonly ChainFault[];
  /** What stands after the last line end: a write that was interrupted. */
  readonly torn: Uint8Array;
  /** How many bytes are whole lines. */
  readonly whole: number;
}

/** Canonical JSON of a value of our own making; throws where it has none. */
export function canonical(value: unknown): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(`not canonical at ${written.path || '/'}: ${written.rule}`);
  return written.text;
}

/** SHA-256 of the canonical form: the digest of a declaration, the hash of a record. */
export function digestOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex');
}

/** The same of a value that somebody else made; null where it has no canonical form. */
export function digestIfAny(value: unknown): string | null {
  return canonicalJson(value).ok ? digestOf(value) : null;
}

/** A record before it has its hash. */
type Unhashed = Omit<Linked, 'hash'> & Readonly<Record<string, unknown>>;

/** The line of a record, and the hash the next one follows. */
export function lineOf(body: Unhashed): { line: string; hash: string } {
  const own = digestOf(body);
  return { line: `${canonical({ ...body, hash: own })}\n`, hash: own };
}

/** Reads every line and names each that is not what was written, or not where it was written. */
export function readChain(bytes: Uint8Array): ChainRead {
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const records: (Linked & Readonly<Record<string, unknown>>)[] = [];
  const faults: ChainFault[] = [];
  let before: string | null = null;
  let at = 0;
  for (const line of linesOf(bytes.subarray(0, whole))) {
    const record = recordOf(line);
    if (typeof record === 'string') {
      faults.push({ code: 'record_malformed', at, detail: record });
      before = null;
    } else {
      faults.push(...faultsOf(record, at, before));
      records.push(record);
      before = record.hash;
    }
    at += 1;
  }
  return { records, faults, torn: bytes.subarray(whole), whole };
}

function faultsOf(record: Linked, at: number, before: string | null): ChainFault[] {
  const { hash: own, ...body } = record;
  const faults: ChainFault[] = [];
  const found = digestOf(body);
  if (found !== own) {
    faults.push({ code: 'record_edited', at, detail: `its hash is ${found}, written is ${own}` });
  }
  if (record.seq !== at) {
    const detail = `record ${record.seq} stands at place ${at}`;
    faults.push({ code: 'chain_broken', at, detail });
  } else if (at > 0 && before !== null && record.prev_hash !== before) {
    const detail = `follows ${record.prev_hash}, before it is ${before}`;
    faults.push({ code: 'chain_broken', at, detail });
  }
  return faults;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(0x0a, from);
    yield bytes.subarray(from, end);
    from = end + 1;
  }
}

/** The record, or what is wrong with its line. */
function recordOf(line: Uint8Array): (Linked & Record<string, unknown>) | string {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(line);
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const written = canonicalJson(value);
  if (!written.ok || written.text !== text) return 'not canonical JSON';
  if (!isLinked(value)) return 'no seq, prev_hash and hash';
  return value;
}

function isLinked(value: unknown): value is Linked & Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, prev_hash, hash: own } = value as Partial<Record<keyof Linked, unknown>>;
  return Number.isSafeInteger(seq) && typeof prev_hash === 'string' && typeof own === 'string';
}
