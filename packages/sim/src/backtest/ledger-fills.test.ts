import type { LedgerRecord } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { CALL_NAME, FIRST_AT } from './bars.fixture.ts';
import { fillsIn } from './ledger-fills.ts';

/** A record with what is read of it. */
const record = (fields: object): LedgerRecord => fields as LedgerRecord;

const intent = (label: string, reduceOnly: boolean): LedgerRecord =>
  record({ type: 'intentRecorded', terms: { label, reduceOnly } });

const planned = (label: string, purpose: string): LedgerRecord =>
  record({ type: 'containmentPlanned', label, purpose });

const filled = (label: string | null): LedgerRecord =>
  record({
    type: 'fillRecorded',
    label,
    tradedAt: FIRST_AT,
    instrument: CALL_NAME,
    side: 'buy',
    amountE8: 1e8,
    priceE8: 4e6,
    feeE8: 30_000,
    feeCurrency: 'BTC',
  });

const told = (records: readonly LedgerRecord[]): readonly unknown[] =>
  [...fillsIn(records)].map(({ cause, reduces }) => [cause?.code ?? null, reduces]);

describe('fills of a ledger', () => {
  it('a strategy’s own orders have no cause of the runtime, and reduce or not', () => {
    expect(told([intent('a', false), filled('a'), intent('b', true), filled('b')])).toEqual([
      [null, false],
      [null, true],
    ]);
  });

  it('an order of containment goes by what it was planned for', () => {
    for (const purpose of ['rescue', 'close', 'hedge']) {
      const records = [planned('c', purpose), intent('c', true), filled('c'), filled('d')];
      expect(told(records)).toEqual([
        [`containment_${purpose}`, true],
        [null, false],
      ]);
    }
  });

  it('a trade no order explains, and a settlement, say so', () => {
    const settled = record({
      type: 'settlementRecorded',
      at: FIRST_AT,
      instrument: CALL_NAME,
      amountE8: 1e8,
      cashE8: 1e6,
      currency: 'BTC',
    });
    expect(told([filled(null), settled])).toEqual([
      ['unexplained_fill', false],
      ['settled', true],
    ]);
  });

  it('carries what was traded', () => {
    expect([...fillsIn([filled('a')])][0]?.fill).toEqual({
      at: FIRST_AT,
      instrument: CALL_NAME,
      side: 'buy',
      amountE8: 1e8,
      priceE8: 4e6,
      feeE8: 30_000,
      feeCurrency: 'BTC',
    });
  });
});
