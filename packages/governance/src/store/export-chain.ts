/**
 * A domain as lines, `<domain>.events.jsonl`: byte for byte what `readChain` of
 * `@holdfast/runtime/proof` verifies, without this package.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '@holdfast/runtime/ledger';
import { canonical, messageOf } from '@holdfast/runtime/proof';
import { type ChainHead, type Domain, EMPTY_CHAIN, type GovernanceEvent } from './event.ts';
import { type GovernanceStore, StoreError } from './store.ts';

/** How many characters are gathered before they are written. */
const PIECE = 1 << 16;

export const chainFileOf = (domain: Domain): string => `${domain}.events.jsonl`;

/** The line of an event, with its line end. */
export const chainLineOf = (event: GovernanceEvent): string => `${canonical(event)}\n`;

/**
 * Writes the file of a domain into `folder`, whole or not at all, and durably. @returns where it
 * ends. Throws a `StoreError`, for trouble with the file as well.
 */
export async function writeChainFile(
  store: GovernanceStore,
  domain: Domain,
  folder: string,
): Promise<ChainHead> {
  const path = join(folder, chainFileOf(domain));
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const head = await writeLines(store, domain, draft);
    renameSync(draft, path);
    syncFolder(folder);
    return head;
  } catch (error) {
    rmSync(draft, { force: true });
    if (error instanceof StoreError) throw error;
    throw new StoreError('store_unavailable', `${path}: ${messageOf(error)}`);
  }
}

async function writeLines(
  store: GovernanceStore,
  domain: Domain,
  path: string,
): Promise<ChainHead> {
  const descriptor = openSync(path, 'wx', 0o644);
  try {
    let head = EMPTY_CHAIN;
    let piece = '';
    for await (const event of store.read(domain)) {
      head = { seq: event.seq, hash: event.hash };
      piece += chainLineOf(event);
      if (piece.length < PIECE) continue;
      writeFileSync(descriptor, piece);
      piece = '';
    }
    writeFileSync(descriptor, piece);
    fsyncSync(descriptor);
    return head;
  } finally {
    closeSync(descriptor);
  }
}

export type ChainFileFaultCode =
  | 'chain_file_unreadable'
  /** It ends with a whole line, and the chain goes on. */
  | 'chain_file_behind'
  /** It ends within a line: writing was interrupted, or it was cut. */
  | 'chain_file_torn'
  /** It goes on where the chain ends: one of the two was cut or added to. */
  | 'chain_file_ahead'
  /** A line is not that of the event. */
  | 'chain_file_differs';

export interface ChainFileFault {
  readonly ok: false;
  readonly code: ChainFileFaultCode;
  /** The event, counted from nought as `seq` does; -1 where there is no file to read. */
  readonly at: number;
  readonly detail: string;
}

/** The first thing in which the file is not the chain, byte for byte; null where it is. */
export async function chainFileFault(
  store: GovernanceStore,
  domain: Domain,
  folder: string,
): Promise<ChainFileFault | null> {
  const path = join(folder, chainFileOf(domain));
  const descriptor = openRegular(path);
  if (typeof descriptor === 'string') {
    return { ok: false, code: 'chain_file_unreadable', at: -1, detail: `${path}: ${descriptor}` };
  }
  try {
    return await compare(store, domain, descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The descriptor, or why there is none. */
function openRegular(path: string): number | string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    return 'not a regular file';
  } catch (error) {
    return messageOf(error);
  }
}

async function compare(
  store: GovernanceStore,
  domain: Domain,
  descriptor: number,
): Promise<ChainFileFault | null> {
  const fault = (code: ChainFileFaultCode, at: number, detail: string): ChainFileFault => {
    return { ok: false, code, at, detail: `${domain} ${at}: ${detail}` };
  };
  let at = 0;
  for await (const event of store.read(domain)) {
    const wanted = Buffer.from(chainLineOf(event));
    const found = take(descriptor, wanted.length);
    if (found.length === 0) return fault('chain_file_behind', at, 'is not in the file');
    if (!found.equals(wanted.subarray(0, found.length))) {
      return fault('chain_file_differs', at, 'its line is another');
    }
    if (found.length < wanted.length) return fault('chain_file_torn', at, 'its line has no end');
    at += 1;
  }
  if (take(descriptor, 1).length === 0) return null;
  return fault('chain_file_ahead', at, 'is not in the chain');
}

/** The next bytes of a file, fewer only at its end. */
function take(descriptor: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const count = readSync(descriptor, bytes, got, length - got, null);
    if (count === 0) break;
    got += count;
  }
  return bytes.subarray(0, got);
}
