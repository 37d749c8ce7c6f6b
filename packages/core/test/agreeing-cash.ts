import type { CashAnswer, CashRow } from '../src/cash-event.ts';
import type { Event } from '../src/event.ts';
import { kindOfName } from '../src/instrument/name.ts';
import { type AwaitedCash, createCashBook } from '../src/position/cash-book.ts';
import type { State } from '../src/state.ts';
import { coinE8, currency as toCurrency } from '../src/values/index.ts';

const BTC = toCurrency('BTC');

type Untold<E> = E extends Event ? Omit<E, 'at'> : never;

/** A venue whose account of our cash is what our records say, unless a test says otherwise. */
export function withCash(state: State, event: Untold<Event> | null): Untold<Event> | null {
  if (event?.kind !== 'venueSnapshotObserved' || event.cash !== undefined) return event;
  if (!asksForCash(state)) return event;
  return { ...event, cash: agreeingCash(state) };
}

/** Whether the question that is out asks for it as well. */
export function asksForCash({ observations }: State): boolean {
  return observations.accounting.askedAt === observations.reconciliation.requestedAt;
}

/** The rows that explain everything on record; where the comparison has yet to begin, none. */
export function agreeingCash({ facts }: State): readonly CashAnswer[] {
  const books = new Map(facts.cashBooks);
  if (!books.has(BTC)) books.set(BTC, createCashBook());
  return [...books].map(([currency, { begun, awaited, rowId, balanceE8 }]) => {
    const rows: CashRow[] = [];
    if (begun === null) return { currency, ok: true, rows };
    let balance: number = balanceE8;
    for (const each of awaited.values()) {
      const row = rowOf(each, rowId + rows.length + 1, balance);
      balance = row.balanceE8;
      rows.push(row);
    }
    return { currency, ok: true, rows };
  });
}

export function rowOf(awaited: AwaitedCash, id: number, balance: number): CashRow {
  const { kind, instrument, tradedAt: at, cashE8, feeE8, id: tradeId } = awaited;
  const waits = kind === 'trade' && kindOfName(instrument).endsWith('future');
  const change = (waits ? 0 : cashE8) - feeE8;
  return {
    id,
    at,
    cause: kind,
    instrument,
    tradeId,
    feeE8,
    fundingE8: coinE8(0),
    priceE8: null,
    changeE8: coinE8(change),
    balanceE8: coinE8(balance + change),
  };
}
