import { describe, expect, it } from 'vitest';
import { minimisePlane } from './nelder-mead.ts';

describe('Nelder-Mead in the plane', () => {
  it('finds the bottom of the Rosenbrock valley from its usual start', () => {
    const rosenbrock = (x: number, y: number) =>
      (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
    const found = minimisePlane(rosenbrock, -1.2, 1, 0.5, 0.5, 400);
    expect(found.x).toBeCloseTo(1, 6);
    expect(found.y).toBeCloseTo(1, 6);
    expect(found.value).toBe(rosenbrock(found.x, found.y));
  });

  it('never asks more than four values a step, and stops at the bound', () => {
    let asked = 0;
    const endless = (x: number, y: number) => {
      asked += 1;
      return -x - y;
    };
    minimisePlane(endless, 0, 0, 1, 1, 25);
    expect(asked).toBeLessThanOrEqual(3 + 4 * 25);
    expect(asked).toBeGreaterThan(25);
  });

  it('walks away from values that are not numbers', () => {
    const half = (x: number, y: number) => (x < 0 ? Number.NaN : (x - 1) * (x - 1) + y * y);
    const found = minimisePlane(half, -0.5, 0.5, 1, 1, 200);
    expect(found.x).toBeCloseTo(1, 3);
    expect(found.y).toBeCloseTo(0, 3);
  });

  it('gives the same bits twice', () => {
    const bowl = (x: number, y: number) => x * x + 3 * y * y + Math.cos(x * y);
    expect(minimisePlane(bowl, 2, 3, 0.1, 0.2, 60)).toStrictEqual(
      minimisePlane(bowl, 2, 3, 0.1, 0.2, 60),
    );
  });
});
