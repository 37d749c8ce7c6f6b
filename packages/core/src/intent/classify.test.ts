import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instrumentName, label } from '../values/index.ts';
import { classify } from './classify.ts';
import type { IntentProposal, LegProposal } from './intent.ts';

const LEG: LegProposal = {
  instrument: instrumentName('BTC-27MAR26-100000-C'),
  side: 'buy',
  quantity: 0.3,
  contracts: null,
  limitPrice: 0.05,
  fairPrice: null,
  grossEdgeUsd: null,
  delta: null,
  orderType: 'limit',
  timeInForce: 'immediate_or_cancel',
  postOnly: false,
  trigger: null,
  triggerPrice: null,
  linkedOrderType: null,
};
const TARGET = label('s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571');
const of = (parts: Partial<IntentProposal>): IntentProposal => ({
  action: 'Place',
  reduceOnly: null,
  legs: [LEG],
  target: null,
  ...parts,
});

describe('classify', () => {
  it.each([
    ['CANCEL', { action: 'Cancel', legs: [], target: TARGET }],
    ['CANCEL', { action: 'Cancel', legs: [], reduceOnly: true, target: TARGET }],
    ['CLOSE', { action: 'Place', reduceOnly: true }],
    ['CLOSE', { action: 'Close', reduceOnly: true }],
    ['HEDGE', { action: 'Hedge', reduceOnly: true }],
    ['OPEN', { action: 'Place', reduceOnly: false }],
    ['OPEN', { action: 'Close', reduceOnly: false }],
    ['OPEN', { action: 'Hedge', reduceOnly: null }],
    ['CLOSE', { action: 'Cancel', reduceOnly: true, target: TARGET }],
    ['OPEN', { action: 'Cancel', reduceOnly: false, target: TARGET }],
    ['CLOSE', { action: 'Place', reduceOnly: true, target: TARGET }],
    ['OPEN', { action: 'Place', reduceOnly: null, target: TARGET }],
  ] as const)('%s: %j', (expected, parts) => {
    expect(classify(of(parts))).toBe(expected);
  });

  it.each([null, undefined, 'true', 1, {}])(
    'AT-110 a placement with reduceOnly %j is OPEN',
    (value) => {
      const proposal = Object.assign(of({ action: 'Close' }), { reduceOnly: value });
      expect(classify(proposal)).toBe('OPEN');
    },
  );

  it.each(['', 'place', 'CANCEL', 'Amend', 'Close ', '__proto__'])(
    'AT-201 the unknown action %j is OPEN, reduce-only or not, with legs or without',
    (action) => {
      expect(classify(of({ action, reduceOnly: true }))).toBe('OPEN');
      expect(classify(of({ action, legs: [], reduceOnly: true, target: TARGET }))).toBe('OPEN');
    },
  );

  it('AT-201 a placement without legs is OPEN', () => {
    expect(classify(of({ action: 'Close', legs: [], reduceOnly: true }))).toBe('OPEN');
  });

  it('never calls a placement a cancel, nor one without the flag risk-reducing', () => {
    const action = fc.oneof(fc.constantFrom('Place', 'Close', 'Hedge', 'Cancel'), fc.string());
    const flag = fc.constantFrom(true, false, null);
    fc.assert(
      fc.property(action, flag, fc.nat({ max: 3 }), (name, reduceOnly, count) => {
        const legs = Array.from({ length: count }, () => LEG);
        const found = classify(of({ action: name, reduceOnly, legs }));
        if (count > 0) expect(found).not.toBe('CANCEL');
        if (found === 'CLOSE' || found === 'HEDGE') expect(reduceOnly).toBe(true);
      }),
    );
  });
});
