import type { ObservedSettlement } from '@holdfast/core';
import {
  amountE8,
  type Currency,
  coinE8,
  e8FromNumber,
  instrumentName,
  priceE8,
  tradeId,
  type WallMs,
  wallMs,
} from '@holdfast/core/values';
import type { Static } from 'typebox';
import { SETTLEMENTS } from './results.ts';
import { createReader, isWireFault, positiveE8, unsignedE8, type WireFault } from './wire-fault.ts';

export interface ParsedSettlements {
  /** Deliveries at expiry, newest first. Daily settlements change no position and are left out. */
  readonly deliveries: readonly { readonly at: WallMs; readonly settlement: ObservedSettlement }[];
  /** The oldest row of the page, whatever its kind; null for an empty one. */
  readonly oldest: WallMs | null;
  /** Asks for the next page; null when there is none. */
  readonly continuation: string | null;
}

type Row = Static<typeof SETTLEMENTS>['settlements'][number];
type FaultAt = (path: string, rule: WireFault['rule']) => WireFault;

const readPage = createReader('settlements', SETTLEMENTS, (data, faultAt) => {
  const rows: [Row, Omit<ObservedSettlement, 'currency'>][] = [];
  let oldest: number | null = null;
  for (const [index, row] of data.settlements.entries()) {
    oldest = oldest === null ? row.timestamp : Math.min(oldest, row.timestamp);
    if (row.type !== 'delivery') continue;
    const delivery = deliveryOf(row, `/settlements/${index}`, faultAt);
    if (isWireFault(delivery)) return delivery;
    rows.push([row, delivery]);
  }
  const { continuation = null } = data;
  return { rows, oldest, continuation: continuation === 'none' ? null : continuation };
});

/**
 * The result of `private/get_settlement_history_by_*`.
 *
 * @param settledIn the currency that was asked for: rows do not name it.
 */
export function parseSettlements(
  result: unknown,
  settledIn: Currency,
): { readonly ok: true; readonly value: ParsedSettlements } | WireFault {
  const page = readPage(result);
  if (!page.ok) return page;
  const { rows, oldest, continuation } = page.value;
  const deliveries = rows.map(([row, delivery]) => ({
    at: wallMs(row.timestamp),
    settlement: { ...delivery, currency: settledIn },
  }));
  return {
    ok: true,
    value: { deliveries, oldest: oldest === null ? null : wallMs(oldest), continuation },
  };
}

/**
 * Deribit gives a delivery no id: an instrument is delivered once to an account, so its name and
 * time are one. The cash is an account figure and may have more than eight decimals.
 */
function deliveryOf(
  row: Row,
  path: string,
  faultAt: FaultAt,
): Omit<ObservedSettlement, 'currency'> | WireFault {
  const amount = e8FromNumber(row.position);
  if (amount === null) return faultAt(`${path}/position`, 'off_grid');
  const index = positiveE8(row.index_price);
  if (index === null) return faultAt(`${path}/index_price`, 'off_grid');
  // A worthless option is delivered at 0.
  const price = row.mark_price === undefined ? null : unsignedE8(row.mark_price);
  if (price === null) return faultAt(`${path}/mark_price`, 'off_grid');
  // Adding zero takes the sign off a zero.
  const cash = Math.round((row.profit_loss ?? row.session_profit_loss) * 100_000_000) + 0;
  if (!Number.isSafeInteger(cash)) return faultAt(`${path}/profit_loss`, 'off_grid');
  return {
    settlementId: tradeId(`${row.instrument_name}@${row.timestamp}`),
    instrument: instrumentName(row.instrument_name),
    amountE8: amountE8(amount),
    settlementPriceE8: priceE8(price),
    indexPriceE8: priceE8(index),
    cashE8: coinE8(cash),
  };
}
