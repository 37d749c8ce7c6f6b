import type { OpenPermissionReasonCode } from '../guard/codes.ts';
import type { LossLimit, LossMeasure, LossUnknown } from '../position/losses.ts';
import type { ResolvedMode, RiskState } from '../guard/mode.ts';
import type { SelfNotional } from '../guard/self-impact.ts';
import type { Instrument, UnsupportedKind } from '../instrument/instrument.ts';
import type { IntentClass, IntentProposal, LegProposal } from '../intent/intent.ts';
import type { AppendRefusal } from '../ledger/waiver.ts';
import type { Listing } from '../market/listing.ts';
import type { Order } from '../order/order.ts';
import type { Policy } from '../policy.ts';
import type { ExposureView } from '../position/exposure-view.ts';
import type {
  AmountE8,
  CoinE8,
  Currency,
  GroupId,
  InstrumentName,
  IntentHash,
  Label,
  MicroUsd,
  MonoMs,
  Price,
  PriceE8,
  Quantity,
  StrategyId,
} from '../values/index.ts';
import type { Measure } from './answers.ts';
import type { Reject } from './reject.ts';

export type { ExposureView, Listing };

/** What the gates may look at. Slices only; nothing here can be changed through it. */
export interface GateContext {
  readonly now: MonoMs;
  readonly policy: Policy | null;
  readonly mode: ResolvedMode;
  readonly riskState: RiskState;
  readonly latchReasons: readonly OpenPermissionReasonCode[];
  readonly listings: ReadonlyMap<InstrumentName, Listing>;
  readonly unsupported: ReadonlyMap<InstrumentName, UnsupportedKind>;
  indexPriceE8(underlying: Currency): PriceE8 | null;
  /** Fresh margin utilisation, else null. */
  readonly mmUtil: number | null;
  /** Account equity in USD, all currencies, else null. */
  readonly equity: MicroUsd | null;
  /** How much of a loss limit is used; a word where nobody can tell. */
  loss(limit: LossLimit): LossMeasure | LossUnknown;
  /** Money that changed hands in the UTC day of `at`, micro-USD; NaN where a trade had no value. */
  turnover(at: MonoMs): number;
  /** Age of the fee model, else null. */
  readonly feeModelAgeS: number | null;
  readonly ledger: {
    readonly depth: number;
    readonly capacity: number;
    readonly refusal: AppendRefusal | null;
  };
  readonly exposure: ExposureView;
  readonly rate: RateView;
  readonly requests: RequestView;
  readonly trades: TradesView;
  /** The venue told us to slow down, and nothing else is wrong. */
  readonly throttled: boolean;
  order(label: Label): Order | undefined;
  isSuspended(strategy: StrategyId): boolean;
  /** Any structure is counted or shut; where none is, nobody need be named. */
  readonly isChurning: boolean;
  /** How long a key of the churn breaker is still shut, ms; 0: it is not. */
  churnBlockedMs(key: string): number;
  /** A close of this strategy in this coin that has not ended; null: there is none. */
  workingClose(strategy: StrategyId, underlying: Currency): Label | null;
}

/** Who trades how much, of the market an instrument belongs to. */
export interface TradesView {
  /** Up to when its public trades are known whole; null: unknown. */
  updatedAt(instrument: Instrument): MonoMs | null;
  publicNotional(instrument: Instrument, windowMs: number): MicroUsd;
  /** Null: not known. */
  selfNotional(instrument: Instrument, windowMs: number): SelfNotional | null;
  /** Until when nothing more of this key opens; null: it may. */
  pausedUntil(key: string): MonoMs | null;
}

/** Requests the venue's matching engine still takes of us, as far as we know. */
export interface RequestView {
  readonly available: number;
  /** Kept for cancels and reductions. */
  readonly reserved: number;
}

/** Orders already let through, for the launch-policy rate limits. */
export interface RateView {
  readonly lastOrderAt: MonoMs | null;
  countWithin(windowMs: number): number;
}

/**
 * One leg on its way through the gates. Starts as proposed; each gate that passes fills in what it
 * found, and later gates read that and nothing else, so no two gates can judge different orders.
 */
export interface Candidate {
  readonly intentId: string;
  readonly groupId: GroupId;
  readonly legIndex: 0 | 1;
  readonly strategyId: StrategyId;
  readonly proposal: IntentProposal;
  readonly leg: LegProposal;
  readonly intentClass: Exclude<IntentClass, 'CANCEL'>;
  listing: Listing | null;
  quantity: Quantity;
  amountE8: AmountE8;
  notional: MicroUsd;
  bookAgeMs: number;
  slippageBps: number;
  expectedSlippage: MicroUsd;
  fee: MicroUsd;
  grossEdge: MicroUsd | null;
  /** The policy's, then skew-adjusted. */
  minEdge: MicroUsd | null;
  /**
   * The first net-edge pass failed for a risk-reducing side: the skew may still lift it (contract-1
   * section 16).
   */
  provisional: boolean;
  /** Ticks the skew moves the limit; positive is toward the market. */
  skewTicks: number;
  /** Signed worst-case delta of the whole order, coin at 1e-8. */
  deltaE8: CoinE8;
  limitPrice: Price;
  limitPriceE8: PriceE8;
  hash: IntentHash | null;
  label: Label | null;
  /**
   * The numbers the gates compared, each gate from its own place on; NaN is unknown. Only `note`
   * writes here.
   */
  readonly found: number[];
  /** Where the next one goes. */
  noted: number;
}

/** Returns null to pass, or the one reason it does not. Never throws, never keeps state. */
export type Check = (context: GateContext, candidate: Candidate) => Reject | null;

/** May refuse any class it names. */
export interface SafetyGate {
  readonly name: string;
  /** What it notes, in this order; what it does not get to stays unknown. */
  readonly measures: readonly Measure[];
  readonly kind: 'safety';
  readonly appliesTo: readonly Exclude<IntentClass, 'CANCEL'>[];
  readonly check: Check;
}

/** About profit or taste, not about safety: its type cannot name a risk-reducing class. */
export interface PolicyGate {
  readonly name: string;
  readonly measures: readonly Measure[];
  readonly kind: 'policy';
  readonly version: number;
  readonly appliesTo: 'open';
  readonly check: Check;
}

export type Gate = SafetyGate | PolicyGate;
