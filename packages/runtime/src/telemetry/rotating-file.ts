import { type FileHandle, open, rename, rm } from 'node:fs/promises';

export interface RotatingFileOptions {
  readonly path: string;
  /** Lines waiting for the disk, at most; more are dropped and counted. */
  readonly capacity: number;
  /** A file that would grow beyond this becomes `path.1`, and a new one is begun. */
  readonly maxBytes: number;
  /** How many old files are kept, at least one; the oldest is deleted. */
  readonly keep: number;
  /** The line that says how many are missing, where they are missing. */
  readonly notice: (dropped: number) => string;
}

const LINES_PER_WRITE = 512;

/**
 * Lines into a file that never blocks, never throws and never outgrows its bounds: in memory by the
 * queue, on disk by rotation. What is lost is counted, and said in the file where it is missing.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  /** Null after a rotation that went wrong, until it can be opened again. */
  #file: FileHandle | null;
  #size: number;
  #lines: string[] = [];
  #unsaid = 0;
  #dropped = 0;
  #bytes = 0;
  #closed = false;
  #beginning = false;
  #writing: Promise<void> | null = null;

  private constructor(options: RotatingFileOptions, file: FileHandle, size: number) {
    this.#options = options;
    this.#file = file;
    this.#size = size;
  }

  /** Rejects when the file cannot be opened. */
  static async open(options: RotatingFileOptions): Promise<RotatingFile> {
    const file = await open(options.path, 'a', 0o600);
    const { size } = await file.stat();
    return new RotatingFile(options, file, size);
  }

  get depth(): number {
    return this.#lines.length;
  }

  /** Since this process began. */
  get bytes(): number {
    return this.#bytes;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** One line, with or without its newline. The shape a logger writes to. */
  write(text: string): void {
    // The notice of what is missing needs a place as well.
    const needed = this.#unsaid > 0 ? 2 : 1;
    if (this.#closed || this.#lines.length + needed > this.#options.capacity) {
      this.#lose(1);
      return;
    }
    this.#sayLost();
    this.#lines.push(text.endsWith('\n') ? text : `${text}\n`);
    this.#beginSoon();
  }

  /** Waits for what was accepted. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#sayLost();
    this.#pump();
    while (this.#writing !== null) await this.#writing;
    await this.#file?.close().catch(() => undefined);
  }

  #lose(count: number): void {
    this.#unsaid += count;
    this.#dropped += count;
  }

  #sayLost(): void {
    if (this.#unsaid === 0) return;
    this.#lines.push(`${this.#options.notice(this.#unsaid)}\n`);
    this.#unsaid = 0;
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

  async #write(lines: readonly string[]): Promise<void> {
    const text = lines.join('');
    const bytes = Buffer.byteLength(text);
    try {
      if (this.#size > 0 && this.#size + bytes > this.#options.maxBytes) await this.#rotate();
      this.#file ??= await open(this.#options.path, 'a', 0o600);
      await this.#file.appendFile(text);
      this.#size += bytes;
      this.#bytes += bytes;
    } catch {
      // A log that cannot be written costs its lines and nothing else; the count is in the metrics.
      this.#lose(lines.length);
    }
  }

  async #rotate(): Promise<void> {
    const { path, keep } = this.#options;
    await this.#file?.close();
    this.#file = null;
    await rm(`${path}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 1; age -= 1) {
      await rename(`${path}.${age}`, `${path}.${age + 1}`).catch(() => undefined);
    }
    await rename(path, `${path}.1`);
    this.#file = await open(path, 'a', 0o600);
    this.#size = 0;
  }
}
