import type { ContainmentPurpose, GroupCause, GroupState } from '../order/group.ts';
import type { RejectCode } from '../gates/reject.ts';
import type { Side } from '../intent/intent.ts';
import type { ReductionCause } from '../ledger/group-records.ts';
import type {
  AmountE8,
  GroupId,
  InstrumentName,
  Label,
  MicroUsd,
  MonoMs,
  PriceE8,
  StrategyId,
  TradeId,
} from '../values/index.ts';

/** A trade the venue told of that is not in the ledger: on its way there, or refused by it. */
export interface HeardFill {
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly label: Label | null;
  readonly at: MonoMs;
}

/** One order of containment, from its intent until nothing more is expected of it. */
export interface Flight {
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly purpose: ContainmentPurpose;
  readonly legIndex: 0 | 1;
  readonly askedAt: MonoMs;
}

/** What an emergency close was asked for, and no more. */
export interface AskedReduction {
  /** Of the order that reduces. */
  readonly side: Side;
  readonly amountE8: AmountE8;
  /** The worst touch at which it is wanted; null: at any. */
  readonly limitPriceE8: PriceE8 | null;
  readonly cause: ReductionCause;
}

/**
 * One incident while it lasts: a broken group, or a position that is closed for its own sake. An
 * observation: a new process begins its incidents anew, from what the ledger says of the groups.
 */
export interface Run {
  /** The group; or the id made for the position. */
  readonly parent: GroupId;
  readonly strategyId: StrategyId;
  /** Set where a position, and no group, is contained. */
  readonly instrument: InstrumentName | null;
  why: 'group' | 'kill' | 'reduction';
  /** Set where somebody asked for a reduction: one round of closes, and at most so much. */
  asked: AskedReduction | null;
  readonly beganAt: MonoMs;
  /** Worth of what was naked when the first close was planned. */
  exposureBefore: MicroUsd | null;
  round: number;
  /** Closes of this round. */
  attempt: number;
  /** Since when something is tried in it, or would be if anybody told a price. */
  roundBeganAt: MonoMs | null;
  pausedUntil: MonoMs;
  rescues: number;
  hedge: 'untried' | 'reduce_only' | 'opening';
  hedgeUsed: boolean;
  /** Close attempts of the first round in which there were any. */
  closeAttempts: number;
  /** That it was taken over is told with its first order. */
  told: boolean;
  /** An order of it was silent too long: it may still trade. */
  doubt: boolean;
  /** `none`: it does not have one. */
  event: 'owed' | 'asked' | 'recorded' | 'none';
  readonly flying: Map<Label, Flight>;
  /** Orders that are over and in no record: they left on a waiver, and may still trade. Bounded. */
  readonly unrecorded: Map<Label, Flight>;
  /** What orders that left on a waiver closed, by leg: no record will ever tell of them. */
  readonly creditedE8: [number, number];
  /** Signed coin its hedges traded, as far as no group's record holds it. */
  hedgedE8: number;
  /** `EmergencyCloseNoPrice` was said of it. */
  saidNoPrice: boolean;
  /** Why it was not hedged, as far as that was said. */
  readonly saidNoHedge: Set<RejectCode>;
  priceAskedAt: MonoMs | null;
  /** Nothing of it can be traded any more. */
  neutral: boolean;
}

/** A reduction that somebody asked for: no incident, so no event. */
export function createReduction(
  who: Pick<Run, 'parent' | 'strategyId' | 'instrument'>,
  asked: AskedReduction,
  at: MonoMs,
  never: MonoMs,
): Run {
  const run = createRun({ ...who, why: 'reduction' }, at, never);
  run.asked = Object.freeze(asked);
  // It is not waited for any longer than for a price.
  run.roundBeganAt = at;
  run.event = 'none';
  return run;
}

/** Kill takes it over: everything goes, and it is told. */
export function becomeKill(run: Run): void {
  run.why = 'kill';
  run.asked = null;
  run.event = 'owed';
}

/** States that are steps of the executor; the others follow from other records. */
export type RecordedState = Exclude<GroupState, 'New' | 'Dispatched'>;

/** A group's steps that are not on record yet, oldest first. */
export interface Trail {
  readonly owed: { readonly state: RecordedState; readonly cause: GroupCause }[];
  /** So many of them are on their way to the ledger, */
  writing: number;
  /** since then. */
  writtenAt: MonoMs;
}

export interface Containment {
  /**
   * Of this process, as its lock counted it: known before its first record is, so that an attempt
   * that leaves while nothing can be recorded is nobody else's either.
   */
  epoch: number;
  /** When this process began: an order of an earlier one has been silent since then. */
  beganAt: MonoMs;
  readonly runs: Map<GroupId, Run>;
  readonly positions: Map<InstrumentName, Run>;
  readonly trails: Map<GroupId, Trail>;
  readonly heard: Map<TradeId, HeardFill>;
  /** How much the venue said was filled of an order of a group when it ended. */
  readonly ended: Map<Label, AmountE8>;
  /** The venue's positions where they are not our trades' sum, from the last quiet snapshot. */
  venuePositions: Map<InstrumentName, number> | null;
  /** Ids made for positions by this process. */
  made: number;
}

export function createContainment(never: MonoMs): Containment {
  return {
    epoch: 0,
    beganAt: never,
    runs: new Map(),
    positions: new Map(),
    trails: new Map(),
    heard: new Map(),
    ended: new Map(),
    venuePositions: null,
    made: 0,
  };
}

export function createRun(
  who: Pick<Run, 'parent' | 'strategyId' | 'instrument' | 'why'>,
  at: MonoMs,
  never: MonoMs,
): Run {
  return {
    ...who,
    asked: null,
    told: false,
    doubt: false,
    beganAt: at,
    exposureBefore: null,
    round: 0,
    attempt: 0,
    roundBeganAt: null,
    pausedUntil: never,
    rescues: 0,
    hedge: 'untried',
    hedgeUsed: false,
    closeAttempts: 0,
    event: 'owed',
    flying: new Map(),
    unrecorded: new Map(),
    creditedE8: [0, 0],
    hedgedE8: 0,
    saidNoPrice: false,
    saidNoHedge: new Set(),
    priceAskedAt: null,
    neutral: false,
  };
}
