import type { Facts } from '@holdfast/core/facts';
import { markValueE8 } from '@holdfast/core/instrument';
import type { State } from '@holdfast/core/step';
import { type AmountE8, E8, type InstrumentName } from '@holdfast/core/values';

/** What is held of one instrument; `value_usd` is null where it has no price. */
export interface PositionLine {
  readonly instrument: string;
  readonly amount: number;
  readonly value_usd: number | null;
}

export function feesUsd(facts: Facts): number {
  let microUsd = 0;
  for (const { feesMicroUsd } of facts.cash.values()) microUsd += feesMicroUsd;
  return microUsd / 1_000_000;
}

/** Null when a currency or an open position has no price: an unknown profit is not zero. */
export function pnlUsd(state: State, facts: Facts): number | null {
  let usd = 0;
  for (const [code, total] of facts.cash) {
    const index = state.observations.indexes.get(code)?.priceE8;
    if (index === undefined) return null;
    usd += ((total.cashE8 - total.feesE8) / E8) * (index / E8);
  }
  for (const line of positionLines(state, facts)) {
    if (line.value_usd === null) return null;
    usd += line.value_usd;
  }
  return Math.round(usd * 100) / 100;
}

export function positionLines(state: State, facts: Facts): readonly PositionLine[] {
  return [...facts.positions.values()].map(({ instrument, amountE8 }) => ({
    instrument,
    amount: amountE8 / E8,
    value_usd: valueUsd(state, instrument, amountE8),
  }));
}

function valueUsd(state: State, name: InstrumentName, amount: AmountE8): number | null {
  const listing = state.observations.listings.get(name);
  if (listing === undefined || listing.markPriceE8 === null) return null;
  const value = markValueE8(listing.instrument, amount, listing.markPriceE8);
  const index = state.observations.indexes.get(listing.instrument.settlement)?.priceE8;
  if (value === null || index === undefined) return null;
  return (value / E8) * (index / E8);
}
