import { describe, expect, it } from 'vitest';
import type { Exploration } from './explore.ts';
import { told, wantedOf } from './command.ts';

const FOUND: Exploration = {
  model: 'latch',
  depth: 3,
  states: 10,
  transitions: 12,
  rested: 2,
  complete: false,
  violation: null,
  seconds: 0.25,
};

describe('the explore command', () => {
  it('says how far it went and what it counted', () => {
    expect(told(FOUND)).toBe(
      'ok    latch           to depth 3   10 states, 12 steps, 2 at rest, 0.3 s',
    );
    expect(told({ ...FOUND, complete: true })).toContain(' to the end ');
  });

  it('prints the path to what is broken', () => {
    const violation = { says: 'it opened', path: ['gap', 'write'] };
    expect(told({ ...FOUND, violation }).split('\n')).toEqual([
      expect.stringMatching(/^FOUND latch/),
      '      it opened',
      '      gap > write',
    ]);
  });

  it('takes subjects by name and a depth, and nothing else', () => {
    expect(wantedOf([])?.subjects.length).toBeGreaterThan(3);
    expect(wantedOf(['latch', '--depth', '4'])).toMatchObject({
      subjects: [{ name: 'latch' }],
      depth: 4,
    });
    expect(wantedOf(['lach'])).toBeNull();
    expect(wantedOf(['--depth', 'x'])).toBeNull();
    expect(wantedOf(['--deep'])).toBeNull();
  });
});
