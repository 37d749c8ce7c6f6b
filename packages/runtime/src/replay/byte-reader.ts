import { tapeFault } from './fault.ts';
import { StringTable } from './string-table.ts';
import { Tag } from './tag.ts';

/** Bytes back into values. Everything it cannot read is `tape_unreadable`, with the place. */
export class ByteReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #strings = new StringTable();

  /** Goes on with these; strings met before keep their numbers. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = 0;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.fault('the bytes end in the middle of a value');
    this.#at += 1;
    return value;
  }

  number(): number {
    return this.numberOf(this.byte());
  }

  /** What follows a tag of a number. */
  numberOf(tag: number): number {
    if (tag >= Tag.little) return tag - Tag.little;
    if (tag === Tag.integer) return this.count();
    if (tag === Tag.float) return this.float();
    throw this.fault(`${tag} begins no number`);
  }

  float(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  count(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value |= (next & 127) << shift;
      if (next <= 127) {
        if (value < 0) break;
        return value;
      }
    }
    throw this.fault('a count of more than 31 bits');
  }

  numbers(): readonly number[] {
    const count = this.countOfValues();
    const list: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const word = this.count();
      if ((word & 1) === 0) list.push(word >>> 1);
      else if (word === 1) list.push(this.float());
      else throw this.fault(`${word} begins no number of a list`);
    }
    return list;
  }

  /** A count of things that take a byte each at least. */
  countOfValues(): number {
    const count = this.count();
    this.#need(count);
    return count;
  }

  string(): string {
    return this.stringOf(this.byte());
  }

  /** What follows a tag of a string. */
  stringOf(tag: number): string {
    if (tag === Tag.knownString) {
      const known = this.#strings.at(this.count());
      if (known === undefined) throw this.fault('a string nobody has spelled before');
      return known;
    }
    if (tag !== Tag.newString && tag !== Tag.longString) {
      throw this.fault(`${tag} begins no string`);
    }
    const text = this.#characters();
    if (tag === Tag.newString) this.#strings.learn(text);
    return text;
  }

  fault(detail: string): Error {
    return tapeFault('tape_unreadable', `byte ${this.#at}: ${detail}`);
  }

  #characters(): string {
    const word = this.count();
    const length = word >>> 1;
    const width = (word & 1) + 1;
    this.#need(length * width);
    const bytes = Buffer.from(
      this.#bytes.buffer,
      this.#bytes.byteOffset + this.#at,
      length * width,
    );
    this.#at += length * width;
    return bytes.toString(width === 1 ? 'latin1' : 'utf16le');
  }

  #need(count: number): void {
    if (this.#at + count > this.#bytes.length) throw this.fault(`${count} more bytes are missing`);
  }
}
