import { describe, expect, it } from 'vitest';
import { legOf, proposalOf } from '../gates/context.fixture.ts';
import type { IntentProposal } from './intent.ts';
import { misshapenField } from './shape.ts';

const field = (proposal: unknown): string | null => misshapenField(proposal as IntentProposal);
const withLeg = (leg: unknown): unknown => ({ ...proposalOf(), legs: [leg] });

describe('the shape of a proposal', () => {
  it('passes what the types say, whatever the values', () => {
    expect(field(proposalOf())).toBeNull();
    expect(field(proposalOf({ quantity: Number.NaN, orderType: 'market' }))).toBeNull();
    expect(field({ action: 'Cancel', reduceOnly: null, legs: [], target: 's4:x' })).toBeNull();
  });

  it.each([
    [null, 'proposal'],
    [undefined, 'proposal'],
    ['buy', 'proposal'],
    [{}, 'action'],
    [{ ...proposalOf(), action: Symbol('Place') }, 'action'],
    [{ ...proposalOf(), reduceOnly: 'yes' }, 'reduceOnly'],
    [{ ...proposalOf(), target: undefined }, 'target'],
    [{ ...proposalOf(), legs: null }, 'legs'],
    [{ ...proposalOf(), legs: { length: 1 } }, 'legs'],
    [{ ...proposalOf(), legs: [null] }, 'legs'],
  ])('names what is not of its type: %#', (proposal, name) => {
    expect(field(proposal)).toBe(name);
  });

  it.each(Object.keys(legOf()))('every field of a leg has its type: %s', (name) => {
    expect(field(withLeg({ ...legOf(), [name]: {} }))).toBe(name);
    expect(field(withLeg({ ...legOf(), [name]: undefined }))).toBe(name);
    expect(field(withLeg({ ...legOf(), [name]: 1n }))).toBe(name);
  });

  it('looks at every leg', () => {
    expect(field({ ...proposalOf(), legs: [legOf(), { ...legOf(), side: 7 }] })).toBe('side');
  });
});
