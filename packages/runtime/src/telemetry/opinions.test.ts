import { expect, it } from 'vitest';
import { combineOpinions } from './opinions.ts';

it.each([
  [[0.3, 0.4, 0.1], { used: 0.4, secondary: 0.3 }],
  [[0.3, 0.3, 0.95], { used: 0.95, secondary: 0.3 }],
  [[0.93, 0.3, 0.95], { used: 0.95, secondary: 0.93 }],
  [[0.5, 1, 0.1], { used: 1, secondary: 0.5 }],
  [[0.93, 0.94, 0], { used: 0.94, secondary: 0.93 }],
])('%j is the worst and the second worst', (opinions, measured) => {
  const [used = null, probed = null, counted = null] = opinions;
  expect(combineOpinions(used, probed, counted)).toEqual(measured);
});

it.each([
  [[null, 0.3, 0.1], { used: null, secondary: 0.1 }],
  [[0.5, null, 0.1], { used: 0.5, secondary: null }],
  [[0.5, 0.6, null], { used: 0.6, secondary: null }],
  [[0.5, null, 0.95], { used: 0.95, secondary: null }],
  [[null, null, null], { used: null, secondary: null }],
] as const)('%j misses what is missing', ([used, probed, counted], measured) => {
  expect(combineOpinions(used, probed, counted)).toEqual(measured);
});
