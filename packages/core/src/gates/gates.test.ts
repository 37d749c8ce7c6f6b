import { describe, expect, it } from 'vitest';
import { candidateOf, contextOf, exposureOf, reducingCandidateOf } from './context.fixture.ts';
import { admit, GATES } from './gates.ts';

const EVERY = 'OPEN CLOSE HEDGE';

/** The order of contract-1 section 21.2: what each gate is about, and whom it may refuse. */
const LIST = [
  ['classified', 'safety', EVERY],
  ['mode', 'safety', 'OPEN'],
  ['configured', 'safety', 'OPEN'],
  ['suspended', 'safety', 'OPEN'],
  ['rate-budget', 'safety', 'OPEN'],
  ['listed', 'safety', EVERY],
  ['metadata-fresh', 'safety', 'OPEN'],
  ['lifecycle', 'safety', EVERY],
  ['universe', 'safety', 'OPEN'],
  ['preflight', 'safety', EVERY],
  ['well-formed', 'safety', EVERY],
  ['sized', 'safety', EVERY],
  ['self-impact', 'safety', 'OPEN'],
  ['sequenced', 'safety', 'HEDGE'],
  ['churn', 'safety', 'OPEN'],
  ['margin-headroom', 'safety', 'OPEN'],
  ['fee-fresh', 'safety', EVERY],
  ['liquidity', 'safety', EVERY],
  ['net-edge', 'policy', 'open'],
  ['pending-exposure', 'safety', 'OPEN'],
  ['hedge-only', 'safety', 'OPEN'],
  ['global-exposure', 'safety', 'OPEN'],
  ['launch-limits', 'safety', 'OPEN'],
  ['losses', 'safety', 'OPEN'],
  ['greeks', 'safety', 'OPEN'],
  ['inventory-skew', 'policy', 'open'],
  ['priced', 'safety', EVERY],
  ['stage-caps', 'safety', 'OPEN'],
  ['identified', 'safety', EVERY],
  ['ledger-headroom', 'safety', 'OPEN'],
] as const;

describe('the list of gates', () => {
  it('asks everything in the mandatory order, and lets policy speak of OPEN alone', () => {
    const list = GATES.map(({ name, kind, appliesTo }) => [
      name,
      kind,
      typeof appliesTo === 'string' ? appliesTo : appliesTo.join(' '),
    ]);
    expect(list).toEqual(LIST);
  });

  it('can be changed by nobody', () => {
    expect(Object.isFrozen(GATES)).toBe(true);
    for (const { appliesTo } of GATES) expect(Object.isFrozen(appliesTo)).toBe(true);
  });

  it('is passed in that order by each class, as far as it concerns it', () => {
    const named = (...classes: readonly string[]) =>
      LIST.filter(([, , asked]) => classes.some((word) => asked.split(' ').includes(word))).map(
        ([name]) => name,
      );
    expect(admit(contextOf(), candidateOf()).trace).toEqual(named('OPEN', 'open'));
    const holding = contextOf({ exposure: exposureOf({ position: 1 }) });
    for (const reduction of ['CLOSE', 'HEDGE'] as const) {
      expect(admit(holding, reducingCandidateOf(reduction)).trace).toEqual(named(reduction));
    }
  });
});
