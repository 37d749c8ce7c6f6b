import { expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { Spell } from './spell.ts';

function spell(): { readonly clock: VirtualClock; readonly spell: Spell } {
  const clock = new VirtualClock(0);
  return { clock, spell: new Spell(clock, createPrng(1)) };
}

it('NON-TRIP: without a chance it never begins', () => {
  const quiet = spell();
  expect([quiet.spell.look(0, 1_000), quiet.spell.isOn]).toEqual([false, false]);
});

it('TRIP: it begins, lasts no longer than it may, and is over', () => {
  const { clock, spell: trouble } = spell();
  expect([trouble.look(1, 1_000), trouble.isOn]).toEqual([true, true]);
  expect(trouble.look(1, 1_000)).toBe(false);
  clock.runUntil(1_000);
  expect(trouble.isOn).toBe(false);
  expect(trouble.look(1, 1_000)).toBe(true);
});

it('it can be ended before its time', () => {
  const { spell: trouble } = spell();
  trouble.look(1, 1_000);
  trouble.end();
  expect(trouble.isOn).toBe(false);
});
