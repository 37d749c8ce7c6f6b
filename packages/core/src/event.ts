import type { Certificate } from './guard/certificate.ts';
import type { AttestedEvent } from './attested-event.ts';
import type { CashAcknowledgeCommanded, CashAnswer } from './cash-event.ts';
import type { Instrument, UnsupportedKind } from './instrument/instrument.ts';
import type { IntentProposal, Side } from './intent/intent.ts';
import type { LedgerReceipt } from './ledger/receipt.ts';
import type { CloseCause, LedgerRecord, ObservationSource } from './ledger/record.ts';
import type { AppendRefusal } from './ledger/waiver.ts';
import type { MeasuredEvent } from './measured-event.ts';
import type { Policy } from './policy.ts';
import type { Abstention } from './strategy.ts';
import type { PublicTradeObserved, PublicTradesObserved } from './market/public-trade.ts';
import type {
  AmountE8,
  CoinE8,
  Currency,
  GroupId,
  InstrumentName,
  Label,
  MonoMs,
  PriceE8,
  StrategyId,
  TradeId,
  VenueOrderId,
  WallMs,
} from './values/index.ts';

/**
 * Everything that can happen to us. Each carries when the shell took it in (`at`, monotonic-epoch
 * ms): the core reads no clock. Adapters turn trouble into events here; nothing else gets in.
 */
export type Event = MarketEvent | AccountEvent | LedgerEvent | IntentEvent | ShellEvent;

export type MarketEvent =
  | InstrumentsListed
  | BookChanged
  | TickerChanged
  | PublicTradeObserved
  | PublicTradesObserved
  | {
      readonly kind: 'indexChanged';
      readonly at: MonoMs;
      readonly underlying: Currency;
      readonly priceE8: PriceE8;
    }
  /** DVOL: thirty-day implied volatility of a coin, in percent; a float, never money. */
  | {
      readonly kind: 'volatilityIndexChanged';
      readonly at: MonoMs;
      readonly underlying: Currency;
      readonly value: number;
    };

/** A full answer of `public/get_instruments` for one currency. */
export interface InstrumentsListed {
  readonly kind: 'instrumentsListed';
  readonly at: MonoMs;
  readonly currency: Currency;
  readonly instruments: readonly Instrument[];
  /** Recognised kinds that are refused by code: spot and combos. */
  readonly unsupported: readonly {
    readonly name: InstrumentName;
    readonly kind: UnsupportedKind;
  }[];
}

/**
 * A snapshot (`prevChangeId` null) or a change. Sides are flat pairs: price in ticks, quantity in
 * steps; 0 deletes.
 */
export interface BookChanged {
  readonly kind: 'bookChanged';
  readonly at: MonoMs;
  readonly instrument: InstrumentName;
  readonly changeId: number;
  readonly prevChangeId: number | null;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

/**
 * Analytics of one instrument; floats, never money. Delta, vega and gamma are per unit of the
 * underlying. Its touch is what an emergency close goes by where there is no book.
 */
export interface TickerChanged {
  readonly kind: 'tickerChanged';
  readonly at: MonoMs;
  readonly instrument: InstrumentName;
  readonly markPriceE8: PriceE8;
  readonly underlyingPriceE8: PriceE8;
  readonly delta: number | null;
  readonly vega: number | null;
  readonly gamma: number | null;
  /** The touch as the venue tells it; null where a side is empty (contract-1 section 24.2). */
  readonly bestBidE8: PriceE8 | null;
  readonly bestAskE8: PriceE8 | null;
}

export type AccountEvent =
  | AccountObserved
  | OrderReported
  | FillObserved
  | SettlementObserved
  | DispatchFailed
  | CancelFailed
  | VenueSnapshotObserved
  | VenueHealthObserved
  | SessionTerminated
  | {
      readonly kind: 'fetchFailed';
      readonly at: MonoMs;
      readonly requestId: number;
      readonly fault: string;
    }
  | { readonly kind: 'sessionChanged'; readonly at: MonoMs; readonly connected: boolean };

/**
 * What the venue announces about itself: `public/get_announcements` and `public/status`, asked for
 * together (contract-1 section 41).
 */
export interface VenueHealthObserved {
  readonly kind: 'venueHealthObserved';
  readonly at: MonoMs;
  /** Announced maintenance; `endsAt` null where the venue does not say when it is over. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** Trading is locked now, for everybody or in some currencies (`public/status`). */
  readonly locked: boolean;
}

export interface MaintenanceWindow {
  readonly announcementId: string;
  readonly startsAt: WallMs;
  readonly endsAt: WallMs | null;
}

/**
 * The venue ended our session, or answered 10028 (contract-1 section 45). `code` is its own; null
 * where the connection was cut without a word.
 */
export interface SessionTerminated {
  readonly kind: 'sessionTerminated';
  readonly at: MonoMs;
  readonly code: number | null;
}

/** `private/get_account_summary`, all currencies at once, with the fee model it carries. */
export interface AccountObserved {
  readonly kind: 'accountObserved';
  readonly at: MonoMs;
  readonly currencies: readonly {
    readonly currency: Currency;
    readonly equityE8: CoinE8;
    readonly initialMarginE8: CoinE8;
    readonly maintenanceMarginE8: CoinE8;
    /** Rates of the account's own tier; empty when it has no discount. */
    readonly fees: readonly FeeTier[];
  }[];
  /**
   * When the fee rates were read, epoch ms; null when the answer carried none (contract-1 section
   * 14).
   */
  readonly feeModelCachedAt: WallMs | null;
  /** The account's request budget; null when the answer carried none that can be read. */
  readonly limits: RequestLimits | null;
}

/**
 * `limits` of the account summary (contract-1 section 45): requests per second and at once. Where
 * Deribit gives several groups, the smallest.
 */
export interface RequestLimits {
  readonly matching: RequestBudget;
  readonly nonMatching: RequestBudget;
}

export interface RequestBudget {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * What this account pays in one family of instruments instead of the commissions the instruments
 * list. At 1e-8: `fixed` is the rate itself, `relative` the share of the listed one.
 */
export interface FeeTier {
  /** Deribit's name of the index: `btc_usd` for inverse, `btc_usdc` for linear instruments. */
  readonly indexName: string;
  readonly family: 'option' | 'future' | 'perpetual';
  readonly basis: 'fixed' | 'relative';
  readonly makerE8: number;
  readonly takerE8: number;
}

/** What the venue says of one order of ours. `filledE8` is cumulative. */
export interface OrderReported {
  readonly kind: 'orderReported';
  readonly at: MonoMs;
  readonly label: Label;
  readonly venueOrderId: VenueOrderId | null;
  readonly state: 'open' | 'filled' | 'cancelled' | 'rejected';
  readonly filledE8: AmountE8;
  readonly venueCode: number | null;
  readonly cause: CloseCause | null;
  readonly source: ObservationSource;
}

/** One trade of ours, as the venue tells it; may come before the ack, twice, or late. */
export interface FillObserved {
  readonly kind: 'fillObserved';
  readonly at: MonoMs;
  readonly fill: ObservedFill;
  readonly source: ObservationSource;
}

export interface ObservedFill {
  readonly tradeId: TradeId;
  readonly label: Label | null;
  readonly venueOrderId: VenueOrderId | null;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly priceE8: PriceE8;
  readonly feeE8: CoinE8;
  readonly feeCurrency: Currency;
  readonly indexPriceE8: PriceE8;
  readonly tradedAt: WallMs;
}

export interface SettlementObserved {
  readonly kind: 'settlementObserved';
  readonly at: MonoMs;
  readonly settlement: ObservedSettlement;
}

export interface ObservedSettlement {
  readonly settlementId: TradeId;
  readonly instrument: InstrumentName;
  readonly amountE8: AmountE8;
  readonly settlementPriceE8: PriceE8;
  readonly indexPriceE8: PriceE8;
  readonly cashE8: CoinE8;
  readonly currency: Currency;
}

/** The send did not end in an answer about the order. `unknown` is never read as unsent (D-14). */
export interface DispatchFailed {
  readonly kind: 'dispatchFailed';
  readonly at: MonoMs;
  readonly label: Label;
  readonly fault: string;
  /** `refused`: the venue answered with an error that proves it made no order. */
  readonly outcome: 'unknown' | 'refused';
  readonly venueCode: number | null;
}

/** A cancel that was not answered with the cancelled order. */
export interface CancelFailed {
  readonly kind: 'cancelFailed';
  readonly at: MonoMs;
  readonly label: Label;
  readonly instrument: InstrumentName;
  readonly fault: string;
  /** `nothing_to_cancel`: the venue answered that no order of this name is open any more. */
  readonly outcome: 'nothing_to_cancel' | 'unknown';
  /** The venue's error code; null when it gave none, or no answer at all. */
  readonly venueCode: number | null;
}

/** The venue's whole truth about us at one instant, for reconciliation. */
export interface VenueSnapshotObserved {
  readonly kind: 'venueSnapshotObserved';
  readonly at: MonoMs;
  readonly requestId: number;
  readonly openOrders: readonly VenueOrder[];
  readonly positions: readonly {
    readonly instrument: InstrumentName;
    readonly amountE8: AmountE8;
  }[];
  readonly trades: readonly ObservedFill[];
  readonly settlements: readonly ObservedSettlement[];
  /** Terms of what the trades are in and no list names any more: it has ended meanwhile. */
  readonly ended?: readonly Instrument[];
  /** The venue's account of our cash, where it was asked for. */
  readonly cash?: readonly CashAnswer[];
}

export interface VenueOrder {
  readonly venueOrderId: VenueOrderId;
  readonly label: string;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly filledE8: AmountE8;
  readonly reduceOnly: boolean;
}

export type LedgerEvent =
  /**
   * Our own records, heard back durable: the only event that changes Facts or releases an order.
   */
  | {
      readonly kind: 'recorded';
      readonly at: MonoMs;
      readonly records: readonly LedgerRecord[];
      readonly receipt: LedgerReceipt;
    }
  /** These records are not, and will not become, durable by this ledger. */
  | {
      readonly kind: 'appendRefused';
      readonly at: MonoMs;
      readonly records: readonly LedgerRecord[];
      readonly cause: AppendRefusal;
    }
  /** A commit has outlived its deadline; its records may still become durable and be heard. */
  | { readonly kind: 'ledgerStalled'; readonly at: MonoMs; readonly waitedMs: number }
  | {
      readonly kind: 'ledgerMeasured';
      readonly at: MonoMs;
      readonly depth: number;
      readonly capacity: number;
    };

export type IntentEvent =
  | {
      readonly kind: 'intentProposed';
      readonly at: MonoMs;
      readonly strategyId: StrategyId;
      /** Minted once by the shell (D-4). */
      readonly groupId: GroupId;
      readonly proposal: IntentProposal;
    }
  | {
      readonly kind: 'strategyFailed';
      readonly at: MonoMs;
      readonly strategyId: StrategyId;
      readonly message: string;
    }
  /** Why a strategy proposed no more than it did; only told when the reasons are other ones. */
  | {
      readonly kind: 'strategyAbstained';
      readonly at: MonoMs;
      readonly strategyId: StrategyId;
      readonly abstentions: readonly Abstention[];
    };

export type ShellEvent =
  | MeasuredEvent
  /** A completed turn of the hot loop. */
  | { readonly kind: 'ticked'; readonly at: MonoMs }
  | { readonly kind: 'heartbeatObserved'; readonly at: MonoMs }
  /** Ratios in [0,1]; `secondary` is an independent opinion, null when it could not be had. */
  | {
      readonly kind: 'diskMeasured';
      readonly at: MonoMs;
      readonly used: number | null;
      readonly secondary: number | null;
    }
  /** A bounded queue of what the loop puts out; `lost` since it was last measured (AT-925). */
  | {
      readonly kind: 'outputMeasured';
      readonly at: MonoMs;
      readonly depth: number;
      readonly capacity: number;
      readonly lost: number;
    }
  /** `null`: absent, unreadable or not to be trusted. */
  | {
      readonly kind: 'certificateRead';
      readonly at: MonoMs;
      readonly certificate: Certificate | null;
    }
  /** A policy document that parsed; `generatedAt` is when its producer last vouched for it. */
  | {
      readonly kind: 'policyOffered';
      readonly at: MonoMs;
      readonly policy: Policy;
      readonly hash: string;
      readonly generatedAt: MonoMs;
    }
  | {
      readonly kind: 'operatorCommanded';
      readonly at: MonoMs;
      readonly command: 'reduce_only' | 'kill' | 'release';
      readonly reason: string;
      readonly operator: string;
    }
  /** Everything that is held is to be closed, once over; asked again while anything is left. */
  | { readonly kind: 'closeOutCommanded'; readonly at: MonoMs; readonly operator: string }
  | AttestedEvent
  | CashAcknowledgeCommanded
  /** Input that could not be read: never dropped in silence. */
  | {
      readonly kind: 'faultObserved';
      readonly at: MonoMs;
      readonly fault: string;
      readonly subject: string | null;
    };
