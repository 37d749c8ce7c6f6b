import { type InstrumentName, instrumentName } from '@holdfast/core/values';
import type { Static } from 'typebox';
import { BOOK_DATA } from './channel-data.ts';
import { ORDER_BOOK } from './results.ts';
import { createReader, isWireFault, positiveE8, unsignedE8, type WireFault } from './wire-fault.ts';

/**
 * A snapshot (`prevChangeId` null) or a change. Sides are flat pairs, price and amount, at 1e-8; an
 * amount of 0 deletes the level.
 */
export interface WireBook {
  readonly instrument: InstrumentName;
  readonly changeId: number;
  readonly prevChangeId: number | null;
  readonly timestamp: number;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

/** `data` of a `book.{instrument}.{interval}` notification. */
export const parseBook = createReader('book', BOOK_DATA, (data, faultAt): WireBook | WireFault => {
  const isSnapshot = data.type === 'snapshot';
  const previous = data.prev_change_id;
  if (!isSnapshot && previous === undefined) return faultAt('/prev_change_id', 'contradiction');
  const bids = sideOf(data.bids, '/bids', faultAt);
  if (isWireFault(bids)) return bids;
  const asks = sideOf(data.asks, '/asks', faultAt);
  if (isWireFault(asks)) return asks;
  return {
    instrument: instrumentName(data.instrument_name),
    changeId: data.change_id,
    prevChangeId: isSnapshot ? null : (previous ?? null),
    timestamp: data.timestamp,
    bids,
    asks,
  };
});

type FaultAt = (path: string, rule: WireFault['rule']) => WireFault;

/** `[action, price, amount]`: a delete has no amount, anything else has one. */
function sideOf(
  levels: Static<typeof BOOK_DATA>['bids'],
  path: string,
  faultAt: FaultAt,
): readonly number[] | WireFault {
  const side: number[] = [];
  for (const [index, [action, price, amount]] of levels.entries()) {
    const priceE8 = positiveE8(price);
    if (priceE8 === null) return faultAt(`${path}/${index}/1`, 'off_grid');
    const amountE8 = unsignedE8(amount);
    if (amountE8 === null) return faultAt(`${path}/${index}/2`, 'off_grid');
    if ((action === 'delete') !== (amountE8 === 0)) {
      return faultAt(`${path}/${index}/2`, 'contradiction');
    }
    side.push(priceE8, amountE8);
  }
  return side;
}

/** The result of `public/get_order_book`: a snapshot, whole to the depth that was asked for. */
export const parseOrderBook = createReader(
  'order_book',
  ORDER_BOOK,
  (data, faultAt): WireBook | WireFault => {
    const bids = pairsOf(data.bids, '/bids', faultAt);
    if (isWireFault(bids)) return bids;
    const asks = pairsOf(data.asks, '/asks', faultAt);
    if (isWireFault(asks)) return asks;
    return {
      instrument: instrumentName(data.instrument_name),
      changeId: data.change_id,
      prevChangeId: null,
      timestamp: data.timestamp,
      bids,
      asks,
    };
  },
);

function pairsOf(
  levels: readonly (readonly number[])[],
  path: string,
  faultAt: FaultAt,
): readonly number[] | WireFault {
  const side: number[] = [];
  for (const [index, [price = 0, amount = 0]] of levels.entries()) {
    const priceE8 = positiveE8(price);
    if (priceE8 === null) return faultAt(`${path}/${index}/0`, 'off_grid');
    const amountE8 = positiveE8(amount);
    if (amountE8 === null) return faultAt(`${path}/${index}/1`, 'off_grid');
    side.push(priceE8, amountE8);
  }
  return side;
}
