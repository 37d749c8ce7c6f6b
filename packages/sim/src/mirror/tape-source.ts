import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { PaperRun } from '@holdfast/core/proof';
import type { Clock } from '@holdfast/runtime/ports';
import { LineReader } from './line-reader.ts';
import type { MirrorDesk } from './mirror-desk.ts';
import type { MirrorSource } from './source.ts';
import { SourceFeed } from './source-feed.ts';

/** Dated messages from which the recorder's clock is judged. */
const JUDGED = 500;
const LINES_LOOKED_AT = 5_000;
/** Lines in one go; whoever trades here gets a word in between. */
const LINES_AT_ONCE = 2_000;

export type OpenedTape =
  | { readonly ok: true; readonly source: TapeSource }
  | { readonly ok: false; readonly detail: string };

/** One line: a frame and when it came, or how many are missing. */
type Line =
  | { readonly kind: 'frame'; readonly at: number; readonly frame: Uint8Array }
  | { readonly kind: 'text'; readonly at: number }
  | { readonly kind: 'gap' }
  | { readonly kind: 'unreadable' };

/**
 * Opens a recording of `holdfast record`.
 * @param speed how many times as fast as it was recorded.
 */
export function openTapeSource(path: string, clock: Clock, speed: number): OpenedTape {
  try {
    const { firstAt, aheadMs } = judge(path);
    if (firstAt === null) return { ok: false, detail: `${path}: no frame in it` };
    if (aheadMs === null) return { ok: false, detail: `${path}: no dated message in it` };
    const startAt = firstAt - aheadMs;
    const about = { kind: 'tape' as const, place: basename(path), sha256: digest(path), speed };
    const reader = new LineReader(path);
    return { ok: true, source: new TapeSource({ reader, about, clock, startAt, aheadMs, speed }) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

interface TapeOptions {
  readonly reader: LineReader;
  readonly about: PaperRun['source'];
  readonly clock: Clock;
  /** The source's time of the first frame. */
  readonly startAt: number;
  /** How far the recorder's clock was ahead of the source's. */
  readonly aheadMs: number;
  readonly speed: number;
}

/** A recorded market, at the time of its recording, once. */
export class TapeSource implements MirrorSource {
  readonly clock: Clock;
  readonly about: PaperRun['source'];
  readonly over: Promise<void>;
  readonly #options: TapeOptions;
  readonly #end: () => void;
  #desk: MirrorDesk | null = null;
  #feed: SourceFeed | null = null;
  #next: Line | null = null;
  #isClosed = false;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.about = options.about;
    const { clock, startAt, speed } = options;
    const origin = clock.now();
    this.clock = {
      now: () => Math.floor(startAt + (clock.now() - origin) * speed),
      wake: (at, action) => clock.wake(origin + (at - startAt) / speed, action),
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#end = resolve;
  }

  begin(desk: MirrorDesk): void {
    this.#desk = desk;
    this.#feed = new SourceFeed(desk, 'read');
    this.#next = this.#read();
    this.#play();
  }

  /** A recording tells what it tells: a book that broke in it is back with its next snapshot. */
  askBook(): void {
    return undefined;
  }

  lost(): void {
    return undefined;
  }

  drop(): void {
    this.#desk?.forgetBooks();
    this.#desk?.lost('injected');
  }

  offset(): number {
    return Math.round(this.#options.aheadMs);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.reader.close();
  }

  #play(): void {
    for (let played = 0; played < LINES_AT_ONCE; played += 1) {
      if (this.#isClosed) return;
      const line = this.#next;
      if (line === null) return this.#over();
      const at = 'at' in line ? line.at - this.#options.aheadMs : null;
      if (at !== null && at > this.clock.now()) {
        // Times are whole, and a quotient of them may fall a hair short of one.
        this.clock.wake(Math.ceil(at) + 0.5, () => this.#play());
        return;
      }
      this.#tell(line);
      this.#next = this.#read();
    }
    this.clock.wake(this.clock.now(), () => this.#play());
  }

  #tell(line: Line): void {
    switch (line.kind) {
      case 'frame':
        return this.#feed?.hear(line.frame);
      case 'text':
        return this.#desk?.unreadable();
      // What was left out, or cannot be read, may have been of any book.
      case 'gap':
      case 'unreadable':
        this.#desk?.forgetBooks();
        return this.#desk?.lost('tape_gap');
    }
  }

  #over(): void {
    this.#desk?.forgetBooks();
    this.#desk?.lost('tape_over');
    this.#end();
  }

  #read(): Line | null {
    const line = this.#options.reader.next();
    return line === null ? null : parseLine(line);
  }
}

const HEAD = /^\{"at":(\d+(?:\.\d+)?),"frame":/;

/** The frame is kept as it came: its bytes go to the same readers as those of a socket. */
function parseLine(line: string): Line {
  const head = HEAD.exec(line);
  if (head !== null && line.endsWith('}')) {
    const frame = Buffer.from(line.slice(head[0].length, -1), 'utf8');
    return { kind: 'frame', at: Number(head[1]), frame };
  }
  const json = jsonOf(line);
  if (typeof json !== 'object' || json === null) return { kind: 'unreadable' };
  if ('gap' in json) return { kind: 'gap' };
  if (!('at' in json) || typeof json.at !== 'number') return { kind: 'unreadable' };
  return 'text' in json ? { kind: 'text', at: json.at } : { kind: 'unreadable' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** No message was heard before it was said: the least of all delays tells the clocks apart. */
function judge(path: string): { readonly firstAt: number | null; readonly aheadMs: number | null } {
  const reader = new LineReader(path);
  let firstAt: number | null = null;
  let aheadMs: number | null = null;
  let judged = 0;
  for (let looked = 0; looked < LINES_LOOKED_AT && judged < JUDGED; looked += 1) {
    const text = reader.next();
    if (text === null) break;
    const line = parseLine(text);
    if (line.kind !== 'frame') continue;
    firstAt ??= line.at;
    const saidAt = timestampIn(Buffer.from(line.frame).toString('utf8'));
    if (saidAt === null) continue;
    judged += 1;
    aheadMs = Math.min(aheadMs ?? Number.POSITIVE_INFINITY, line.at - saidAt);
  }
  reader.close();
  return { firstAt, aheadMs };
}

function timestampIn(frame: string): number | null {
  const json = jsonOf(frame);
  if (typeof json !== 'object' || json === null || !('params' in json)) return null;
  const { params } = json;
  if (typeof params !== 'object' || params === null || !('data' in params)) return null;
  const { data } = params;
  if (typeof data !== 'object' || data === null || !('timestamp' in data)) return null;
  return typeof data.timestamp === 'number' ? data.timestamp : null;
}

function digest(path: string): string {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (;;) {
    const read = readSync(fd, chunk, 0, chunk.length, null);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
  }
  closeSync(fd);
  return hash.digest('hex');
}
