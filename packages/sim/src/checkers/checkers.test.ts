import type { Effect, Event } from '@holdfast/core';
import { tradeId } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { everyFillOnce } from './every-fill-once.ts';
import { factsEqualRefold } from './facts-equal-refold.ts';
import {
  AT,
  end,
  fold,
  freshState,
  healthyState,
  LABEL,
  NO_LEDGER,
  play,
  recorded,
  said,
  submitted as left,
  tripped,
} from './forged.fixture.ts';
import { modeRisesForCause } from './mode-rises-for-cause.ts';
import { noDuplicateDispatch } from './no-duplicate-dispatch.ts';
import { onlyThroughTheDoor } from './only-through-the-door.ts';
import { putRightInTheEnd } from './put-right-in-the-end.ts';
import { recordedBeforeRisk } from './recorded-before-risk.ts';
import { rejectionLeavesNoTrace } from './rejection-leaves-no-trace.ts';

const OPEN = { label: LABEL, reduceOnly: false };

const submitted = (sending: readonly string[], reduceOnly: boolean): Effect =>
  ({
    kind: 'submit',
    order: { terms: { label: LABEL, reduceOnly } },
    ...(sending.length > 0 ? { receipt: { sending: new Set(sending) } } : { waiver: {} }),
  }) as unknown as Effect;

describe('no-duplicate-dispatch', () => {
  it('NON-TRIP: two labels, once each', () => {
    const checker = noDuplicateDispatch();
    checker.onPlacement?.(OPEN);
    const other = { ...OPEN, label: `${LABEL}x` };
    expect(tripped(() => checker.onPlacement?.(other))).toBeNull();
  });

  it('TRIP: one label twice, even reduce-only', () => {
    const checker = noDuplicateDispatch();
    checker.onPlacement?.(OPEN);
    const again = { ...OPEN, reduceOnly: true };
    expect(tripped(() => checker.onPlacement?.(again))).toBe('no-duplicate-dispatch');
  });
});

describe('recorded-before-risk', () => {
  it('NON-TRIP: sent, and its marker is on the disk; a reduce-only one needs none', () => {
    const checker = recordedBeforeRisk();
    checker.onPlacement?.(OPEN);
    checker.onPlacement?.({ label: 'close', reduceOnly: true });
    const onDisk = fold({ sending: new Set([LABEL]) });
    expect(tripped(() => checker.onBoot?.(freshState(), onDisk, NO_LEDGER))).toBeNull();
    expect(tripped(() => checker.atEnd?.(end({ fold: onDisk })))).toBeNull();
  });

  it('TRIP: sent, and the disk knows nothing of it', () => {
    const checker = recordedBeforeRisk();
    checker.onPlacement?.(OPEN);
    expect(tripped(() => checker.onBoot?.(freshState(), fold(), NO_LEDGER))).toBe(
      'recorded-before-risk',
    );
    expect(tripped(() => checker.atEnd?.(end()))).toBe('recorded-before-risk');
  });
});

describe('recorded-before-risk, in its order', () => {
  const marker = recorded({ type: 'orderSending', label: LABEL });

  it('NON-TRIP: its marker was heard back; a reduction leaves on a waiver', () => {
    expect(play(recordedBeforeRisk(), [marker, left()])).toBeNull();
    expect(play(recordedBeforeRisk(), [left({ reduceOnly: true })])).toBeNull();
  });

  it('TRIP: it leaves, and its marker is heard back afterwards', () => {
    expect(play(recordedBeforeRisk(), [left(), marker])).toBe('recorded-before-risk');
  });
});

describe('only-through-the-door', () => {
  it('NON-TRIP: submitted on its own receipt, or reducing on a waiver', () => {
    for (const effect of [submitted([LABEL], false), submitted([], true)]) {
      const checker = onlyThroughTheDoor();
      checker.onEffect?.(effect, freshState());
      expect(tripped(() => checker.onPlacement?.(OPEN))).toBeNull();
    }
  });

  it('TRIP: placed and never submitted', () => {
    expect(tripped(() => onlyThroughTheDoor().onPlacement?.(OPEN))).toBe('only-through-the-door');
  });

  it('TRIP: submitted on the receipt of another, or adding risk on a waiver', () => {
    for (const effect of [submitted(['other'], false), submitted([], false)]) {
      const checker = onlyThroughTheDoor();
      expect(tripped(() => checker.onEffect?.(effect, freshState()))).toBe('only-through-the-door');
    }
  });
});

describe('rejection-leaves-no-trace', () => {
  const proposed = { kind: 'intentProposed', at: AT } as Event;
  const rejected = said({ kind: 'intentRejected', reject: { code: 'InvalidInput' } });

  it('NON-TRIP: refused, and nothing has changed', () => {
    const checker = rejectionLeavesNoTrace();
    const state = freshState();
    checker.onEvent?.(proposed, state, 0);
    expect(tripped(() => checker.onEffect?.(rejected, state))).toBeNull();
  });

  it('TRIP: refused, and something is still pending', () => {
    const checker = rejectionLeavesNoTrace();
    const state = freshState();
    checker.onEvent?.(proposed, state, 0);
    state.observations.unresolved.set(LABEL, AT);
    expect(tripped(() => checker.onEffect?.(rejected, state))).toBe('rejection-leaves-no-trace');
  });
});

describe('mode-rises-for-cause', () => {
  async function riseUnder(kind: Event['kind']): Promise<string | null> {
    const state = await healthyState();
    const checker = modeRisesForCause();
    const { riskCauses } = state.observations;
    riskCauses.set('order_anomaly', { raisedAt: AT, quiet: false } as never);
    checker.onEvent?.({ kind, at: AT } as Event, state, 0);
    riskCauses.clear();
    const changed = said({ kind: 'modeChanged', from: 'ReduceOnly', to: 'Active', reasons: [] });
    return tripped(() => checker.onEffect?.(changed, state));
  }

  it('NON-TRIP: a record ended what degraded it', async () => {
    expect(await riseUnder('recorded')).toBeNull();
  });

  it('TRIP: a book change cannot make anything healthy', async () => {
    expect(await riseUnder('bookChanged')).toBe('mode-rises-for-cause');
  });

  it('TRIP: a rise that no report has told yet', async () => {
    const state = await healthyState();
    const { riskCauses } = state.observations;
    const fall = (): void => void riskCauses.set('order_anomaly', { raisedAt: AT } as never);
    const book = { kind: 'bookChanged', at: AT } as Event;
    const rise = (): void => riskCauses.clear();
    expect(play(modeRisesForCause(), [fall, book, rise, book], state)).toBe('mode-rises-for-cause');
  });

  it('NON-TRIP: a fall needs no cause', async () => {
    const state = await healthyState();
    const checker = modeRisesForCause();
    checker.onEvent?.({ kind: 'bookChanged', at: AT } as Event, state, 0);
    state.observations.riskCauses.set('order_anomaly', { raisedAt: AT } as never);
    const changed = said({ kind: 'modeChanged', from: 'Active', to: 'ReduceOnly', reasons: [] });
    expect(tripped(() => checker.onEffect?.(changed, state))).toBeNull();
  });
});

describe('every-fill-once', () => {
  it('NON-TRIP: no trade here and none there', () => {
    expect(tripped(() => everyFillOnce().atEnd?.(end()))).toBeNull();
    expect(tripped(() => everyFillOnce().onBoot?.(freshState(), fold(), NO_LEDGER))).toBeNull();
  });

  it('TRIP: a trade recorded twice', () => {
    const twice = fold({ repeatedTrades: [tradeId('T1')] });
    expect(tripped(() => everyFillOnce().onBoot?.(freshState(), twice, NO_LEDGER))).toBe(
      'every-fill-once',
    );
  });

  it('TRIP: a trade the venue does not know', () => {
    const invented = fold({ trades: new Set([tradeId('T1')]) });
    expect(tripped(() => everyFillOnce().atEnd?.(end({ fold: invented })))).toBe('every-fill-once');
  });
});

describe('facts-equal-refold', () => {
  it('NON-TRIP: nothing is the fold of nothing', () => {
    expect(tripped(() => factsEqualRefold().onBoot?.(freshState(), fold(), NO_LEDGER))).toBeNull();
  });

  it('TRIP: a fact that is in no record', () => {
    const state = freshState();
    state.facts.seenTrades.add(tradeId('T1'));
    expect(tripped(() => factsEqualRefold().onBoot?.(state, fold(), NO_LEDGER))).toBe(
      'facts-equal-refold',
    );
  });

  it('TRIP: a ledger that does not read to its end', () => {
    const damaged = fold({ damage: 'checksum in segment 1 at 64' });
    const boot = (): void => factsEqualRefold().onBoot?.(freshState(), damaged, NO_LEDGER);
    expect(tripped(boot)).toBe('facts-equal-refold');
  });
});

describe('put-right-in-the-end', () => {
  it('NON-TRIP: active, nothing working, nothing reserved', async () => {
    const state = await healthyState();
    expect(tripped(() => putRightInTheEnd().atEnd?.(end({ state })))).toBeNull();
  });

  it('TRIP: a fresh process is latched', () => {
    expect(tripped(() => putRightInTheEnd().atEnd?.(end()))).toBe('put-right-in-the-end');
  });

  it('TRIP: an order still works', async () => {
    const state = await healthyState();
    state.facts.working.add(LABEL);
    expect(tripped(() => putRightInTheEnd().atEnd?.(end({ state })))).toBe('put-right-in-the-end');
  });
});
