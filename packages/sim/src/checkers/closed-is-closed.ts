import type { LedgerRecord } from '@holdfast/core/ledger';
import { E8 } from '@holdfast/core/values';
import { scanLedger } from '@holdfast/runtime/ledger';
import type { WireOrder } from '../exchange/wire.ts';
import { type Checker, demand } from './checker.ts';

/**
 * An order on record as closed, refused or never sent is so at the venue too: not open there, not
 * filled beyond what is on record where it was called refused, not there at all where it was called
 * unsent. Nor does an order come to life that the process which sent it has called refused. Judged
 * by what the exchange itself told of each order.
 */
export function closedIsClosed(): Checker {
  const name = 'closed-is-closed';
  const there = new Map<string, WireOrder>();
  /** What is on record of each order of the venue, 1e-8, under whatever name. */
  const filledE8 = new Map<string, number>();
  const trades = new Set<string>();
  /** Sent by the process that runs; and of such orders those it has called refused. */
  const sent = new Set<string>();
  const refused = new Set<string>();
  const note = (record: LedgerRecord): void => {
    if (record.type !== 'fillRecorded' || trades.has(record.tradeId)) return;
    trades.add(record.tradeId);
    const id = record.venueOrderId ?? '';
    filledE8.set(id, (filledE8.get(id) ?? 0) + record.amountE8);
  };
  return {
    name,
    onNotice(...[kind, order]) {
      if (kind !== 'order') return;
      const { label } = order;
      demand(there.has(label) || !refused.has(label), name, () => `${label} has come to life`);
      there.set(label, order);
    },
    onPlacement({ label }) {
      sent.add(label);
    },
    onBoot(_state, _fold, ledger) {
      sent.clear();
      // What was durable and never heard is on record too.
      for (const { record } of scanLedger(ledger)) note(record);
    },
    onEvent(event) {
      if (event.kind !== 'recorded') return;
      for (const record of event.records) {
        note(record);
        if (isRefusal(record) && sent.has(record.label)) refused.add(record.label);
        const order = 'label' in record ? there.get(record.label ?? '') : undefined;
        const fault = order === undefined ? null : faultOf(record, order, filledE8);
        demand(fault === null, name, () => fault ?? '');
      }
    },
    atEnd({ state }) {
      for (const { label, order_state } of there.values()) {
        const order = [...state.facts.orders.values()].find((each) => each.terms.label === label);
        if (order === undefined || order_state !== 'open') continue;
        const isWorking = state.facts.working.has(order.terms.label);
        demand(isWorking, name, () => `${label} is ${order.state} here and open there`);
      }
    },
  };
}

function isRefusal(record: LedgerRecord): record is Extract<LedgerRecord, { type: 'orderClosed' }> {
  return record.type === 'orderClosed' && record.outcome === 'Failed';
}

function faultOf(
  record: LedgerRecord,
  order: WireOrder,
  filledE8: ReadonlyMap<string, number>,
): string | null {
  const { label, order_state, filled_amount, order_id } = order;
  if (record.type === 'orderAbandoned') return `${label} was called unsent and is there`;
  if (record.type !== 'orderClosed') return null;
  if (order_state === 'open') return `${label} is open there: ${record.cause}`;
  const isOnRecord = Math.round(filled_amount * E8) <= (filledE8.get(order_id) ?? 0);
  if (record.outcome === 'Canceled' || isOnRecord) return null;
  return `${label} was filled there: ${record.cause}`;
}
