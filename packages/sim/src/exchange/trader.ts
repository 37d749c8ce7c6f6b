import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { type Account, createAccount } from './account.ts';
import type { CreditLimits } from './credits.ts';
import { createCounters, type ExchangeCounters } from './illegal-order.ts';
import type { SettlementNotice } from './notification.ts';
import { OrderStore } from './orders.ts';
import type { KeptTransaction, Unsettled } from './transaction-log.ts';
import type { WireTrade } from './wire.ts';

/** Whose keys, orders and money: accounts know nothing of each other. */
export type AccountId = string;

/** The account of calls that name none. */
export const MAIN_ACCOUNT: AccountId = 'main';

/**
 * What happens when an order would trade with another of its own account, Deribit's
 * `self_trading_reject_mode`: the resting one is cancelled, or the incoming one refused (10003).
 */
export type SelfTradeMode = 'cancel_maker' | 'reject_taker';

/** A trade of one account with what a query selects by. */
export interface KeptTrade {
  readonly wire: WireTrade;
  readonly instrument: Instrument;
}

/** A daily settlement of one position: what became cash, and funding within it. */
export interface SessionSettlement {
  readonly kind: 'settlement';
  readonly instrument: Instrument;
  readonly timestamp: number;
  readonly amountE8: number;
  readonly indexPriceE8: number;
  readonly markPriceE8: number;
  readonly profitE8: number;
  readonly fundingE8: number;
}

export interface Delivery {
  readonly kind: 'delivery';
  readonly notice: SettlementNotice;
}

/** One account at this exchange, and everything that is only its own. */
export interface Trader {
  readonly id: AccountId;
  /** Deribit's account number. */
  readonly number: number;
  readonly deposits: ReadonlyMap<Currency, number>;
  readonly holdings: Account;
  readonly orders: OrderStore;
  /** Own trades, oldest first. */
  readonly trades: KeptTrade[];
  /** Deliveries and daily settlements, oldest first. */
  readonly settlements: (Delivery | SessionSettlement)[];
  /** What moved its cash, oldest first. */
  readonly transactions: KeptTransaction[];
  /** Deribit's `user_seq` of the last of them. */
  transactionSeq: number;
  /** What futures have earned since the last daily settlement. */
  readonly unsettled: Map<InstrumentName, Unsettled>;
  readonly counters: ExchangeCounters;
  readonly limits: CreditLimits;
  selfTrading: SelfTradeMode;
}

export interface TraderTerms {
  readonly id: AccountId;
  readonly number: number;
  readonly deposits: ReadonlyMap<Currency, number>;
  readonly limits: CreditLimits;
  readonly selfTrading: SelfTradeMode;
}

export function createTrader(terms: TraderTerms): Trader {
  return {
    ...terms,
    deposits: new Map(terms.deposits),
    holdings: createAccount(terms.deposits),
    orders: new OrderStore(),
    trades: [],
    settlements: [],
    transactions: [],
    transactionSeq: 0,
    unsettled: new Map(),
    counters: createCounters(),
  };
}
