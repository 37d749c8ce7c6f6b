import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, groupId, instrumentName, intentHash, strategyId } from '../values/index.ts';
import { sid8 } from './identity.ts';
import type { LabelParts } from './label.ts';
import { type LabelledOrder, matchLabel, type MatchableIntent } from './label-match.ts';

const STRATEGY = strategyId('strangle_btc_low_vol');
const INTENT: MatchableIntent = {
  strategyId: STRATEGY,
  groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f'),
  legIndex: 0,
  intentHash: intentHash('922c27184cf9a571'),
  instrument: instrumentName('BTC-27MAR26-100000-C'),
  side: 'buy',
  amountE8: amountE8(30_000_000),
};
const PARTS: LabelParts = {
  sid8: sid8(STRATEGY),
  gid12: '9f1c2d3e4b5a',
  legIndex: 0,
  ih16: '922c27184cf9a571',
};
const ORDER: LabelledOrder = {
  instrument: INTENT.instrument,
  side: INTENT.side,
  amountE8: INTENT.amountE8,
};
const clean = (intent: MatchableIntent) => ({ kind: 'matched', intent, disagreements: [] });

const OTHER_HASH = intentHash('0000000000000001');
const BY_HASH = { ...INTENT, intentHash: OTHER_HASH };
const BY_INSTRUMENT = { ...INTENT, instrument: instrumentName('BTC-27MAR26-100000-P') };
const BY_SIDE: MatchableIntent = { ...INTENT, side: 'sell' };
const BY_AMOUNT = { ...INTENT, amountE8: amountE8(40_000_000) };

describe('label match', () => {
  it('a sole candidate by group and leg matches', () => {
    expect(matchLabel(PARTS, ORDER, [INTENT])).toEqual(clean(INTENT));
  });

  it('no candidate is a ghost: another group, another leg, no intents', () => {
    const elsewhere = { ...INTENT, groupId: groupId('aaaaaaaa-4b5a-4c6d-8e7f-0a1b2c3d4e5f') };
    const otherLeg: MatchableIntent = { ...INTENT, legIndex: 1 };
    for (const intents of [[], [elsewhere], [otherLeg], [elsewhere, otherLeg]]) {
      expect(matchLabel(PARTS, ORDER, intents)).toEqual({ kind: 'unmatched' });
    }
  });

  it('flags every way in which a sole candidate contradicts the order it would adopt', () => {
    expect(matchLabel(PARTS, ORDER, [BY_HASH])).toMatchObject({ disagreements: ['ih16'] });
    const strategy = { ...INTENT, strategyId: strategyId('someone_else') };
    expect(matchLabel(PARTS, ORDER, [strategy])).toMatchObject({ disagreements: ['sid8'] });
    const foreign = { ...BY_HASH, ...strategy, intentHash: OTHER_HASH, amountE8: amountE8(1) };
    expect(matchLabel(PARTS, { ...ORDER, side: 'sell' }, [foreign])).toEqual({
      kind: 'matched',
      intent: foreign,
      disagreements: ['ih16', 'sid8', 'side', 'amount'],
    });
  });

  it.each([
    ['ih16', BY_HASH],
    ['instrument', BY_INSTRUMENT],
    ['side', BY_SIDE],
    ['qty_q', BY_AMOUNT],
  ] as const)('AT-217 two intents of one group and leg are told apart by %s', (_field, other) => {
    expect(matchLabel(PARTS, ORDER, [other, INTENT])).toEqual(clean(INTENT));
    expect(matchLabel(PARTS, ORDER, [INTENT, other])).toEqual(clean(INTENT));
  });

  it('AT-217 what stays tied is ambiguous, never picked', () => {
    expect(matchLabel(PARTS, ORDER, [INTENT, { ...INTENT }])).toEqual({
      kind: 'ambiguous',
      left: 2,
    });
  });

  it('AT-217 a tie-breaker that fits nobody is ambiguous (AMB-08)', () => {
    const neither = [BY_HASH, { ...BY_HASH, side: 'sell' as const }];
    expect(matchLabel(PARTS, ORDER, neither)).toEqual({ kind: 'ambiguous', left: 0 });
    const sides = [BY_SIDE, { ...BY_SIDE, amountE8: amountE8(40_000_000) }];
    expect(matchLabel(PARTS, ORDER, sides)).toEqual({ kind: 'ambiguous', left: 0 });
  });

  it('stops at the first tie-breaker that leaves one: ih16 outranks what follows it', () => {
    const ours = { ...BY_INSTRUMENT, side: 'sell' as const };
    expect(matchLabel(PARTS, ORDER, [ours, BY_HASH])).toEqual({
      kind: 'matched',
      intent: ours,
      disagreements: ['instrument', 'side'],
    });
  });

  it('the answer does not depend on the order of the intents', () => {
    const pool = [INTENT, BY_HASH, BY_INSTRUMENT, BY_SIDE, BY_AMOUNT];
    fc.assert(
      fc.property(fc.subarray(pool), fc.nat(), (subset, seed) => {
        const turn = subset.length === 0 ? 0 : seed % subset.length;
        const rotated = [...subset.slice(turn), ...subset.slice(0, turn)];
        expect(matchLabel(PARTS, ORDER, rotated)).toEqual(matchLabel(PARTS, ORDER, subset));
      }),
    );
  });
});
