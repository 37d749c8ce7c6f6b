import { type FileHandle, open } from 'node:fs/promises';
import type { Effect, Event } from '@holdfast/core';
import { jsonBlock, PREAMBLE, sealBlock } from './block.ts';
import { OWN_VERSIONS, type TapeEnd, type TapeGap, type TapeHeader } from './header.ts';
import type { TapeOpening } from './open-tape.ts';
import { TurnRecorder, type TurnTape } from './turn-recorder.ts';

/** Prices move all the time: what they bring may wait for so long, and is written together. */
const PRICES_MS = 20;
/** Memory that is kept for the next block. */
const SPARE_BYTES_MAX = 1_048_576;

export interface EventTapeOptions {
  /** A new file: a tape is never written over, and never continued. */
  readonly path: string;
  /** Bytes of it, at most; the turns that find no room leave a gap. */
  readonly maxBytes: number;
  readonly opening: TapeOpening;
  readonly onGap: (gap: TapeGap) => void;
}

/**
 * A tape on disk. Turns are spelled into memory, sealed as blocks and written behind the loop's
 * back, one write at a time; memory is bounded by two blocks. A kill loses what was not written: of
 * turns that asked for something, or that no price brought, at most those of the last instant.
 */
export class EventTape implements TurnTape {
  readonly #file: FileHandle;
  readonly #maxBytes: number;
  readonly #onGap: (gap: TapeGap) => void;
  readonly #recorder = new TurnRecorder();
  /** On the disk, and whole. */
  #bytes = 0;
  #blocks = 0;
  #turns = 0;
  #spare: Uint8Array | null = null;
  #hasGap = false;
  #isPrice = false;
  #planned: 'no' | 'later' | 'soon' = 'no';
  #writing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(file: FileHandle, options: EventTapeOptions) {
    this.#file = file;
    this.#maxBytes = options.maxBytes;
    this.#onGap = options.onGap;
  }

  /** Rejects when the file exists, or cannot be made or begun. */
  static async open(options: EventTapeOptions): Promise<EventTape> {
    const { resumption, ...opening } = options.opening;
    const file = await open(options.path, 'ax', 0o600);
    const tape = new EventTape(file, options);
    const header = { versions: OWN_VERSIONS, ...opening } satisfies TapeHeader;
    try {
      await tape.#append(Buffer.concat([PREAMBLE, jsonBlock('header', 0, header)]));
    } catch (error) {
      await file.close();
      throw error;
    }
    tape.#recorder.resumed(resumption);
    tape.#plan('soon');
    return tape;
  }

  /** Written by this process. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Turns that will not be on it. */
  get lost(): number {
    const { gap, turns } = this.#recorder;
    return gap === null ? 0 : turns - gap.turns;
  }

  heard(event: Event): void {
    this.#recorder.heard(event);
    this.#isPrice = event.kind === 'bookChanged' || event.kind === 'tickerChanged';
  }

  answered(effects: readonly Effect[]): void {
    this.#recorder.answered(effects);
    if (effects.length > 0 || !this.#isPrice) this.#plan('soon');
    else if (this.#planned === 'no') this.#plan('later');
  }

  broke(message: string): void {
    this.#recorder.broke(message);
    this.#plan('soon');
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Never in the caller's turn: to hand a write to the system takes longer than a turn does. */
  #plan(when: 'soon' | 'later'): void {
    if (this.#planned === 'soon' || this.#planned === when) return;
    this.#planned = when;
    if (this.#writing !== null) return;
    if (when === 'soon') setImmediate(() => this.#pump());
    else setTimeout(() => this.#pump(), PRICES_MS);
  }

  #pump(): void {
    this.#planned = 'no';
    if (this.#writing !== null || this.#hasGap) return;
    const { gap, length, kept } = this.#recorder;
    if (length === 0 && gap === null) return;
    this.#writing = this.#write(length === 0 ? null : kept).finally(() => {
      this.#writing = null;
      const planned = this.#planned;
      this.#planned = 'no';
      if (planned !== 'no') this.#plan(planned);
    });
  }

  /** `kept`: turns up to the end of what is spelled; null when nothing is. */
  async #write(kept: number | null): Promise<void> {
    if (kept !== null) await this.#writeTurns(kept);
    const { gap } = this.#recorder;
    if (gap === null || this.#hasGap) return;
    this.#hasGap = true;
    this.#onGap(gap);
    await this.#writeBlock('gap', gap);
  }

  async #writeTurns(kept: number): Promise<void> {
    const taken = this.#recorder.take(this.#spare);
    this.#spare = null;
    const block = sealBlock(taken, 'turns', this.#blocks);
    if (this.#bytes + block.length > this.#maxBytes) {
      const detail = `${this.#bytes} of ${this.#maxBytes} bytes are written`;
      this.#recorder.stop(this.#turns, 'max_bytes', detail);
      return;
    }
    try {
      await this.#append(block);
      this.#turns = kept;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#recorder.stop(this.#turns, 'write_failed', detail);
    }
    if (block.buffer.byteLength <= SPARE_BYTES_MAX) this.#spare = new Uint8Array(block.buffer);
  }

  /** A tape that cannot even say so is one without an end, and read as such. */
  async #writeBlock(kind: 'gap' | 'end', content: TapeGap | TapeEnd): Promise<void> {
    try {
      await this.#append(jsonBlock(kind, this.#blocks, content));
    } catch {
      // The loop goes on, and `lost` has counted.
    }
  }

  /** Whole, or not at all: behind half a block no other could be read. */
  async #append(block: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(block);
    } catch (error) {
      await this.#file.truncate(this.#bytes);
      throw error;
    }
    this.#bytes += block.length;
    this.#blocks += 1;
  }

  async #close(): Promise<void> {
    for (this.#pump(); this.#writing !== null; this.#pump()) await this.#writing;
    const { turns, gap, kept } = this.#recorder;
    await this.#writeBlock('end', { turns, lost: turns - (gap?.turns ?? kept) });
    await this.#file.close();
  }
}
