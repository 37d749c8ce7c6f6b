/**
 * XXH64, seed 0, on 32-bit limbs: core has no crypto and the hot path no BigInt. Equal to the
 * reference for every input; the sanity vectors are in contract-1 section 53. Not a cryptographic
 * hash: it identifies, it does not authenticate.
 */
const P1_HI = 0x9e3779b1 | 0;
const P1_LO = 0x85ebca87 | 0;
const P2_HI = 0xc2b2ae3d | 0;
const P2_LO = 0x27d4eb4f | 0;
const P3_HI = 0x165667b1 | 0;
const P3_LO = 0x9e3779f9 | 0;
const P4_HI = 0x85ebca77 | 0;
const P4_LO = 0xc2b2ae63 | 0;
const P5_HI = 0x27d4eb2f | 0;
const P5_LO = 0x165667c5 | 0;
/** P1 + P2 and -P1 modulo 2^64: where the first and the last lane start. */
const P1_PLUS_P2_HI = 0x60ea27ee | 0;
const P1_PLUS_P2_LO = 0xadc0b5d6 | 0;
const MINUS_P1_HI = 0x61c8864e | 0;
const MINUS_P1_LO = 0x7a143579 | 0;

const STRIPE = 32;

/**
 * Five 64-bit words as [high, low]: four lanes, then the hash. Rewritten by every call; no call
 * yields.
 */
const words = new Int32Array(10);
const HASH = 8;

let scratch = new Uint8Array(512);

/** 16 lowercase hex digits, big-endian, of the UTF-8 bytes of `text`. */
export function xxhash64Text(text: string): string {
  // One UTF-16 unit is at most three bytes.
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 3);
  return xxhash64(scratch, encodeUtf8(text, scratch));
}

/** 16 lowercase hex digits, big-endian, of the first `length` bytes. */
export function xxhash64(bytes: Uint8Array, length: number = bytes.length): string {
  let at = 0;
  if (length >= STRIPE) {
    at = consumeStripes(bytes, length);
  } else {
    words[HASH] = P5_HI;
    words[HASH + 1] = P5_LO;
  }
  addTo(HASH, 0, length | 0);
  for (; at + 8 <= length; at += 8) {
    round(0, readWord(bytes, at + 4), readWord(bytes, at), 0, 0);
    xorInto(HASH, wordAt(0), wordAt(1));
    rotateLeft(HASH, 27);
    multiply(HASH, P1_HI, P1_LO);
    addTo(HASH, P4_HI, P4_LO);
  }
  if (at + 4 <= length) {
    words[0] = 0;
    words[1] = readWord(bytes, at);
    multiply(0, P1_HI, P1_LO);
    xorInto(HASH, wordAt(0), wordAt(1));
    rotateLeft(HASH, 23);
    multiply(HASH, P2_HI, P2_LO);
    addTo(HASH, P3_HI, P3_LO);
    at += 4;
  }
  for (; at < length; at += 1) {
    words[0] = 0;
    words[1] = bytes[at] ?? 0;
    multiply(0, P5_HI, P5_LO);
    xorInto(HASH, wordAt(0), wordAt(1));
    rotateLeft(HASH, 11);
    multiply(HASH, P1_HI, P1_LO);
  }
  avalanche();
  return hex(wordAt(HASH)) + hex(wordAt(HASH + 1));
}

/**
 * All whole stripes, four lanes side by side, merged into the hash. Returns how many bytes were
 * read.
 */
function consumeStripes(bytes: Uint8Array, length: number): number {
  words[0] = P1_PLUS_P2_HI;
  words[1] = P1_PLUS_P2_LO;
  words[2] = P2_HI;
  words[3] = P2_LO;
  words[4] = 0;
  words[5] = 0;
  words[6] = MINUS_P1_HI;
  words[7] = MINUS_P1_LO;
  let at = 0;
  for (; at + STRIPE <= length; at += STRIPE) {
    for (let lane = 0; lane < HASH; lane += 2) {
      const from = at + lane * 4;
      const high = wordAt(lane);
      round(lane, readWord(bytes, from + 4), readWord(bytes, from), high, wordAt(lane + 1));
    }
  }
  words[HASH] = 0;
  words[HASH + 1] = 0;
  for (let lane = 0; lane < HASH; lane += 2) {
    const high = wordAt(lane);
    const low = wordAt(lane + 1);
    rotateLeft(lane, LANE_ROTATION[lane / 2] ?? 0);
    addTo(HASH, wordAt(lane), wordAt(lane + 1));
    words[lane] = high;
    words[lane + 1] = low;
  }
  for (let lane = 0; lane < HASH; lane += 2) {
    round(lane, wordAt(lane), wordAt(lane + 1), 0, 0);
    xorInto(HASH, wordAt(lane), wordAt(lane + 1));
    multiply(HASH, P1_HI, P1_LO);
    addTo(HASH, P4_HI, P4_LO);
  }
  return at;
}

const LANE_ROTATION: readonly number[] = [1, 7, 12, 18];

/** word = rotl(accumulator + input * P2, 31) * P1. */
function round(word: number, inHigh: number, inLow: number, high: number, low: number): void {
  words[word] = inHigh;
  words[word + 1] = inLow;
  multiply(word, P2_HI, P2_LO);
  addTo(word, high, low);
  rotateLeft(word, 31);
  multiply(word, P1_HI, P1_LO);
}

function avalanche(): void {
  // Shifts by 33, 29 and 32 bits, spelled in halves.
  xorInto(HASH, 0, wordAt(HASH) >>> 1);
  multiply(HASH, P2_HI, P2_LO);
  const high = wordAt(HASH);
  xorInto(HASH, high >>> 29, (high << 3) | (wordAt(HASH + 1) >>> 29));
  multiply(HASH, P3_HI, P3_LO);
  xorInto(HASH, 0, wordAt(HASH));
}

function wordAt(index: number): number {
  return words[index] ?? 0;
}

function xorInto(word: number, high: number, low: number): void {
  words[word] = wordAt(word) ^ high;
  words[word + 1] = wordAt(word + 1) ^ low;
}

function addTo(word: number, high: number, low: number): void {
  const sum = (wordAt(word + 1) >>> 0) + (low >>> 0);
  words[word + 1] = sum | 0;
  words[word] = (wordAt(word) + high + (sum > 0xffffffff ? 1 : 0)) | 0;
}

/** `by` is between 1 and 31. */
function rotateLeft(word: number, by: number): void {
  const high = wordAt(word);
  const low = wordAt(word + 1);
  words[word] = (high << by) | (low >>> (32 - by));
  words[word + 1] = (low << by) | (high >>> (32 - by));
}

/** Low 64 bits of the product. */
function multiply(word: number, high: number, low: number): void {
  const ownHigh = wordAt(word);
  const ownLow = wordAt(word + 1);
  const cross = Math.imul(ownHigh, low) + Math.imul(ownLow, high);
  words[word] = (productHigh(ownLow, low) + cross) | 0;
  words[word + 1] = Math.imul(ownLow, low);
}

/**
 * High 32 bits of the unsigned product of two 32-bit words; every intermediate stays below 2^32.
 */
function productHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16);
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(word: number): string {
  return (
    (BYTES[word >>> 24] ?? '') +
    (BYTES[(word >>> 16) & 0xff] ?? '') +
    (BYTES[(word >>> 8) & 0xff] ?? '') +
    (BYTES[word & 0xff] ?? '')
  );
}

/** Returns the byte count. A lone surrogate becomes U+FFFD, as in every standard encoder. */
function encodeUtf8(text: string, into: Uint8Array): number {
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      into[at] = code;
      at += 1;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(index + 1);
      if (code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        index += 1;
      } else {
        code = 0xfffd;
      }
    }
    at = encodeCodePoint(code, into, at);
  }
  return at;
}

/** Two to four bytes. */
function encodeCodePoint(code: number, into: Uint8Array, from: number): number {
  let at = from;
  if (code < 0x800) {
    into[at] = 0xc0 | (code >>> 6);
  } else {
    if (code < 0x10000) {
      into[at] = 0xe0 | (code >>> 12);
    } else {
      into[at] = 0xf0 | (code >>> 18);
      at += 1;
      into[at] = 0x80 | ((code >>> 12) & 0x3f);
    }
    at += 1;
    into[at] = 0x80 | ((code >>> 6) & 0x3f);
  }
  at += 1;
  into[at] = 0x80 | (code & 0x3f);
  return at + 1;
}
