import { describe, expect, it } from 'vitest';
import { epochsOf } from './epoch.ts';

const NONE = { experiment: null, paper: null, pilot: null, limited_live: null };

describe('the evidence epoch of a stage', () => {
  it('is none where the ledger knows of no step into it', () => {
    expect(epochsOf({ transitions: [], resets: [] })).toEqual(NONE);
  });

  it('begins with the last step into it, from above as from below', () => {
    const transitions = [
      { from: null, to: 'experiment', at: 1 },
      { from: 'experiment', to: 'paper', at: 2 },
      { from: 'paper', to: 'pilot', at: 3 },
      { from: 'pilot', to: 'paper', at: 4 },
    ] as const;
    expect(epochsOf({ transitions, resets: [] })).toEqual({
      ...NONE,
      experiment: 1,
      paper: 4,
      pilot: 3,
    });
  });

  it('is not begun anew by a row that stays on its stage', () => {
    const transitions = [
      { from: 'experiment', to: 'paper', at: 2 },
      { from: 'paper', to: 'paper', at: 9 },
    ] as const;
    expect(epochsOf({ transitions, resets: [] }).paper).toBe(2);
  });

  it('G-15 is the later of the last step and the last reset', () => {
    const transitions = [{ from: 'experiment', to: 'paper', at: 5 }] as const;
    const reset = (at: number) => ({ stage: 'paper', at }) as const;
    expect(epochsOf({ transitions, resets: [reset(9), reset(7)] }).paper).toBe(9);
    expect(epochsOf({ transitions, resets: [reset(3)] }).paper).toBe(5);
    expect(epochsOf({ transitions: [], resets: [reset(3)] })).toEqual({ ...NONE, paper: 3 });
  });
});
