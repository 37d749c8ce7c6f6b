import type { Effect, Event } from '@holdfast/core';
import { currentMode, type State } from '@holdfast/core/step';
import { beforeAll, describe, expect, it } from 'vitest';
import { comparedWithinAMinute } from './compared-within-a-minute.ts';
import {
  appended,
  freshState,
  healthyState,
  heard,
  playFromBoot,
  submitted,
} from './forged.fixture.ts';

type Steps = (Event | Effect | (() => void))[];
const name = 'compared-within-a-minute';
const SECOND = 1_000;

/** A tick each second, from one to the other. */
function awake(fromS: number, toS: number): Steps {
  const ticks: Steps = [];
  for (let at = fromS; at <= toS; at += 1) ticks.push(heard('ticked', { at: at * SECOND }));
  return ticks;
}
const asked = (requestId: number): Effect =>
  ({ kind: 'fetch', what: 'reconciliation', requestId, since: 0 }) as unknown as Effect;
const answered = (requestId: number, atS: number): Event =>
  heard('venueSnapshotObserved', { requestId, at: atS * SECOND });
const play = (steps: Steps, state?: State): string | null =>
  playFromBoot(comparedWithinAMinute(), steps, state);

describe(name, () => {
  it('NON-TRIP: asked and answered, an opening order may leave', () => {
    expect(play([...awake(0, 80), asked(1), answered(1, 81), ...awake(82, 170), submitted()])).toBe(
      null,
    );
  });

  it('TRIP: asked and answered too long ago', () => {
    const long = [...awake(0, 80), asked(1), answered(1, 81), ...awake(82, 171)];
    expect(play([...long, submitted()])).toBe(name);
    expect(play([...long, submitted({ reduceOnly: true })])).toBeNull();
  });

  it.each<[string, Steps]>([
    ['nobody asks', []],
    ['nobody answers', [asked(1)]],
    ['an answer to another question', [asked(1), answered(2, 81)]],
    ['an order left meanwhile', [asked(1), submitted({ reduceOnly: true }), answered(1, 81)]],
    ['a trade was told meanwhile', [asked(1), appended({ type: 'fillRecorded' }), answered(1, 81)]],
  ])('TRIP: %s', (_what, steps) => {
    expect(play([...awake(0, 80), ...steps, ...awake(81, 91), submitted()])).toBe(name);
  });

  it('NON-TRIP: what was slept through is no time in which anybody could ask', () => {
    expect(play([...awake(0, 2), ...awake(500, 502), submitted()])).toBeNull();
  });

  describe('while anything may open', () => {
    let active: State;
    beforeAll(async () => {
      active = await healthyState();
    });

    it('TRIP: Active, and nobody compares; NON-TRIP: latched, or not Active at all', () => {
      expect(currentMode(active).mode).toBe('Active');
      expect(play(awake(0, 90), active)).toBeNull();
      expect(play(awake(0, 91), active)).toBe(name);
      expect(play(awake(0, 500))).toBeNull();
      expect(currentMode(freshState()).mode).not.toBe('Active');
    });
  });
});
