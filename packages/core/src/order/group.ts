import type { Side } from '../intent/intent.ts';
import type {
  AmountE8,
  CoinE8,
  GroupId,
  InstrumentName,
  Label,
  PriceE8,
  StrategyId,
  WallMs,
} from '../values/index.ts';

/** Contract-1 section 23. `Complete` and `Flattened` are terminal. */
export type GroupState =
  | 'New'
  | 'Dispatched'
  | 'MixedFailed'
  | 'Flattening'
  | 'Complete'
  | 'Flattened';

/** What moved a group. */
export type GroupCause =
  /** Both legs filled whole. */
  | 'all_filled'
  /** Nothing filled anywhere. */
  | 'no_trade'
  /** A rescue filled what was missing. */
  | 'rescued'
  /** A leg ended without all of it filled, while the other was still out. */
  | 'leg_failed'
  | 'leg_partial'
  | 'legs_mismatch'
  /** A leg filled, and of the other nothing was heard for too long. */
  | 'leg_unresolved'
  | 'emergency_close'
  /** What is held of it is less than can be traded, or nothing. */
  | 'closed'
  | 'hedged'
  /** A fill that came after the group had ended was closed too. */
  | 'late_fill_closed';

/** Why an order of containment exists. */
export type ContainmentPurpose = 'rescue' | 'close' | 'hedge';

/** What an order is to its group. */
export interface OrderRole {
  /** The group itself, whatever id its attempt carries. */
  readonly parent: GroupId;
  readonly legIndex: 0 | 1;
  readonly purpose: 'leg' | ContainmentPurpose;
}

/** A fold of the ledger. Written only by `apply`. */
export interface GroupLeg {
  readonly label: Label;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly unit: 'coin' | 'usd';
  /** By the leg itself and by its rescues. */
  filledE8: AmountE8;
  /** Taken back by emergency closes. */
  closedE8: AmountE8;
  /** Of its last fill. */
  indexPriceE8: PriceE8 | null;
}

/** Two legs that are one decision. A fold of the ledger, written only by `apply`. */
export interface Group {
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  /** `structureFingerprint`. */
  readonly structure: string;
  readonly createdAt: WallMs;
  readonly legs: readonly [GroupLeg, GroupLeg];
  state: GroupState;
  /** The first failure; nothing that comes later changes it. */
  seed: GroupCause | null;
  mixedAt: WallMs | null;
  rescues: number;
  /** Attempts of emergency closes, each of one or two orders. */
  closeAttempts: number;
  hedges: number;
  /** Signed coin at 1e-8 that hedges have traded. */
  hedgedE8: CoinE8;
  /** Its `AtomicNakedEvent` is on record. */
  eventRecorded: boolean;
}

export function isGroupOver(state: GroupState): state is 'Complete' | 'Flattened' {
  return state === 'Complete' || state === 'Flattened';
}
