/**
 * Levels kept per side. A book deeper than this loses its worst levels, so it can only look
 * thinner, and a walk through it dearer, than it is; the next snapshot brings them back.
 */
export const LEVELS_MAX = 2048;

const INITIAL_CAPACITY = 32;

/**
 * One side of a book: two typed arrays, worst level first, so that work near the touch moves little
 * memory. Keys are prices times the side's sign, ascending: the best is always last.
 */
export class BookSide {
  readonly #sign: 1 | -1;
  #keys = new Float64Array(INITIAL_CAPACITY);
  #quantities = new Float64Array(INITIAL_CAPACITY);
  #count = 0;

  /** @param sign 1 for bids (highest is best), -1 for asks. */
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  get count(): number {
    return this.#count;
  }

  /** Ticks; level 0 is the best. NaN where there is no such level. */
  priceAt(level: number): number {
    const index = this.#count - 1 - level;
    return level >= 0 && index >= 0 ? this.#sign * (this.#keys[index] ?? Number.NaN) : Number.NaN;
  }

  /** Steps. NaN where there is no such level. */
  quantityAt(level: number): number {
    const index = this.#count - 1 - level;
    return level >= 0 && index >= 0 ? (this.#quantities[index] ?? Number.NaN) : Number.NaN;
  }

  clear(): void {
    this.#count = 0;
  }

  /**
   * Replaces everything by pairs, best first. False, and nothing to be trusted, when they are not
   * that.
   */
  load(pairs: readonly number[]): boolean {
    this.#count = 0;
    if (pairs.length % 2 !== 0) return false;
    const levels = pairs.length / 2;
    const kept = levels < LEVELS_MAX ? levels : LEVELS_MAX;
    this.#reserve(kept);
    let previous = Number.POSITIVE_INFINITY;
    for (let level = 0; level < levels; level += 1) {
      const price = pairs[level * 2] ?? Number.NaN;
      const quantity = pairs[level * 2 + 1] ?? Number.NaN;
      const key = this.#sign * price;
      if (!isPrice(price) || !isQuantity(quantity) || quantity === 0 || key >= previous)
        return false;
      previous = key;
      if (level < kept) {
        this.#keys[kept - 1 - level] = key;
        this.#quantities[kept - 1 - level] = quantity;
      }
    }
    this.#count = kept;
    return true;
  }

  /** Sets or deletes the named levels. False when a pair cannot be believed. */
  change(pairs: readonly number[]): boolean {
    if (pairs.length % 2 !== 0) return false;
    for (let index = 0; index < pairs.length; index += 2) {
      const price = pairs[index] ?? Number.NaN;
      const quantity = pairs[index + 1] ?? Number.NaN;
      if (!isPrice(price) || !isQuantity(quantity)) return false;
      this.#set(this.#sign * price, quantity);
    }
    return true;
  }

  #set(key: number, quantity: number): void {
    const at = this.#find(key);
    const isHeld = at < this.#count && this.#keys[at] === key;
    if (quantity === 0) {
      if (isHeld) this.#remove(at);
    } else if (isHeld) {
      this.#quantities[at] = quantity;
    } else {
      this.#insert(at, key, quantity);
    }
  }

  /** Index of the first key not below `key`. */
  #find(key: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(at: number, key: number, quantity: number): void {
    if (this.#count === LEVELS_MAX) {
      // Full: the worst goes, unless the new level is the worst.
      if (at === 0) return;
      this.#keys.copyWithin(0, 1, at);
      this.#quantities.copyWithin(0, 1, at);
      this.#keys[at - 1] = key;
      this.#quantities[at - 1] = quantity;
      return;
    }
    this.#reserve(this.#count + 1);
    const keys = this.#keys;
    const quantities = this.#quantities;
    for (let index = this.#count; index > at; index -= 1) {
      keys[index] = keys[index - 1] ?? 0;
      quantities[index] = quantities[index - 1] ?? 0;
    }
    keys[at] = key;
    quantities[at] = quantity;
    this.#count += 1;
  }

  #remove(at: number): void {
    const keys = this.#keys;
    const quantities = this.#quantities;
    this.#count -= 1;
    for (let index = at; index < this.#count; index += 1) {
      keys[index] = keys[index + 1] ?? 0;
      quantities[index] = quantities[index + 1] ?? 0;
    }
  }

  #reserve(levels: number): void {
    if (levels <= this.#keys.length) return;
    let capacity = this.#keys.length;
    while (capacity < levels) capacity *= 2;
    const keys = new Float64Array(capacity);
    const quantities = new Float64Array(capacity);
    keys.set(this.#keys);
    quantities.set(this.#quantities);
    this.#keys = keys;
    this.#quantities = quantities;
  }
}

function isPrice(ticks: number): boolean {
  return Number.isSafeInteger(ticks) && ticks > 0;
}

function isQuantity(steps: number): boolean {
  return Number.isSafeInteger(steps) && steps >= 0;
}
