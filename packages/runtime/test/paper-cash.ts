import type { CashAnswer, CashRow, ObservedFill } from '@holdfast/core';
import { fillCashE8, type Instrument } from '@holdfast/core/instrument';
import { coinE8 } from '@holdfast/core/values';

/** The account of what these trades of one option did to our cash, from nothing on. */
export function paperCash(instrument: Instrument, fills: readonly ObservedFill[]): CashAnswer {
  const rows: CashRow[] = [];
  let balance = 0;
  for (const { tradeId, side, amountE8, priceE8, feeE8, tradedAt } of fills) {
    const change = (fillCashE8(instrument, side, amountE8, priceE8) ?? Number.NaN) - feeE8;
    balance += change;
    rows.push({
      id: rows.length + 1,
      at: tradedAt,
      cause: 'trade',
      instrument: instrument.name,
      tradeId,
      feeE8,
      fundingE8: coinE8(0),
      priceE8,
      changeE8: coinE8(change),
      balanceE8: coinE8(balance),
    });
  }
  return { currency: instrument.settlement, ok: true, rows };
}
