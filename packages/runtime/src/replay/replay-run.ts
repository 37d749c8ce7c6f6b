import { join } from 'node:path';
import { folderSource } from '../ledger/folder.ts';
import { scanLedger } from '../ledger/scan.ts';
import { type Replay, replayTape } from './replay-tape.ts';
import { openTapeFile } from './tape-source.ts';

/** A process that ran on a ledger and left no tape: nobody can replay it. */
export interface UntapedSession {
  readonly epoch: number;
  readonly runId: string;
}

/** Replays one tape against the ledger of its run. Throws what the file system throws. */
export function replayFile(tape: string, ledgerFolder: string): Replay {
  const source = openTapeFile(tape);
  try {
    return replayTape({ tape: source, ledger: folderSource(ledgerFolder) });
  } finally {
    source.close();
  }
}

export function ledgerOf(runFolder: string): string {
  return join(runFolder, 'ledger');
}

/** Sessions on record whose epoch none of these tapes has. */
export function untapedSessions(
  ledgerFolder: string,
  replays: readonly Replay[],
): readonly UntapedSession[] {
  const taped = new Set(replays.map(({ header }) => header?.epoch));
  const untaped: UntapedSession[] = [];
  for (const { record } of scanLedger(folderSource(ledgerFolder))) {
    if (record.type !== 'sessionStarted' || taped.has(record.epoch)) continue;
    untaped.push({ epoch: record.epoch, runId: record.runId });
  }
  return untaped;
}
