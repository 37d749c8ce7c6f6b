import { expect, it } from 'vitest';
import { candidateOf, contextOf, listingOf } from './context.fixture.ts';
import { admit } from './gates.ts';
import { preflight } from './preflight.ts';

const resting = { postOnly: true, timeInForce: 'good_til_cancelled' } as const;

it.each(['buy', 'sell'] as const)(
  'a post-only %s without a limit of its own waits for the pricer to say where it rests',
  (side) => {
    const candidate = { ...candidateOf({ ...resting, side }), listing: listingOf() };
    expect(preflight.check(contextOf(), candidate)).toBeNull();
  },
);

it('a post-only sale of the pricer is sent where it rests, above the best bid', () => {
  const candidate = candidateOf({ ...resting, side: 'sell' });
  expect(admit(contextOf(), candidate)).toMatchObject({ pass: true });
  expect(candidate.limitPriceE8).toBeGreaterThan(4_750_000);
});
