import { LineFile } from './line-file.ts';

/**
 * One order message as it crossed the wire, for whoever asks later what was really said. Shaped as
 * the connection tells it; secrets are never in it.
 */
export interface WireMessage {
  /** Epoch ms. */
  readonly at: number;
  readonly direction: 'out' | 'in';
  readonly method: string | null;
  readonly label: string | null;
  readonly id: number | null;
  readonly text: string;
}

export interface WireLog {
  write(message: WireMessage): void;
  /** Messages that found no room or no disk. */
  readonly dropped: number;
  close(): Promise<void>;
}

/** Appends to `wire.jsonl` of a run. Never blocks; what is lost is counted and said in the file. */
export async function openWireLog(path: string, runId: string, capacity: number): Promise<WireLog> {
  const file = await LineFile.open(path, capacity);
  let refused = 0;
  let untold = 0;
  return {
    write(message) {
      if (untold > 0 && file.hasRoom(2)) {
        file.push(JSON.stringify({ run_id: runId, gap: untold }));
        untold = 0;
      }
      if (file.push(JSON.stringify({ run_id: runId, ...message }))) return;
      refused += 1;
      untold += 1;
    },
    get dropped() {
      return refused + file.lost;
    },
    close: () => file.close(untold === 0 ? null : JSON.stringify({ run_id: runId, gap: untold })),
  };
}
