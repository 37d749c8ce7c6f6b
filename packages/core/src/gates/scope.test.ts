import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../assert.ts';
import { DEFAULT_PARAMETERS } from '../policy-defaults.ts';
import { candidateOf, contextOf, listingOf, policyWith } from './context.fixture.ts';
import { instrumentOf, listingOf as listingBehind, parametersOf, policyOf } from './scope.ts';

describe('what a gate reads behind another gate', () => {
  it('is a broken order of gates where the other has not passed, and says which', () => {
    const unconfigured = () => policyOf(contextOf({ policy: null }));
    expect(unconfigured).toThrow(InvariantViolation);
    expect(unconfigured).toThrow('`configured` comes first');
    for (const read of [listingBehind, instrumentOf]) {
      expect(() => read(candidateOf())).toThrow(InvariantViolation);
      expect(() => read(candidateOf())).toThrow('`listed` comes first');
    }
  });

  it('is the policy and the listing themselves where they have', () => {
    const policy = policyWith({});
    expect(policyOf(contextOf({ policy }))).toBe(policy);
    const listing = listingOf();
    expect(listingBehind({ ...candidateOf(), listing })).toBe(listing);
  });

  it('leaves a reduction the defaults of Appendix A where there is no policy', () => {
    expect(parametersOf(contextOf({ policy: null }))).toBe(DEFAULT_PARAMETERS);
    const policy = policyWith({ parameters: { maxSlippageBps: 7 } });
    expect(parametersOf(contextOf({ policy })).maxSlippageBps).toBe(7);
  });
});
