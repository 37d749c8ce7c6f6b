import type { IntentHash } from './ids.ts';

const INITIAL_CAPACITY = 1 << 10;

/**
 * Exact set of 64-bit hashes given as 16 hex digits. Open addressing over two typed arrays: eight
 * bytes an entry instead of a hundred, because every intent of every year stays in it (AT-928).
 */
export class HashSet64 {
  #high = new Uint32Array(INITIAL_CAPACITY);
  #low = new Uint32Array(INITIAL_CAPACITY);
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
    return this.#high[this.#slot(high, low)] !== 0 || this.#low[this.#slot(high, low)] !== 0;
  }

  add(hash: IntentHash): void {
    const high = hexWord(hash, 0);
    const low = hexWord(hash, 8);
    if (high === 0 && low === 0) {
      this.#hasZero = true;
      return;
    }
    const slot = this.#slot(high, low);
    if (this.#high[slot] !== 0 || this.#low[slot] !== 0) return;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#size += 1;
    if (this.#size * 2 > this.#mask) this.#grow();
  }

  /** The slot that holds this hash, or the empty one where it belongs. */
  #slot(high: number, low: number): number {
    let slot = spread(high, low) & this.#mask;
    while (
      (this.#high[slot] !== 0 || this.#low[slot] !== 0) &&
      (this.#high[slot] !== high || this.#low[slot] !== low)
    ) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #grow(): void {
    const high = this.#high;
    const low = this.#low;
    const capacity = (this.#mask + 1) * 2;
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#mask = capacity - 1;
    for (let index = 0; index < high.length; index += 1) {
      const highWord = high[index] ?? 0;
      const lowWord = low[index] ?? 0;
      if (highWord === 0 && lowWord === 0) continue;
      const slot = this.#slot(highWord, lowWord);
      this.#high[slot] = highWord;
      this.#low[slot] = lowWord;
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
