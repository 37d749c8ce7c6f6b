import { DEFAULT_PARAMETERS } from '@holdfast/core/policy';
import { expect, it } from 'vitest';
import { departuresOf } from './policy-departures.ts';

it('only what is not at its default is named, with what that would be', () => {
  const parameters = { ...DEFAULT_PARAMETERS, dvolCooldownS: 30 };
  expect(departuresOf({ parameters })).toEqual(['dvol_cooldown_s 30 s (default 300 s)']);
  expect(departuresOf({ parameters: DEFAULT_PARAMETERS })).toEqual([]);
});
