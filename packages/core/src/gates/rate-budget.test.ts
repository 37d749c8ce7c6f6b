import { describe, expect, it } from 'vitest';
import { candidateOf, contextOf } from './context.fixture.ts';
import { admit } from './gates.ts';

describe('the request budget', () => {
  it('lets an OPEN take the last request not kept for reductions, and none of those', () => {
    const having = (available: number) =>
      admit(contextOf({ requests: { available, reserved: 5 } }), candidateOf());
    expect(having(6)).toMatchObject({ pass: true });
    expect(having(5.999)).toMatchObject({
      reject: { code: 'RateLimitBrownout', operands: { available: 5.999, reserved: 5 } },
    });
  });

  it('that is unknown opens nothing', () => {
    const requests = { available: Number.NaN, reserved: 5 };
    expect(admit(contextOf({ requests }), candidateOf())).toMatchObject({ pass: false });
  });
});
