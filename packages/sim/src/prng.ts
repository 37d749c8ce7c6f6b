type Item = string | number | boolean | object;

/**
 * Seeded randomness in named streams. A stream is made of the seed and its path of names only,
 * never of how much its parent has drawn: a new consumer shifts nobody else's numbers.
 */
export interface Prng {
  /** An independent stream; the same name gives the same stream, from its beginning. */
  fork(name: string): Prng;
  uint32(): number;
  /** Uniform in [0, 1), 53 bits. */
  float(): number;
  /** Uniform integer in [min, max], both included, without bias. At most 2^32 values. */
  int(min: number, max: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** Throws on an empty list. */
  pick<T extends Item>(items: readonly T[]): T;
  exponential(mean: number): number;
  /**
   * Approximately standard normal (twelve uniforms, cut at six): no library function, the same bits
   * everywhere.
   */
  gaussian(): number;
  /** In place; returns the same array. */
  shuffle<T extends Item>(items: T[]): T[];
}

const TWO_32 = 4_294_967_296;
const TWO_53 = 9_007_199_254_740_992;
const WARM_UP = 16;

/** @param seed any text or number: `42` and `'42'` are the same seed. */
export function createPrng(seed: string | number): Prng {
  return prngOf(`seed:${seed}`);
}

function prngOf(path: string): Prng {
  const uint32 = sfc32(path);
  const float = (): number => {
    const high = uint32() >>> 5;
    return (high * 67_108_864 + (uint32() >>> 6)) / TWO_53;
  };
  const int = (min: number, max: number): number => {
    const range = max - min + 1;
    if (!Number.isInteger(min) || !Number.isInteger(max) || range < 1 || range > TWO_32) {
      throw new RangeError(`no integer range ${min}..${max}`);
    }
    // Draws above the last whole multiple would favour the low values.
    const limit = TWO_32 - (TWO_32 % range);
    let draw = uint32();
    while (draw >= limit) draw = uint32();
    return min + (draw % range);
  };
  return {
    // The name's length keeps ['a', 'b/c'] and ['a/b', 'c'] apart.
    fork: (name) => prngOf(`${path}/${name.length}:${name}`),
    uint32,
    float,
    int,
    chance: (p) => float() < p,
    pick: <T extends Item>(items: readonly T[]): T => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    exponential: (mean) => 0 - mean * Math.log(1 - float()),
    gaussian: () => {
      let sum = -6;
      for (let index = 0; index < 12; index += 1) sum += float();
      return sum;
    },
    shuffle: <T extends Item>(items: T[]): T[] => {
      for (let last = items.length - 1; last > 0; last -= 1) {
        const other = int(0, last);
        const a = items[last];
        const b = items[other];
        if (a === undefined || b === undefined) throw new RangeError('a list with holes');
        items[last] = b;
        items[other] = a;
      }
      return items;
    },
  };
}

/** Chris Doty-Humphrey's sfc32, its state hashed from the stream's path. */
function sfc32(path: string): () => number {
  let a = hash32(path, 0x9e37_79b9);
  let b = hash32(path, 0x243f_6a88);
  let c = hash32(path, 0xb7e1_5162);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP; round += 1) next();
  return next;
}

/** FNV-1a over UTF-16 units with murmur's finalizer, so that near seeds are far apart. */
function hash32(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
