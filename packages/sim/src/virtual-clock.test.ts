import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual clock', () => {
  it('runs timers by time and, at one instant, in the order they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 200 }), (delays) => {
        const clock = new VirtualClock(1_000);
        const ran: (readonly [at: number, order: number])[] = [];
        for (const [order, delay] of delays.entries()) {
          clock.wake(1_000 + delay, () => ran.push([clock.now(), order]));
        }
        while (clock.step()) expect(clock.now()).toBeGreaterThanOrEqual(1_000);
        const expected = delays
          .map((delay, order) => [1_000 + delay, order] as const)
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('stops at the given time, having run what was due, also what was set meanwhile', () => {
    const clock = new VirtualClock(0);
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.wake(clock.now() + 10, again);
    };
    clock.wake(10, again);
    clock.runUntil(35);
    expect(ran).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    expect(clock.nextAt).toBe(40);
    clock.runUntil(40);
    expect(ran).toEqual([10, 20, 30, 40]);
  });

  it('complains when time would go back, and is not moved by it', () => {
    const clock = new VirtualClock(100);
    expect(() => clock.runUntil(99)).toThrow(RangeError);
    expect(() => clock.runUntil(Number.NaN)).toThrow(RangeError);
    expect(() => clock.wake(Number.NaN, () => undefined)).toThrow(RangeError);
    expect(() => new VirtualClock(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(clock.now()).toBe(100);
    clock.runUntil(100);
    expect(clock.now()).toBe(100);
  });

  it('runs a timer that is overdue at the next step, at the time it is then', () => {
    const clock = new VirtualClock(100);
    let at = 0;
    clock.wake(50, () => {
      at = clock.now();
    });
    expect(at).toBe(0);
    expect(clock.step()).toBe(true);
    expect(at).toBe(100);
    expect(clock.step()).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
