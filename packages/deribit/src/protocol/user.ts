import type { ObservedFill } from '@holdfast/core';
import { type InstrumentName, instrumentName } from '@holdfast/core/values';
import { type HeldPosition, parsePositions } from './account.ts';
import { USER_CHANGES_DATA } from './channel-data.ts';
import { parseOrder, parseTrade, type ReportedOrder } from './order-reply.ts';
import { createReader, type WireFault } from './wire-fault.ts';

/** What happened to one instrument of ours. */
export interface UserChanges {
  readonly instrument: InstrumentName;
  readonly fills: readonly ObservedFill[];
  readonly orders: readonly ReportedOrder[];
  readonly positions: readonly HeldPosition[];
}

/**
 * `data` of `user.changes.{kind}.{currency}.raw`. Hand fills to the core before orders: a closed
 * order must already have what it traded. A flat position is not in `positions`.
 */
export const parseUserChanges = createReader(
  'user_changes',
  USER_CHANGES_DATA,
  (data, faultAt): UserChanges | WireFault => {
    const fills: ObservedFill[] = [];
    for (const [index, row] of data.trades.entries()) {
      const fill = parseTrade(row);
      if (fill === null) return faultAt(`/trades/${index}`, 'off_grid');
      fills.push(fill);
    }
    const orders: ReportedOrder[] = [];
    for (const [index, row] of data.orders.entries()) {
      const parsed = parseOrder(row);
      if (parsed === null) return faultAt(`/orders/${index}`, 'off_grid');
      orders.push(parsed.order);
    }
    const positions = parsePositions(data.positions ?? []);
    if (positions === null) return faultAt('/positions', 'off_grid');
    return { instrument: instrumentName(data.instrument_name), fills, orders, positions };
  },
);
