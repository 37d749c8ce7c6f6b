import type { Certificate, RuntimeIdentity } from './guard/certificate.ts';
import type { OpenPermissionReasonCode } from './guard/codes.ts';
import type { EmergencyState } from './guard/emergency.ts';
import type { GuardInputs, Reading } from './guard/inputs.ts';
import type { OperationsLock } from './guard/operations-lock.ts';
import type { Latch } from './guard/latch.ts';
import type { EquityMark, EquityMarkName, LossLimit } from './position/losses.ts';
import type { TradingMode } from './guard/mode.ts';
import type { Monitors } from './guard/monitors/monitors.ts';
import type { RiskCauses } from './guard/risk-state.ts';
import type { SessionKill } from './guard/session-kill.ts';
import type { Containment } from './containment/run.ts';
import type { FeeTier, MaintenanceWindow } from './event.ts';
import type { Facts } from './facts.ts';
import type { Instrument, UnsupportedKind } from './instrument/instrument.ts';
import type { AppendRefusal } from './ledger/waiver.ts';
import type { CashMismatched } from './ledger/cash-records.ts';
import type {
  IntentRecorded,
  Correction,
  LedgerRecord,
  LossLatched,
  OperatorCommand,
} from './ledger/record.ts';
import type { MutableBook } from './market/book.ts';
import type { Greeks } from './market/listing.ts';
import type { TradeFlow } from './market/trade-flow.ts';
import type { TradeMarket } from './market/trade-market.ts';
import type { Policy } from './policy.ts';
import type { Exposure } from './position/exposure.ts';
import type { Reservations } from './position/reservation.ts';
import type { RateWindow } from './turn/rate-window.ts';
import type { RequestBucket } from './turn/request-bucket.ts';
import type {
  Currency,
  InstrumentName,
  IntentHash,
  Label,
  MicroUsd,
  MonoMs,
  PriceE8,
  RunId,
  StrategyId,
  TradeId,
  WallMs,
} from './values/index.ts';

/** Facts survive; observations are born unknown and die with the process; unknown blocks OPEN. */
export interface State {
  readonly facts: Facts;
  readonly observations: Observations;
  readonly session: Session;
}

/** What this process is. Given once, by the composition root. */
export interface Session extends RuntimeIdentity {
  readonly runId: RunId;
  readonly enforcedProfile: 'CSP' | 'GOP' | 'FULL' | null;
  /** False in `dev` on the built-in venue alone; said to the owner, and decides nothing. */
  readonly realMoney: boolean;
  /** Somebody must have signed to be watching, or nothing opens (the first real money). */
  readonly needsSupervisor: boolean;
  /**
   * How long an order may still be on its way to the venue before a start-up snapshot is believed,
   * ms.
   */
  readonly settleMs: number;
  readonly tickIntervalMs: number;
  readonly reconcileIntervalMs: number;
}

/** Best prices without a book: an `L1TickerSnapshot`. */
export interface Touch {
  readonly at: MonoMs;
  readonly bidE8: PriceE8 | null;
  readonly askE8: PriceE8 | null;
}

/** One instrument as observed. Updated in place (D-32). */
export interface ObservedListing {
  /** With the fees this account pays. */
  instrument: Instrument;
  /** As the venue lists it for everybody. */
  listed: Instrument;
  fetchedAt: MonoMs;
  readonly book: MutableBook;
  delta: number | null;
  greeks: Greeks | null;
  markPriceE8: PriceE8 | null;
  /** When the venue said so. */
  markedAt: MonoMs | null;
  underlyingPriceE8: PriceE8 | null;
  /** Of the last ticker, and when the venue said it. */
  touch: Touch | null;
  closed: boolean;
}

/**
 * A recovered intent that provably never left: it may go out once, if every gate still passes
 * (AT-935).
 */
export interface UnsentIntent {
  readonly label: Label;
  readonly expiresAt: MonoMs;
}

/** A cancel that was asked for, and how long ago; `failed` once the venue refused or was silent. */
export interface CancelAsked {
  at: MonoMs;
  failed: boolean;
}

/** What is heard of the trades of one market. */
export interface TradeFeed {
  readonly market: TradeMarket;
  /**
   * `public_trades_last_update_ts_ms`: up to then every trade is known; null: not in this session.
   */
  updatedAt: MonoMs | null;
  askedAt: MonoMs;
  /** The session's first answer has been taken as the baseline. */
  isBegun: boolean;
  /** Answers that named trades nobody told, since it told one itself. */
  unheard: number;
}

/** Trades of one instrument that were not told; `askAt`: when they are asked for again. */
export interface TradeHole {
  readonly instrument: InstrumentName;
  fromSeq: number;
  readonly toSeq: number;
  requestId: number | null;
  askAt: MonoMs;
}

export interface Observations {
  now: MonoMs;
  policy: Policy | null;
  policyHash: string | null;
  policyGeneratedAt: MonoMs | null;
  certificate: Certificate | null;
  readonly listings: Map<InstrumentName, ObservedListing>;
  /** When each currency's instruments were last listed. */
  readonly metadataAt: Map<Currency, MonoMs>;
  readonly unsupported: Map<InstrumentName, UnsupportedKind>;
  /** Which of them each list named, so that the next one can take them back. */
  readonly unsupportedOf: Map<Currency, readonly InstrumentName[]>;
  readonly indexes: Map<Currency, { priceE8: PriceE8; at: MonoMs }>;
  /** DVOL by coin, percent. */
  readonly volatilityIndexes: Map<Currency, Reading<number>>;
  /** Number of the last public trade heard of each instrument. */
  readonly lastTradeSeq: Map<InstrumentName, number>;
  readonly publicTrades: {
    /** By market. */
    readonly feeds: Map<string, TradeFeed>;
    /** What was traded lately, by market and coin. */
    readonly flows: Map<string, TradeFlow>;
    readonly holes: TradeHole[];
    /** Questions for the latest trades that are out: of which feed, and since when. */
    readonly asked: Map<number, { readonly key: string; readonly at: MonoMs }>;
    /** Until when each strategy opens no more of a structure (section 26). */
    readonly pauses: Map<string, MonoMs>;
  };
  /**
   * The last reading of what the venue says about itself; of `maintenance` only what is not over.
   */
  venueHealth: {
    readonly at: MonoMs | null;
    readonly locked: boolean;
    readonly maintenance: readonly MaintenanceWindow[];
  };
  /** When a reading of the request limits failed, oldest first; bounded. */
  readonly limitsFailures: MonoMs[];
  /** When the guard over smile fits tripped, oldest first; bounded. */
  readonly smileTrips: MonoMs[];
  readonly requests: RequestBucket;
  readonly reservations: Reservations;
  readonly exposure: Exposure;
  readonly rate: RateWindow;
  readonly latch: Latch;
  /** When each reason was last raised: a snapshot asked for earlier cannot clear it. */
  readonly latchedAt: Map<OpenPermissionReasonCode, MonoMs>;
  /** Last news of any market. */
  marketAt: MonoMs;
  /** Since when the connection has been given time to bring some. */
  heardSince: MonoMs;
  /** Books with a gap, until a snapshot rebuilds them, and when it was last asked for. */
  readonly brokenBooks: Map<InstrumentName, MonoMs>;
  connected: boolean;
  operatorStop: 'reduce_only' | 'kill' | null;
  /** Commands whose records are on their way, oldest first; null is an emergency call. */
  readonly pendingCommands: (OperatorCommand | null)[];
  readonly riskCauses: RiskCauses;
  readonly monitors: Monitors;
  readonly sessionKill: SessionKill;
  readonly emergency: EmergencyState;
  readonly suspended: Set<StrategyId>;
  mmUtil: Reading<number> | null;
  equity: Reading<MicroUsd> | null;
  /** What is on its way to be recorded about losses, and the highest equity seen this week. */
  readonly losses: {
    readonly pendingMarks: Set<EquityMarkName>;
    readonly pendingLatches: Set<LossLimit>;
    readonly pendingResets: Set<LossLimit>;
    /** Latches the ledger did not take: they stand, and are written when it does. */
    readonly unrecorded: Map<LossLimit, LossLatched>;
    peak: EquityMark | null;
  };
  /** Who watches, and until when; of this process alone. */
  presence: { readonly person: string; readonly until: WallMs } | null;
  /** Statements attested and not yet on record: nobody watches before they are. */
  readonly pendingPresences: Set<string>;
  feeModelCachedAt: WallMs | null;
  feeTiers: readonly FeeTier[];
  diskUsed: Reading<number> | null;
  diskUsedSecondary: Reading<number> | null;
  heartbeatAt: MonoMs | null;
  tickAt: MonoMs | null;
  lastMode: TradingMode;
  readonly ledger: {
    depth: number;
    capacity: number;
    refusal: AppendRefusal | null;
    stalled: boolean;
    /** A probe is on its way; at most one is. */
    probing: boolean;
  };
  /** Appended, not yet heard back. */
  readonly pendingIntents: Map<Label, IntentRecorded>;
  /** As well as those that left on a waiver: no record will ever tell of them. */
  readonly pendingAttempts: Set<IntentHash>;
  readonly pendingTrades: Set<TradeId>;
  /** Sent on a waiver while their record was still on its way. */
  readonly waived: Set<Label>;
  /** Recovered intents admitted again by this process, and when. */
  readonly readmitted: Map<Label, MonoMs>;
  offeredPolicy: { readonly policy: Policy; readonly hash: string } | null;
  /** Sent by this process; the venue's answer is still out, since when. */
  readonly unresolved: Map<Label, MonoMs>;
  /**
   * When this process let each of its working orders go, later than its marker says, or heard that
   * it had arrived.
   */
  readonly leftAt: Map<Label, MonoMs>;
  /** Cancels asked for, until their order is finished. */
  readonly canceling: Map<Label, CancelAsked>;
  readonly containment: Containment;
  readonly reconciliation: {
    startedAt: MonoMs | null;
    requestId: number | null;
    requestedAt: MonoMs;
    nextAt: MonoMs;
    /** A `latchCleared` record is on its way; its snapshot was asked for then. */
    clearing: MonoMs | null;
    lastCleanAt: MonoMs | null;
    /** Since when positions could not be compared with any answer; null: the last was. */
    uncomparedSince: MonoMs | null;
    unsent: UnsentIntent[];
    /** Found missing in the ledger and not yet asked to be written, in order. */
    corrections: Correction[];
    /** On their way to the disk, in order. */
    correcting: Correction[];
  };
  /** Our cash against the venue's account of it. */
  readonly accounting: {
    /** When it was last asked for. */
    askedAt: MonoMs;
    /** What the last answer came to; `unread`: nobody knows. */
    standing: 'agreed' | 'behind' | 'apart' | 'unread';
    /** Since when no answer could be compared; null: the last one was. */
    uncomparedSince: MonoMs | null;
    /** What the last answer left open, in words. */
    differences: readonly string[];
    /** Rows that wait for a trade nobody has told of. */
    readonly waiting: Map<Currency, { readonly rowId: number; readonly since: WallMs }>;
    /** Mismatches that are not on record yet. */
    readonly held: Map<Currency, CashMismatched>;
    /** What the last answer came to and was not asked to be written yet, in order. */
    unwritten: LedgerRecord[];
    /** Records about cash on their way to the disk. */
    pending: number;
  };
  /** What the file of the operations lock said last. */
  operationsLock: OperationsLock;
  readonly polls: {
    requestId: number;
    accountAt: MonoMs;
    instrumentsAt: MonoMs;
    healthAt: MonoMs;
    /** When stale orders are looked for next. */
    sweepAt: MonoMs;
    /** The account poll that is still out. */
    account: number | null;
  };
  /** Last time anything of ours was sent or filled. */
  lastActivityAt: MonoMs;
  /** Reused for every guard evaluation: one coherent snapshot, filled and judged in one go. */
  readonly guardInputs: { -readonly [Key in keyof GuardInputs]: GuardInputs[Key] };
}
