import { tapeFault } from './fault.ts';
import { StringTable } from './string-table.ts';
import { LITTLE_MAX, Tag } from './tag.ts';

const FIRST_BYTES = 65_536;
const NO_NUMBER = 'what should be a number is none';
/** A longer one is rarely met twice. */
const REMEMBERED_MAX = 128;

/**
 * Values into bytes, without an object on the way. `head` bytes are left free in front of what is
 * written; beyond `most` bytes it throws `queue_full`.
 */
export class ByteWriter {
  readonly #head: number;
  readonly #most: number;
  #bytes: Uint8Array;
  #view: DataView;
  #at: number;
  readonly #strings = new StringTable();

  constructor(head: number, most: number, first = FIRST_BYTES) {
    this.#head = head;
    this.#most = most;
    this.#bytes = new Uint8Array(Math.min(most, first));
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = head;
  }

  /** Where the next byte goes. */
  get at(): number {
    return this.#at;
  }

  get length(): number {
    return this.#at - this.#head;
  }

  /** Back, to forget what follows; or on, behind what was put into `room` by hand. */
  moveTo(at: number): void {
    this.#at = at;
  }

  /** The memory itself, with room for `count` bytes at `at`; until the next call of anything. */
  room(count: number): DataView {
    this.reserve(count);
    return this.#view;
  }

  /** Adds to a byte that is written. */
  mark(at: number, bits: number): void {
    this.#bytes[at] = (this.#bytes[at] ?? 0) | bits;
  }

  /** What `string` writes for one met before; -1 when it was not. Remembers nothing. */
  numberOf(text: string): number {
    return this.#strings.find(text);
  }

  /** What was written with the free head before it; goes on in `fresh` or in new memory. */
  take(fresh: Uint8Array | null): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#at);
    this.#bytes = fresh ?? new Uint8Array(Math.min(this.#most, FIRST_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = this.#head;
    return taken;
  }

  /** Before a run of puts: `count` bytes will have room. */
  reserve(count: number): void {
    if (this.#at + count > this.#bytes.length) this.#grow(count);
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** Any number, exactly: a little one in a byte, a 31-bit one in up to six, others in nine. */
  number(value: number): void {
    this.reserve(9);
    // A signed zero is a different value, and no small integer.
    if (value !== (value | 0) || value < 0 || (value === 0 && 1 / value < 0)) {
      if (typeof value !== 'number') throw tapeFault('value_refused', NO_NUMBER);
      this.#bytes[this.#at] = Tag.float;
      this.#view.setFloat64(this.#at + 1, value, true);
      this.#at += 9;
    } else if (value <= LITTLE_MAX) {
      this.#bytes[this.#at] = Tag.little + value;
      this.#at += 1;
    } else {
      this.#bytes[this.#at] = Tag.integer;
      this.#at += 1;
      this.#varint(value);
    }
  }

  /** Eight bytes, without a tag. */
  float(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A count or a length: up to 31 bits, without a tag. */
  count(value: number): void {
    this.reserve(5);
    this.#varint(value);
  }

  string(text: string): void {
    if (text.length > REMEMBERED_MAX) {
      this.byte(Tag.longString);
      this.#characters(text);
      return;
    }
    const known = this.#strings.numberOf(text);
    if (known >= 0) {
      this.byte(Tag.knownString);
      this.count(known);
    } else {
      this.byte(Tag.newString);
      this.#characters(text);
    }
  }

  /** One byte each where all are ASCII; otherwise two, so that half a pair survives. */
  #characters(text: string): void {
    const { length } = text;
    this.reserve(6 + length * 2);
    const start = this.#at;
    this.#varint(length * 2);
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return this.#wide(text, start);
      this.#bytes[this.#at] = code;
      this.#at += 1;
    }
  }

  #wide(text: string, start: number): void {
    this.#at = start;
    this.#varint(text.length * 2 + 1);
    for (let index = 0; index < text.length; index += 1) {
      this.#view.setUint16(this.#at, text.charCodeAt(index), true);
      this.#at += 2;
    }
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at] = (rest & 127) | 128;
      this.#at += 1;
      rest >>>= 7;
    }
    this.#bytes[this.#at] = rest;
    this.#at += 1;
  }

  #grow(count: number): void {
    const needed = this.#at + count;
    if (needed > this.#most) throw tapeFault('queue_full', `${needed} bytes of ${this.#most}`);
    const bytes = new Uint8Array(Math.min(this.#most, Math.max(needed, this.#bytes.length * 2)));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
