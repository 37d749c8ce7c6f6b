import type { GateAnswers } from './gates/answers.ts';
import type { Reject } from './gates/reject.ts';
import type { ModeReasonCode, OpenPermissionReasonCode } from './guard/codes.ts';
import type { LossLimit } from './position/losses.ts';
import type { RiskState, TradingMode } from './guard/mode.ts';
import type { IntentClass } from './intent/intent.ts';
import type { CashMismatched } from './ledger/cash-records.ts';
import type { AtomicNakedEventRecorded, ReductionTakenOver } from './ledger/group-records.ts';
import type { AbandonCause, Anomaly } from './ledger/record.ts';
import type { AppendRefusal } from './ledger/waiver.ts';
import type { ContainmentPurpose, GroupCause, GroupState } from './order/group.ts';
import type { SmileTrip } from './market/smile-desk.ts';
import type { Abstention } from './strategy.ts';
import type {
  AmountE8,
  CoinE8,
  Currency,
  GroupId,
  InstrumentName,
  Label,
  MicroUsd,
  MonoMs,
  PriceE8,
  StrategyId,
  WallMs,
} from './values/index.ts';

/**
 * What the core wants said. Goes to the decision log (D-35): sequence-numbered, append-only, and no
 * fact is ever folded from it. `intentId` is `{groupId}:{legIndex}`, given at proposal, so even a
 * refusal before the hash is traceable.
 */
export type Decision = { readonly at: MonoMs } & (
  | IntentRejected
  | {
      readonly kind: 'intentAdmitted';
      readonly intentId: string;
      readonly strategyId: StrategyId;
      readonly label: Label;
      readonly gateTrace: readonly string[];
      readonly context: DecisionContext;
      readonly answers: GateAnswers;
    }
  /** Same identity seen before: nothing is sent, nothing is recorded (AT-928). */
  | { readonly kind: 'intentDuplicate'; readonly intentId: string; readonly label: Label }
  | { readonly kind: 'orderAbandoned'; readonly label: Label; readonly cause: AbandonCause }
  /** It has rested too long. A system might put another in its place; this build does not. */
  | {
      readonly kind: 'staleOrderCanceled';
      readonly label: Label;
      readonly instrument: InstrumentName;
      readonly ageMs: number;
      readonly replacement: 'not_built';
    }
  | {
      readonly kind: 'modeChanged';
      readonly from: TradingMode;
      readonly to: TradingMode;
      readonly reasons: readonly ModeReasonCode[];
      /** The inputs and causes behind the reasons, for the reader of the log. */
      readonly details: readonly string[];
    }
  | {
      readonly kind: 'riskStateChanged';
      readonly riskState: RiskState;
      readonly causes: readonly string[];
    }
  /** Somebody has to be told: it holds until a person resets it. Money in micro-USD. */
  | {
      readonly kind: 'lossLatched';
      readonly limit: LossLimit;
      readonly loss: MicroUsd;
      readonly allowed: MicroUsd;
    }
  | { readonly kind: 'lossLatchReset'; readonly limit: LossLimit; readonly operator: string }
  | {
      readonly kind: 'lossResetRefused';
      readonly limit: LossLimit;
      readonly cause: LossResetRefusal;
      /** The measure, where it is known. */
      readonly loss: MicroUsd | null;
      readonly allowed: MicroUsd | null;
    }
  /** Where the venue's account of our cash and ours part; it holds until it is acknowledged. */
  | ({ readonly kind: 'cashMismatch' } & Omit<CashMismatched, 'type' | 'at'>)
  | {
      readonly kind: 'cashAcknowledged';
      readonly currency: Currency;
      readonly rowId: number;
      readonly operator: string;
    }
  /** `person` null: nobody watches any more. */
  | {
      readonly kind: 'presenceChanged';
      readonly person: string | null;
      readonly until: WallMs | null;
    }
  | { readonly kind: 'latchSet'; readonly reasons: readonly OpenPermissionReasonCode[] }
  | { readonly kind: 'latchCleared'; readonly reasons: readonly OpenPermissionReasonCode[] }
  | {
      readonly kind: 'reconciled';
      readonly clean: boolean;
      readonly differences: readonly string[];
    }
  | {
      readonly kind: 'anomaly';
      readonly anomaly: Anomaly;
      readonly label: Label | null;
      readonly instrument: InstrumentName | null;
    }
  | { readonly kind: 'fault'; readonly fault: string; readonly subject: string | null }
  /** The record of a group could not be written: none of its legs has left (AT-939). */
  | { readonly kind: 'groupAborted'; readonly groupId: GroupId; readonly cause: AppendRefusal }
  /** A step of a group, as it is taken; its record follows. */
  | {
      readonly kind: 'groupMoved';
      readonly groupId: GroupId;
      readonly state: GroupState;
      readonly cause: GroupCause;
    }
  /** An order of containment is asked for. `priceSource`: what its price was made of. */
  | {
      readonly kind: 'containmentPlanned';
      /** The broken group, or the id made for a position. */
      readonly groupId: GroupId;
      readonly purpose: ContainmentPurpose;
      readonly round: number;
      readonly attempt: number;
      readonly label: Label;
      readonly instrument: InstrumentName;
      readonly priceSource: 'l2' | 'l1';
    }
  /** Something containment would have done and may not or cannot, said once an incident. */
  | {
      readonly kind: 'containmentRefused';
      readonly groupId: GroupId;
      readonly purpose: ContainmentPurpose;
      readonly instrument: InstrumentName | null;
      readonly reject: Reject;
    }
  /** A reduction goes as an emergency close (AMB-39); its closes are told as `groupId`'s. */
  | ({ readonly kind: 'reductionTakenOver' } & Omit<ReductionTakenOver, 'type' | 'at'>)
  | ({ readonly kind: 'atomicNakedEvent' } & AtomicNakedEvent)
  /** A key was flattened too often, and is shut for a while (contract-1 section 25). */
  | { readonly kind: 'churnBreakerTrip'; readonly key: string }
  /** A smile fit was refused; `recent` of them lie within the window of the guard. */
  | ({
      readonly kind: 'smileGuardTripped';
      readonly strategyId: StrategyId;
      readonly recent: number;
    } & SmileTrip)
  | { readonly kind: 'strategyFailed'; readonly strategyId: StrategyId; readonly message: string }
  /** What a strategy left alone, and why. */
  | {
      readonly kind: 'strategyAbstained';
      readonly strategyId: StrategyId;
      readonly abstentions: readonly Abstention[];
    }
);

/** Why a latched loss stays latched. */
export type LossResetRefusal =
  | 'not_latched'
  /** The approval is about another latch than the one that stands. */
  | 'another_latch'
  /** A reset takes the latch off, never the limit. */
  | 'still_reached'
  | 'measure_unknown'
  | 'being_reset';

/** Told when it is on record (contract-1 section 24.2). */
export type AtomicNakedEvent = Omit<AtomicNakedEventRecorded, 'type' | 'at'>;

export interface IntentRejected {
  readonly kind: 'intentRejected';
  readonly intentId: string;
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  readonly intentClass: IntentClass;
  readonly instrument: InstrumentName | null;
  readonly reject: Reject;
  /** Gates that passed before the one that refused, in order. */
  readonly gateTrace: readonly string[];
  readonly context: DecisionContext;
  /** Empty where no gate was asked: a cancel, or a proposal nothing can be read from. */
  readonly answers: GateAnswers;
}

/**
 * What was known when the intent was judged. Prices, amounts and deltas at 1e-8, money in
 * micro-USD; null is unknown.
 */
export interface DecisionContext {
  readonly mode: TradingMode;
  readonly modeReasons: readonly ModeReasonCode[];
  readonly riskState: RiskState;
  readonly latchReasons: readonly OpenPermissionReasonCode[];
  readonly policyHash: string | null;
  readonly bookAgeMs: number | null;
  readonly bestBidE8: PriceE8 | null;
  readonly bestAskE8: PriceE8 | null;
  /** The last that was heard; `indexAgeMs` says whether it still counted. */
  readonly indexPriceE8: PriceE8 | null;
  readonly indexAgeMs: number | null;
  readonly metadataAgeMs: number | null;
  readonly feeModelAgeS: number | null;
  readonly mmUtil: number | null;
  readonly equity: MicroUsd | null;
  /** Held in the instrument, signed. */
  readonly positionE8: AmountE8 | null;
  /** Held in the underlying, and on its way. */
  readonly currentDeltaE8: CoinE8;
  readonly pendingDeltaE8: CoinE8;
}
