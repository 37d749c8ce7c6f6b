import type { TradingMode } from '../guard/mode.ts';
import type { Side } from '../intent/intent.ts';
import type { ContainmentPurpose, GroupCause, GroupState } from '../order/group.ts';
import type {
  AmountE8,
  GroupId,
  InstrumentName,
  Label,
  MicroUsd,
  StrategyId,
  WallMs,
} from '../values/index.ts';

/** One leg as the group was recorded: what it must fill to be whole. */
export interface GroupLegTerms {
  readonly label: Label;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  /** What the amount counts: legs of different units are compared by the share they filled. */
  readonly unit: 'coin' | 'usd';
}

/** Two legs that belong together, in one commit with both intents and both markers (AT-939). */
export interface GroupRecorded {
  readonly type: 'groupRecorded';
  readonly at: WallMs;
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  /** `structureFingerprint` of the legs: the key of the churn breaker. */
  readonly structure: string;
  readonly first: GroupLegTerms;
  readonly second: GroupLegTerms;
}

/** A step of the group's executor. `New` and `Dispatched` follow from other records. */
export interface GroupStateChanged {
  readonly type: 'groupStateChanged';
  readonly at: WallMs;
  readonly groupId: GroupId;
  readonly state: Exclude<GroupState, 'New' | 'Dispatched'>;
  readonly cause: GroupCause;
}

/** Why the order of the same commit exists: one attempt to make a group whole, or nothing of it. */
export interface ContainmentPlanned {
  readonly type: 'containmentPlanned';
  readonly at: WallMs;
  /** The broken group, or the id made for a position that is closed for its own sake. */
  readonly parentGroupId: GroupId;
  /** The attempt's own id, derived from all that follows (D-5). */
  readonly groupId: GroupId;
  readonly purpose: ContainmentPurpose;
  /** Which run of attempts of this process, from 0. */
  readonly round: number;
  /** From 1 within its run. */
  readonly attempt: number;
  readonly legIndex: 0 | 1;
  readonly label: Label;
}

/** The emergency close takes a reduction over: why, and at most how much (AMB-39). */
export interface ReductionTakenOver {
  readonly type: 'reductionTakenOver';
  readonly at: WallMs;
  /** What its closes are attempts of: the refused intent's own, or one made for the position. */
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly cause: ReductionCause;
}

/** What the gates said of it; or that an operator closes everything out. */
export type ReductionCause = 'LiquidityGateNoL2' | 'ExpectedSlippageTooHigh' | 'close_out';

/** `AtomicNakedEvent` of contract-1 section 24.2: once per incident. */
export interface AtomicNakedEventRecorded {
  readonly type: 'atomicNakedEventRecorded';
  readonly at: WallMs;
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  readonly incidentAt: WallMs;
  readonly exposureBefore: MicroUsd;
  readonly exposureAfter: MicroUsd;
  /** Until neutral; where it is not, until the end of the first run. */
  readonly timeToDeltaNeutralMs: number;
  readonly closeAttempts: number;
  readonly hedgeUsed: boolean;
  readonly cause: NakedEventCause;
  readonly tradingMode: TradingMode;
  /** Null under CSP, where evidence is no input. */
  readonly evidenceChain: 'GREEN' | 'RED' | null;
}

export type NakedEventCause =
  | 'atomic_legging_failure'
  | 'emergency_close_exhausted'
  | 'hedge_fallback'
  | 'kill_containment';
