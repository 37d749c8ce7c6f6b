import { expect, it } from 'vitest';
import { quantity } from '../values/index.ts';
import {
  candidateOf,
  contextOf,
  exposureOf,
  listingOf,
  reducingCandidateOf,
} from './context.fixture.ts';
import type { Candidate } from './gate.ts';
import { liquidity } from './liquidity.ts';

const blind = contextOf({ indexPriceE8: () => null, exposure: exposureOf({ position: 1 }) });
const sized = (candidate: Candidate): Candidate => {
  candidate.listing = listingOf();
  candidate.quantity = quantity(3);
  return candidate;
};

it('slippage that cannot be valued stays unknown for what opens, and is none for a record', () => {
  const opening = sized(candidateOf());
  expect(liquidity.check(blind, opening)).toBeNull();
  expect(opening.expectedSlippage).toBeNaN();
  const reducing = sized(reducingCandidateOf());
  expect(liquidity.check(blind, reducing)).toBeNull();
  expect(reducing.expectedSlippage).toBe(0);
});
