import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1 << 20;
/** Longer than any frame that is read; what has no end is no recording. */
const LINE_MAX = 1 << 26;
const NEWLINE = 10;

/** Lines of a file, one at a time and at once: whoever plays them back is not made to wait. */
export class LineReader {
  readonly #fd: number;
  #rest: Buffer = Buffer.alloc(0);
  #isOver = false;

  /** Throws when the file cannot be opened. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** Null at the end. */
  next(): string | null {
    let from = 0;
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE, from);
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      from = this.#rest.length;
      if (this.#isOver || from > LINE_MAX) return this.#last();
      this.#fill();
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #last(): string | null {
    const text = this.#rest.toString('utf8');
    this.#rest = Buffer.alloc(0);
    this.#isOver = true;
    return text === '' ? null : text;
  }

  #fill(): void {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const read = readSync(this.#fd, chunk, 0, CHUNK, null);
    if (read === 0) this.#isOver = true;
    else this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, read)]);
  }
}
