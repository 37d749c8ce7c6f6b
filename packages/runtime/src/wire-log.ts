import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
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
  readonly bytes: number;
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
    get bytes() {
      return file.bytes;
    },
    get dropped() {
      return refused + file.lost;
    },
    close: () => file.close(untold === 0 ? null : JSON.stringify({ run_id: runId, gap: untold })),
  };
}

const WireLineSchema = Type.Union([
  Type.Object({
    run_id: Type.String(),
    at: Type.Number(),
    direction: Type.Union([Type.Literal('out'), Type.Literal('in')]),
    method: Type.Union([Type.String(), Type.Null()]),
    label: Type.Union([Type.String(), Type.Null()]),
    id: Type.Union([Type.Number(), Type.Null()]),
    text: Type.String(),
  }),
  Type.Object({ run_id: Type.String(), gap: Type.Integer({ minimum: 1 }) }),
]);

/** A message, or how many are missing here. */
export type WireLine = Static<typeof WireLineSchema>;

const wireLine = Compile(WireLineSchema);

/** Reads a wire log, oldest first. A line that is none of ours counts as one lost message. */
export async function* readWireLog(path: string): AsyncGenerator<WireLine, void> {
  for await (const text of createInterface({ input: createReadStream(path) })) {
    if (text === '') continue;
    const read = jsonOf(text);
    yield wireLine.Check(read) ? read : { run_id: 'unknown', gap: 1 };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
