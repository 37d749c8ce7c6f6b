import { createFacts } from '@holdfast/core/facts';
import { expect, it } from 'vitest';
import { containmentOf } from './containment-part.ts';
import { containmentSections } from './containment-sections.ts';
import { Tally } from './tally.ts';

const GROUP = '7e5f0000-0000-4000-8000-000000000001';

const LEG = { side: 'buy', unit: 'coin', amountE8: 10_000_000, closedE8: 0, indexPriceE8: null };

function facts() {
  const made = createFacts();
  made.groups.set(
    GROUP as never,
    {
      groupId: GROUP,
      strategyId: 'strangle',
      state: 'Flattened',
      seed: 'leg_failed',
      legs: [
        { ...LEG, instrument: 'BTC-1-C', filledE8: 10_000_000, closedE8: 10_000_000 },
        { ...LEG, instrument: 'BTC-1-P', filledE8: 0 },
      ],
      rescues: 1,
      closeAttempts: 2,
      hedges: 0,
    } as never,
  );
  return made;
}

it('a broken pair is told by its legs, its failure, and how long it stood naked', () => {
  const tally = new Tally(1_000, () => undefined);
  const say = (decision: object): void => tally.report(decision as never, 0 as never);
  say({ kind: 'containmentPlanned', purpose: 'close' });
  say({ kind: 'containmentPlanned', purpose: 'close' });
  say({ kind: 'containmentRefused', reject: { code: 'EmergencyCloseNoPrice', operands: {} } });
  say({ kind: 'churnBreakerTrip', key: 'strangle BTC' });
  say({
    kind: 'atomicNakedEvent',
    groupId: GROUP,
    incidentAt: 3_500,
    cause: 'atomic_legging_failure',
    exposureBefore: 120_500_000,
    exposureAfter: 0,
    timeToDeltaNeutralMs: 180,
    closeAttempts: 2,
    hedgeUsed: false,
  });
  const containment = containmentOf(facts(), tally);
  const text = containmentSections({ began_at: 1_000, containment }).join('\n');
  expect(text).toContain('- Pairs: Flattened 1');
  expect(text).toContain('- Orders of containment: close 2');
  expect(text).toContain('- Containment that could not be: EmergencyCloseNoPrice 1');
  expect(text).toContain('- Trips of the churn breaker: strangle BTC 1');
  expect(text).toContain(`${GROUP}: Flattened, first failure leg_failed; rescues 1, closes 2`);
  expect(text).toContain('  - buy 0.1 BTC-1-C: filled 0.1, taken back 0.1');
  expect(text).toContain(
    'naked at 2.5 s (atomic_legging_failure): 120.50 USD, 0.00 USD left after',
  );
  expect(text).toContain('180 ms, 2 closes, without a hedge');
});

it('without pairs and containment nothing is said of them', () => {
  const containment = containmentOf(createFacts(), new Tally(0, () => undefined));
  expect(containmentSections({ began_at: 0, containment })).toEqual([]);
});
