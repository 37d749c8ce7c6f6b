import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RiseWindow } from './rise-window.ts';

const samples = fc.array(
  fc.record({ wait: fc.nat(5_000), value: fc.integer({ min: 1, max: 400 }) }),
  { minLength: 1, maxLength: 100 },
);

it('is the newest value over the lowest that is at most a window old', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 60_000 }), (given, windowMs) => {
      const window = new RiseWindow();
      const seen: { at: number; value: number }[] = [];
      let at = 0;
      for (const { wait, value } of given) {
        at += wait;
        seen.push({ at, value });
        expect(window.add(value, at, windowMs)).toBe(true);
        const low = Math.min(
          ...seen.filter((each) => each.at >= at - windowMs).map((each) => each.value),
        );
        expect(window.rise()).toBe((value - low) / low);
      }
    }),
  );
});

it('more samples than it keeps apart never hide a rise', () => {
  fc.assert(
    fc.property(fc.integer({ min: 129, max: 2_000 }), (count) => {
      const window = new RiseWindow();
      // Ever higher: every one of them may still be the lowest of a window.
      for (let index = 0; index < count; index += 1) window.add(100 + index, index, 60_000);
      expect(window.rise()).toBeGreaterThanOrEqual((count - 1) / 100);
    }),
  );
});

it('news that is older than the last is none', () => {
  const window = new RiseWindow();
  window.add(100, 10, 60_000);
  expect(window.add(50, 9, 60_000)).toBe(false);
  window.add(105, 11, 60_000);
  expect(window.rise()).toBe(0.05);
});

it('nothing has not risen', () => {
  expect(new RiseWindow().rise()).toBe(0);
});

it('two values of one moment both count', () => {
  const window = new RiseWindow();
  expect([window.add(100, 10, 60_000), window.add(110, 10, 60_000)]).toEqual([true, true]);
  expect(window.rise()).toBe(0.1);
});

it('a value that is told again and again takes one place, and leaves with the last of them', () => {
  const window = new RiseWindow();
  for (let at = 0; at < 300; at += 1) window.add(100, at, 1_000);
  window.add(110, 300, 1_000);
  window.add(121, 301, 1_000);
  window.add(121, 1_299, 1_000);
  expect(window.rise()).toBe(0.21);
  window.add(121, 1_300, 1_000);
  expect(window.rise()).toBe(0.1);
});

it('two that became one are as low as the lower, for as long as the later', () => {
  const window = new RiseWindow();
  for (let at = 0; at <= 128; at += 1) window.add(100 + at, at, 1_000);
  // 226 and 227 share a place; the later of them is just within the window.
  window.add(228, 1_127, 1_000);
  expect(window.rise()).toBe(2 / 226);
  window.add(228, 1_128, 1_000);
  expect(window.rise()).toBe(0);
});
