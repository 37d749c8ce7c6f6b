import { describe, expect, it } from 'vitest';
import { assembleLabel, buildLabel } from '../intent/label.ts';
import { amountE8, groupId, instrumentName, priceE8 } from '../values/index.ts';
import { candidateOf, contextOf } from './context.fixture.ts';
import type { Candidate } from './gate.ts';
import { identified, identifiedBy } from './identified.ts';

/** The first golden vector of section 53. */
const golden: Candidate = {
  ...candidateOf({ instrument: instrumentName('BTC-27MAR26-100000-C') }),
  amountE8: amountE8(30_000_000),
  limitPriceE8: priceE8(4_550_000),
};

describe('identity', () => {
  it('is the golden vector of section 53', () => {
    const candidate = { ...golden };
    expect(identified.check(contextOf(), candidate)).toBeNull();
    expect(candidate.hash).toBe('922c27184cf9a571');
    expect(candidate.label).toBe('s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571');
  });

  it('is of the quantized terms, not of what was asked for', () => {
    const raw = { ...golden, leg: { ...golden.leg, quantity: 0.37, limitPrice: 0.0459 } };
    identified.check(contextOf(), raw);
    expect(raw.hash).toBe('922c27184cf9a571');
  });

  /** Builds what no derived part can be: a label of 43 - 8 + `sidLength` characters. */
  const overlong = (sidLength: number) =>
    identifiedBy((identity) => {
      const built = buildLabel(identity);
      if (!built.ok) return built;
      const [, , gid12 = '', legIndex = '', ih16 = ''] = built.label.split(':');
      return assembleLabel({
        sid8: 'a'.repeat(sidLength),
        gid12,
        legIndex: Number(legIndex),
        ih16,
      });
    });

  it('AT-921 a label of 65 characters is refused and not cut', () => {
    const candidate = { ...golden };
    expect(overlong(30).check(contextOf(), candidate)).toEqual({
      code: 'LabelTooLong',
      operands: { length: 65, max: 64 },
    });
    expect([candidate.hash, candidate.label]).toEqual([null, null]);
  });

  it('lets exactly 64 characters through', () => {
    const candidate = { ...golden };
    expect(overlong(29).check(contextOf(), candidate)).toBeNull();
    expect(candidate.label).toHaveLength(64);
  });

  it('refuses a group id a label could not bring back', () => {
    const candidate: Candidate = { ...golden, groupId: groupId('not-a-group') };
    expect(identified.check(contextOf(), candidate)).toEqual({
      code: 'InvalidInput',
      operands: { field: 'label.gid12' },
    });
    expect(candidate.label).toBeNull();
  });
});
