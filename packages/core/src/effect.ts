import type { CashCursor } from './cash-event.ts';
import type { Decision } from './decision.ts';
import type { LedgerReceipt } from './ledger/receipt.ts';
import type { LedgerRecord } from './ledger/record.ts';
import type { LedgerWaiver } from './ledger/waiver.ts';
import type { TradeMarket } from './market/trade-market.ts';
import type { OutboundOrder, ReduceOnlyOrder } from './order/order.ts';
import type { InstrumentName, Label, MonoMs, VenueOrderId } from './values/index.ts';

/**
 * Everything we can ask of the world. Effects are orders to the shell; the core never waits for
 * one.
 */
export type Effect =
  | { readonly kind: 'append'; readonly records: readonly LedgerRecord[] }
  | Submit
  | Cancel
  | Fetch
  /** Drop the connection to the venue and open a new one: this one is dead (section 46). */
  | { readonly kind: 'reconnect'; readonly cause: ReconnectCause }
  | { readonly kind: 'wake'; readonly at: MonoMs }
  | { readonly kind: 'report'; readonly decision: Decision };

/** No market speaks at all, or trades are made that a living line does not tell. */
export type ReconnectCause = 'market_data_silent' | 'public_trades_unheard';

/** An order that could add risk needs a receipt; only a reduce-only order may leave on a waiver. */
export type Submit =
  | { readonly kind: 'submit'; readonly order: OutboundOrder; readonly receipt: LedgerReceipt }
  | { readonly kind: 'submit'; readonly order: ReduceOnlyOrder; readonly waiver: LedgerWaiver };

/** Cancels never wait for a record. `venueOrderId` null: by label. */
export interface Cancel {
  readonly kind: 'cancel';
  readonly label: Label;
  readonly venueOrderId: VenueOrderId | null;
  readonly instrument: InstrumentName;
}

/** Ask the venue; the answer is an event with the same `requestId`. */
export type Fetch = {
  readonly kind: 'fetch';
  readonly requestId: number;
} & (
  | { readonly what: 'instruments' }
  | { readonly what: 'account' }
  /** Announcements and platform status. */
  | { readonly what: 'health' }
  /**
   * Open orders, positions and own trades since `since`, taken together. `cash`: the venue's
   * account of our cash as well, from where each currency was agreed on; null: not this time.
   */
  | {
      readonly what: 'reconciliation';
      readonly since: MonoMs;
      readonly cash: readonly CashCursor[] | null;
    }
  | { readonly what: 'book'; readonly instrument: InstrumentName }
  /** The latest public trades of a market: do we know them all? */
  | ({ readonly what: 'latest_trades' } & TradeMarket)
  /** Public trades of one instrument, both ends included. */
  | {
      readonly what: 'missed_trades';
      readonly instrument: InstrumentName;
      readonly fromSeq: number;
      readonly toSeq: number;
    }
  /** The touch of one instrument, where neither book nor feed has it; answered by the ticker. */
  | { readonly what: 'ticker'; readonly instrument: InstrumentName }
);
