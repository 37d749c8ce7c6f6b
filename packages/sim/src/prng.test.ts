import { describe, expect, it } from 'vitest';
import { createPrng, type Prng } from './prng.ts';

const draw = (prng: Prng, count: number): number[] =>
  Array.from({ length: count }, () => prng.uint32());

describe('prng', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    expect(draw(createPrng(7), 50)).toEqual(draw(createPrng(7), 50));
    expect(draw(createPrng('7'), 5)).toEqual(draw(createPrng(7), 5));
    expect(draw(createPrng(7), 50)).not.toEqual(draw(createPrng(8), 50));
  });

  it('keeps its first numbers for ever: a recorded seed must replay', () => {
    expect(draw(createPrng(42), 3)).toEqual([4156771692, 2813653059, 2899295392]);
  });

  it('a stream does not depend on what its parent or its siblings drew', () => {
    const quiet = createPrng(1);
    const busy = createPrng(1);
    draw(busy, 1_000);
    draw(busy.fork('disk'), 1_000);
    expect(draw(busy.fork('network'), 20)).toEqual(draw(quiet.fork('network'), 20));
    expect(draw(quiet.fork('network'), 20)).not.toEqual(draw(quiet.fork('disk'), 20));
    expect(draw(quiet.fork('a').fork('b'), 5)).not.toEqual(draw(quiet.fork('a/b'), 5));
  });

  it('draws every integer of a range, and only those, about equally often', () => {
    const prng = createPrng('dice');
    const counts = [0, 0, 0, 0, 0, 0];
    for (let index = 0; index < 60_000; index += 1) {
      const face = prng.int(1, 6);
      counts[face - 1] = (counts[face - 1] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(prng.int(5, 5)).toBe(5);
    expect(() => prng.int(2, 1)).toThrow(RangeError);
    expect(() => prng.int(0, 0.5)).toThrow(RangeError);
  });

  it('has the means it promises', () => {
    const prng = createPrng('means');
    let uniform = 0;
    let exponential = 0;
    let square = 0;
    let hits = 0;
    for (let index = 0; index < 50_000; index += 1) {
      const value = prng.float();
      expect(value >= 0 && value < 1).toBe(true);
      uniform += value / 50_000;
      exponential += prng.exponential(3) / 50_000;
      const normal = prng.gaussian();
      square += (normal * normal) / 50_000;
      hits += prng.chance(0.2) ? 1 / 50_000 : 0;
    }
    expect(uniform).toBeCloseTo(0.5, 1);
    expect(exponential).toBeCloseTo(3, 0);
    expect(square).toBeCloseTo(1, 1);
    expect(hits).toBeCloseTo(0.2, 1);
  });

  it('shuffles in place without losing anything, and picks only what is there', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const shuffled = createPrng(3).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
    expect(items).toContain(createPrng(4).pick(items));
    expect(() => createPrng(4).pick([])).toThrow(RangeError);
  });
});
