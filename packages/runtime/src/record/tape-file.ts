import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';

/** What the disk may be behind; more frames are left out, and the tape says how many. */
const BUFFERED_MAX = 64 * 1024 * 1024;

export interface TapeTelemetry {
  readonly frames: number;
  readonly bytes: number;
  readonly dropped: number;
}

/**
 * A tape: one JSON line for each frame as it came, `{"at":<epoch ms>,"frame":<the frame>}`. A frame
 * that is no JSON is kept as text under `"text"`; what could not be kept leaves `{"gap":n}`.
 */
export interface TapeFile {
  write(at: number, frame: string): void;
  telemetry(): TapeTelemetry;
  /** Rejects when the disk did not take what was written. */
  close(): Promise<void>;
}

/** Rejects when the file exists or cannot be made: a tape is never written over. */
export async function openTape(path: string, maxBytes: number): Promise<TapeFile> {
  const stream: WriteStream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open');
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  let frames = 0;
  let bytes = 0;
  let dropped = 0;
  let untold = 0;
  const put = (line: string): void => {
    bytes += Buffer.byteLength(line) + 1;
    stream.write(`${line}\n`);
  };
  return {
    write(at, frame) {
      if (failure !== null || stream.writableLength > BUFFERED_MAX || bytes >= maxBytes) {
        dropped += 1;
        untold += 1;
        return;
      }
      if (untold > 0) put(JSON.stringify({ gap: untold }));
      untold = 0;
      frames += 1;
      put(isJson(frame) ? `{"at":${at},"frame":${frame}}` : JSON.stringify({ at, text: frame }));
    },
    telemetry: () => ({ frames, bytes, dropped }),
    async close() {
      if (untold > 0 && failure === null) put(JSON.stringify({ gap: untold }));
      stream.end();
      if (failure === null) await once(stream, 'close');
      if (failure !== null) throw failure;
    },
  };
}

/** A frame with a raw line break in it would be two lines. */
function isJson(text: string): boolean {
  if (text.includes('\n') || text.includes('\r')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
