import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { describe, expect, it } from 'vitest';
import type { Checker } from './checker.ts';
import { appended, freshState, heard, tripped } from './forged.fixture.ts';
import { reductionsAsAsked } from './reductions-as-asked.ts';

const NAME = 'reductions-as-asked';
const AMOUNT = 30_000_000;

const proposed = (quantity = 0.3, more: object = {}): Event =>
  heard('intentProposed', {
    groupId: 'g1',
    proposal: {
      reduceOnly: true,
      legs: [{ instrument: 'BTC-C', side: 'sell', quantity, ...more }],
    },
  });
const refused = (code = 'LiquidityGateNoL2', mode = 'ReduceOnly') =>
  ({
    kind: 'report',
    decision: { kind: 'intentRejected', groupId: 'g1', reject: { code }, context: { mode } },
  }) as never;
const taken = (cause = 'LiquidityGateNoL2', amountE8 = AMOUNT) =>
  appended({
    type: 'reductionTakenOver',
    groupId: 'g1',
    instrument: 'BTC-C',
    side: 'sell',
    amountE8,
    cause,
  });
const planned = (purpose = 'close') =>
  appended({ type: 'containmentPlanned', parentGroupId: 'g1', label: 'c', purpose });
const submit = (reduceOnly: boolean) =>
  ({ kind: 'submit', order: { terms: { label: 'c', reduceOnly, intentClass: 'CLOSE' } } }) as never;
const trade = (id: string, amount: number) =>
  ['trade', { trade_id: id, label: 'c', amount }] as never as Parameters<
    NonNullable<Checker['onNotice']>
  >;

type Told = Event | ReturnType<typeof appended> | ReturnType<typeof trade>;

function watch(...told: readonly Told[]): string | null {
  const checker = reductionsAsAsked();
  const state: State = freshState();
  return tripped(() => {
    for (const each of told) {
      if (Array.isArray(each)) checker.onNotice?.(...each);
      else if ((each as Event).kind === 'intentProposed')
        checker.onEvent?.(each as Event, state, 0);
      else if ((each as Event).kind === 'closeOutCommanded') {
        checker.onEvent?.(each as Event, state, 0);
      } else checker.onEffect?.(each as ReturnType<typeof appended>, state);
    }
  });
}

describe(NAME, () => {
  it('minds what no gate has refused, or refused otherwise, or in Active', () => {
    expect(watch(proposed(), refused(), taken())).toBeNull();
    expect(watch(proposed(), taken())).toBe(NAME);
    expect(watch(proposed(), refused('ExpectedSlippageTooHigh'), taken())).toBe(NAME);
    expect(watch(proposed(), refused('LiquidityGateNoL2', 'Active'), taken())).toBe(NAME);
  });

  it('minds more than was asked for, another side and another instrument', () => {
    expect(watch(proposed(0.2), refused(), taken())).toBe(NAME);
    expect(watch(proposed(0.3, { side: 'buy' }), refused(), taken())).toBe(NAME);
    expect(watch(proposed(0.3, { instrument: 'BTC-P' }), refused(), taken())).toBe(NAME);
    expect(watch(proposed(0.4), refused(), taken())).toBeNull();
  });

  it('minds a close-out that nobody asked this process for', () => {
    const said = heard('closeOutCommanded', { operator: 'me' });
    expect(watch(taken('close_out'))).toBe(NAME);
    expect(watch(said, taken('close_out'))).toBeNull();
  });

  it('minds what does more than close', () => {
    const begun = [proposed(), refused(), taken()] as const;
    expect(watch(...begun, planned(), submit(true))).toBeNull();
    expect(watch(...begun, planned(), submit(false))).toBe(NAME);
    expect(watch(...begun, planned('hedge'))).toBe(NAME);
  });

  it('minds more traded than was taken over; a trade that is told twice is one', () => {
    const begun = [proposed(), refused(), taken(), planned()] as const;
    expect(watch(...begun, trade('a', 0.1), trade('b', 0.2))).toBeNull();
    expect(watch(...begun, trade('a', 0.3), trade('a', 0.3))).toBeNull();
    expect(watch(...begun, trade('a', 0.1), trade('b', 0.3))).toBe(NAME);
  });
});
