/** What the records of operations and their ledger have in common as files. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './bounded-file.ts';
import type { FindingCode } from './finding.ts';
import type { ChainRead } from './record-chain.ts';

export const OPERATION_LOG = 'audit.jsonl';
export const LEDGER_EVENTS = 'events.jsonl';
/** Of one chain of records. */
export const CHAIN_LIMIT = 1 << 28;

/** A finding with the file it is about, relative to the folder. */
export type Tell = (file: string, code: FindingCode, detail: string) => void;

const CODE_OF = {
  record_malformed: 'RECORD_MALFORMED',
  record_edited: 'RECORD_EDITED',
  chain_broken: 'CHAIN_BROKEN',
} as const;

export function tellChain({ faults, records, torn }: ChainRead, file: string, tell: Tell): void {
  for (const { code, at, detail } of faults) tell(file, CODE_OF[code], `record ${at}: ${detail}`);
  if (torn.length === 0) return;
  const at = records.length + faults.filter(({ code }) => code === 'record_malformed').length;
  tell(file, 'RECORD_TORN', `record ${at}: ${torn.length} bytes without a line end`);
}

/** The file of the one writer, and who it was: nothing that is vouched for. */
export function isWriterFile(name: string): boolean {
  return name === 'writer.lock' || name === 'writer.json';
}

/** All files below, relative to the folder, in order; what is none is told. */
export function listFiles(folder: string, filesMax: number, tell: Tell): readonly string[] {
  const files: string[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(join(folder, at), { withFileTypes: true });
    } catch (error) {
      tell(at, 'UNREADABLE', messageOf(error));
      continue;
    }
    for (const entry of entries) {
      const name = join(at, entry.name);
      if (entry.isDirectory()) pending.push(name);
      else if (entry.isFile()) files.push(name);
      else tell(name, 'NOT_A_FILE', 'a link, pipe, socket or device');
      if (files.length > filesMax) {
        tell('.', 'TOO_MANY_FILES', `more than ${filesMax} files`);
        return files.sort();
      }
    }
  }
  return files.sort();
}
