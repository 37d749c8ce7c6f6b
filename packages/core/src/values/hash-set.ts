import type { IntentHash } from './ids.ts';

const INITIAL_CAPACITY = 1 << 10;

/**
 * Exact set of 64-bit hashes given as 16 hex digits. Open addressing over a typed array: eight
 * bytes an entry instead of a hundred, because every intent of every year stays in it (AT-928).
 */
export class HashSet64 {
  /** Two words an entry, side by side: a look costs one line of the cache. */
  #words = new Uint32Array(INITIAL_CAPACITY * 2);
  #mask = INITIAL_CAPACITY - 1;
  #size = 0;
  /** The all-zero hash marks an empty slot, so it is kept apart. */
  #hasZero = false;

  get size(): number {
    return this.#size + (this.#hasZero ? 1 : 0);
  }

  has(hash: IntentHash): boolean {
    const high = hexWord(hash, 0);
    const low = hexWord(hash, 8);
    if (high === 0 && low === 0) return this.#hasZero;
    return this.#isTaken(this.#slot(high, low));
  }

  add(hash: IntentHash): void {
    const high = hexWord(hash, 0);
    const low = hexWord(hash, 8);
    if (high === 0 && low === 0) {
      this.#hasZero = true;
      return;
    }
    const slot = this.#slot(high, low);
    if (this.#isTaken(slot)) return;
    this.#words[slot * 2] = high;
    this.#words[slot * 2 + 1] = low;
    this.#size += 1;
    if (this.#size * 2 > this.#mask) this.#grow();
  }

  /** The slot that holds this hash, or the empty one where it belongs. */
  #slot(high: number, low: number): number {
    const words = this.#words;
    let slot = spread(high, low) & this.#mask;
    for (;;) {
      const heldHigh = words[slot * 2] ?? 0;
      const heldLow = words[slot * 2 + 1] ?? 0;
      if (heldHigh === high && heldLow === low) return slot;
      if (heldHigh === 0 && heldLow === 0) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #isTaken(slot: number): boolean {
    return this.#words[slot * 2] !== 0 || this.#words[slot * 2 + 1] !== 0;
  }

  #grow(): void {
    const before = this.#words;
    const capacity = (this.#mask + 1) * 2;
    this.#words = new Uint32Array(capacity * 2);
    this.#mask = capacity - 1;
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      const low = before[at + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const slot = this.#slot(high, low);
      this.#words[slot * 2] = high;
      this.#words[slot * 2 + 1] = low;
    }
  }
}

/** Keys that count upwards would fill neighbouring slots; this scatters them. */
function spread(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function hexWord(hash: string, from: number): number {
  let word = 0;
  for (let index = from; index < from + 8; index += 1) {
    const code = hash.charCodeAt(index);
    word = (word << 4) | (code <= 57 ? code - 48 : code - 87);
  }
  return word >>> 0;
}
