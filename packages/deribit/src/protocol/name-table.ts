import { type InstrumentName, instrumentName } from '@holdfast/core/values';

/** Twice the instruments of a large venue; where two share a slot, the later one is kept. */
const SLOTS = 8_192;

const names: InstrumentName[] = Array.from({ length: SLOTS }, () => instrumentName(''));

/**
 * The name between two positions of ASCII bytes, without making a new string of one that was seen
 * before.
 */
export function nameAt(bytes: Uint8Array, from: number, to: number): InstrumentName {
  let hash = 0x811c_9dc5;
  for (let index = from; index < to; index += 1) {
    hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x0100_0193);
  }
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = names[slot];
  if (known !== undefined && isSame(known, bytes, from, to)) return known;
  const name = instrumentName(String.fromCharCode(...bytes.subarray(from, to)));
  names[slot] = name;
  return name;
}

function isSame(name: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let index = from; index < to; index += 1) {
    if (name.charCodeAt(index - from) !== bytes[index]) return false;
  }
  return true;
}
