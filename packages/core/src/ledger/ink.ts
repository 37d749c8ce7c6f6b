/**
 * Canonical JSON straight into bytes: a string built first and encoded then cost half as much
 * again, and this is on the way of every order. Every function writes at `ink.at` and moves it;
 * running over the end is the caller's to notice, once.
 */
export interface Ink {
  readonly bytes: Uint8Array;
  at: number;
}

const ZERO = 48;
const MINUS = 45;
const DOT = 46;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const TILDE = 126;
const BILLION = 1_000_000_000;

/** Characters that are one byte each and need no escape. */
export function putAscii(ink: Ink, text: string): void {
  const { bytes } = ink;
  let { at } = ink;
  for (let index = 0; index < text.length; index += 1) {
    bytes[at] = text.charCodeAt(index);
    at += 1;
  }
  ink.at = at;
}

export function putBytes(ink: Ink, from: Uint8Array): void {
  const { bytes, at } = ink;
  for (let index = 0; index < from.length; index += 1) bytes[at + index] = from[index] ?? 0;
  ink.at = at + from.length;
}

/**
 * A JSON string. False when the text is no Unicode: half a surrogate pair has no canonical
 * spelling.
 */
export function putString(ink: Ink, text: string): boolean {
  const { bytes } = ink;
  const start = ink.at;
  let at = start;
  bytes[at] = QUOTE;
  at += 1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
      return putUnusual(ink, text);
    }
    bytes[at] = code;
    at += 1;
  }
  bytes[at] = QUOTE;
  ink.at = at + 1;
  return true;
}

/** RFC 8785 takes ECMAScript's own escaping; what it leaves alone is UTF-8. */
function putUnusual(ink: Ink, text: string): boolean {
  if (!isUnicode(text)) return false;
  const quoted = JSON.stringify(text);
  for (let index = 0; index < quoted.length; index += 1) {
    const code = quoted.codePointAt(index) ?? 0;
    putUtf8(ink, code);
    if (code > 0xffff) index += 1;
  }
  return true;
}

function putUtf8(ink: Ink, code: number): void {
  if (code < 0x80) return putByte(ink, code);
  if (code < 0x800) putByte(ink, 0xc0 | (code >> 6));
  else {
    if (code < 0x10000) putByte(ink, 0xe0 | (code >> 12));
    else {
      putByte(ink, 0xf0 | (code >> 18));
      putByte(ink, 0x80 | ((code >> 12) & 0x3f));
    }
    putByte(ink, 0x80 | ((code >> 6) & 0x3f));
  }
  putByte(ink, 0x80 | (code & 0x3f));
}

/**
 * Part of the engine, not yet of the language library we compile against. Costs nothing for Latin
 * text.
 */
interface WellFormed {
  isWellFormed(): boolean;
}

/** No half of a surrogate pair stands alone. */
export function isUnicode(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}

/** A safe integer. */
export function putInteger(ink: Ink, value: number): void {
  if (value < 0) putByte(ink, MINUS);
  const magnitude = value < 0 ? 0 - value : value;
  if (magnitude < BILLION) return putDigits(ink, magnitude, countDigits(magnitude));
  let high = Math.floor(magnitude / BILLION);
  let low = magnitude - high * BILLION;
  // The quotient of two exact numbers may round up to the next whole one.
  if (low < 0) {
    high -= 1;
    low += BILLION;
  }
  putDigits(ink, high, countDigits(high));
  putDigits(ink, low, 9);
}

/** A safe integer at 1/scale as its shortest decimal, in quotes. `scale` is ten to the `places`. */
export function putDecimal(ink: Ink, value: number, scale: number, places: number): void {
  putByte(ink, QUOTE);
  if (value < 0) putByte(ink, MINUS);
  const magnitude = value < 0 ? 0 - value : value;
  let whole = Math.floor(magnitude / scale);
  let fraction = magnitude - whole * scale;
  if (fraction < 0) {
    whole -= 1;
    fraction += scale;
  }
  putInteger(ink, whole);
  if (fraction > 0) putFraction(ink, fraction | 0, places);
  putByte(ink, QUOTE);
}

/** Kept in 32-bit integers: a remainder of doubles is a library call. */
function putFraction(ink: Ink, fraction: number, places: number): void {
  let rest = fraction;
  let digits = places;
  while (rest % 10 === 0) {
    rest = (rest / 10) | 0;
    digits -= 1;
  }
  putByte(ink, DOT);
  putDigits(ink, rest, digits);
}

function putByte(ink: Ink, byte: number): void {
  ink.bytes[ink.at] = byte;
  ink.at += 1;
}

/** An integer below 10^9 as exactly this many digits. */
function putDigits(ink: Ink, value: number, digits: number): void {
  const { bytes, at: start } = ink;
  let rest = value | 0;
  for (let at = start + digits - 1; at >= start; at -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  ink.at = start + digits;
}

function countDigits(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}
