import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const LINES_PER_WRITE = 1_024;

/**
 * A file of lines that is only ever appended to, behind a bounded queue that never blocks the
 * caller. What finds no room is refused there and then; the caller says so in the file when it can.
 */
export class LineFile {
  readonly #file: FileHandle;
  readonly #capacity: number;
  #lines: string[] = [];
  #written = 0;
  #lost = 0;
  #writeErrors = 0;
  #bytes = 0;
  #closed = false;
  #beginning = false;
  /** The write that runs, or the last one. */
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle, capacity: number) {
    this.#file = file;
    this.#capacity = capacity;
  }

  /** The file and its folder are made when missing. Rejects when it cannot be opened. */
  static async open(path: string, capacity: number): Promise<LineFile> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a', 0o600);
    // A run that was killed in the middle of a line must not swallow our first one.
    const { size } = await file.stat();
    if (size > 0) await file.appendFile('\n');
    return new LineFile(file, capacity);
  }

  get depth(): number {
    return this.#lines.length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get written(): number {
    return this.#written;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Lines that were taken and then not written. */
  get lost(): number {
    return this.#lost;
  }

  get writeErrors(): number {
    return this.#writeErrors;
  }

  /** Whether `count` more lines would be taken now. */
  hasRoom(count: number): boolean {
    return !this.#closed && this.#lines.length + count <= this.#capacity;
  }

  /** @returns whether it was taken. */
  push(line: string): boolean {
    if (!this.hasRoom(1)) return false;
    this.#lines.push(line);
    this.#beginSoon();
    return true;
  }

  /** Waits for what was accepted. `last` is written even past the capacity. */
  async close(last: string | null = null): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (last !== null) this.#lines.push(last);
    this.#pump();
    while (this.#writing !== null) await this.#writing;
    await this.#file.close();
  }

  /** Not in the caller's turn: to hand a write to the system takes longer than an order does. */
  #beginSoon(): void {
    if (this.#beginning || this.#writing !== null) return;
    this.#beginning = true;
    setImmediate(() => {
      this.#beginning = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#writing !== null || this.#lines.length === 0) return;
    const lines = this.#lines.slice(0, LINES_PER_WRITE);
    this.#writing = this.#write(lines).finally(() => {
      this.#lines.splice(0, lines.length);
      this.#writing = null;
      this.#pump();
    });
  }

  /**
   * A failed write is not tried again: part of it may be there, and a reader sees what is missing.
   */
  async #write(lines: readonly string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`;
    try {
      await this.#file.appendFile(text);
      this.#written += lines.length;
      this.#bytes += Buffer.byteLength(text);
    } catch {
      this.#writeErrors += 1;
      this.#lost += lines.length;
    }
  }
}
