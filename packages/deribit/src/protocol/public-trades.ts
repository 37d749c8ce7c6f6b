import type { Side } from '@holdfast/core/intent';
import {
  type AmountE8,
  amountE8,
  type InstrumentName,
  instrumentName,
  type PriceE8,
  priceE8,
} from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { LAST_TRADES, PUBLIC_TRADE } from './results.ts';
import { createReader, isWireFault, positiveE8, type WireFault } from './wire-fault.ts';

/**
 * Somebody traded. `tradeSeq` counts the trades of one instrument without a hole (VR-022); `side`
 * is the aggressor's.
 */
export interface PublicTrade {
  readonly instrument: InstrumentName;
  readonly tradeSeq: number;
  readonly tradeId: string;
  readonly priceE8: PriceE8;
  readonly amountE8: AmountE8;
  readonly side: Side;
  readonly timestamp: number;
  /** Made elsewhere (block, RFQ, leg of a combination): no order in the book met it. */
  readonly isOffBook: boolean;
}

/** `data` of the `trades` channels, in the order they were made. */
export const parsePublicTrades = createReader(
  'public_trades',
  Type.Array(PUBLIC_TRADE),
  (data, faultAt) => tradesOf(data, '', faultAt),
);

export interface LastTrades {
  readonly trades: readonly PublicTrade[];
  readonly hasMore: boolean;
}

/** The result of `public/get_last_trades_*`. */
export const parseLastTrades = createReader(
  'last_trades',
  LAST_TRADES,
  (data, faultAt): LastTrades | WireFault => {
    const trades = tradesOf(data.trades, '/trades', faultAt);
    return isWireFault(trades) ? trades : { trades, hasMore: data.has_more };
  },
);

function tradesOf(
  rows: readonly Static<typeof PUBLIC_TRADE>[],
  path: string,
  faultAt: (path: string, rule: WireFault['rule']) => WireFault,
): readonly PublicTrade[] | WireFault {
  const trades: PublicTrade[] = [];
  for (const [index, row] of rows.entries()) {
    const price = positiveE8(row.price);
    if (price === null) return faultAt(`${path}/${index}/price`, 'off_grid');
    const amount = positiveE8(row.amount);
    if (amount === null) return faultAt(`${path}/${index}/amount`, 'off_grid');
    trades.push({
      instrument: instrumentName(row.instrument_name),
      tradeSeq: row.trade_seq,
      tradeId: row.trade_id,
      priceE8: priceE8(price),
      amountE8: amountE8(amount),
      side: row.direction,
      timestamp: row.timestamp,
      isOffBook:
        row.block_trade_id !== undefined ||
        row.block_rfq_id !== undefined ||
        row.combo_trade_id !== undefined,
    });
  }
  return trades;
}
