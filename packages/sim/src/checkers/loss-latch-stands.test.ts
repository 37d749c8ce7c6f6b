import type { LedgerRecord } from '@holdfast/core/ledger';
import { expect, it } from 'vitest';
import { NO_LEDGER, fold, freshState, tripped } from './forged.fixture.ts';
import { lossLatchStands } from './loss-latch-stands.ts';

const LATCHED = { type: 'lossLatched', limit: 'daily_loss' } as unknown as LedgerRecord;
const reset = (change: object = {}): LedgerRecord =>
  ({
    type: 'lossLatchReset',
    limit: 'daily_loss',
    approval: 'a'.repeat(64),
    approvers: ['ben'],
    ...change,
  }) as unknown as LedgerRecord;

/** These records are heard, then an order leaves. */
function judged(records: readonly LedgerRecord[], reduceOnly = false): string | null {
  const checker = lossLatchStands();
  const state = freshState();
  return tripped(() => {
    checker.onBoot?.(state, fold(), NO_LEDGER);
    checker.onEvent?.({ kind: 'recorded', records } as never, state, 0);
    const order = { terms: { label: 'L1', reduceOnly } };
    checker.onEffect?.({ kind: 'submit', order } as never, state);
  });
}

it('NON-TRIP: an order without a latch, a reduction under one, and after a proper reset', () => {
  expect([judged([]), judged([LATCHED], true), judged([LATCHED, reset()])]).toEqual([
    null,
    null,
    null,
  ]);
});

it.each([
  ['an order under a latch', [LATCHED]],
  ['a reset of what is not latched', [reset()]],
  ['a reset nobody approved', [LATCHED, reset({ approvers: [] })]],
  ['a reset without an approval', [LATCHED, reset({ approval: '' })]],
])('TRIP: %s', (_how, records) => {
  expect(judged(records)).toBe('loss-latch-stands');
});
