import type { Facts } from '@holdfast/core/facts';
import { formatE8 } from '@holdfast/core/values';
import type { Tally } from './tally.ts';

const GROUPS_SHOWN = 32;
const MICRO = 1_000_000;

/** Two legs that were one decision, as the ledger has them. Amounts are decimals. */
export interface GroupLine {
  readonly group_id: string;
  readonly strategy: string;
  readonly state: string;
  /** Its first failure; null where there was none. */
  readonly cause: string | null;
  readonly legs: readonly {
    readonly instrument: string;
    readonly side: string;
    readonly amount: string;
    readonly filled: string;
    /** Taken back by emergency closes. */
    readonly closed: string;
  }[];
  readonly rescues: number;
  readonly close_attempts: number;
  readonly hedges: number;
}

/** One `AtomicNakedEvent`, in USD. */
export interface NakedLine {
  readonly group_id: string;
  readonly at: number;
  readonly cause: string;
  readonly exposure_usd_before: number;
  readonly exposure_usd_after: number;
  readonly time_to_delta_neutral_ms: number;
  readonly close_attempts: number;
  readonly hedge_used: boolean;
}

/** What became of pairs, and how exposure nobody wanted was taken down. */
export interface ContainmentPart {
  readonly groups_by_state: Readonly<Record<string, number>>;
  /** Of many, the newest. */
  readonly groups: readonly GroupLine[];
  readonly orders_by_purpose: Readonly<Record<string, number>>;
  readonly refused_by_code: Readonly<Record<string, number>>;
  readonly naked_events: readonly NakedLine[];
  readonly churn_trips: Readonly<Record<string, number>>;
}

export function containmentOf(
  facts: Facts,
  tally: Pick<Tally, 'contained' | 'containmentRefused' | 'nakedEvents' | 'churnTrips'>,
): ContainmentPart {
  const states = new Map<string, number>();
  for (const { state } of facts.groups.values()) states.set(state, (states.get(state) ?? 0) + 1);
  return {
    groups_by_state: Object.fromEntries(states),
    groups: groupLines(facts),
    orders_by_purpose: Object.fromEntries(tally.contained),
    refused_by_code: Object.fromEntries(tally.containmentRefused),
    naked_events: tally.nakedEvents.map((event) => ({
      group_id: event.groupId,
      at: event.incidentAt,
      cause: event.cause,
      exposure_usd_before: event.exposureBefore / MICRO,
      exposure_usd_after: event.exposureAfter / MICRO,
      time_to_delta_neutral_ms: event.timeToDeltaNeutralMs,
      close_attempts: event.closeAttempts,
      hedge_used: event.hedgeUsed,
    })),
    churn_trips: Object.fromEntries(tally.churnTrips),
  };
}

function groupLines({ groups }: Facts): readonly GroupLine[] {
  return [...groups.values()].slice(-GROUPS_SHOWN).map((group) => ({
    group_id: group.groupId,
    strategy: group.strategyId,
    state: group.state,
    cause: group.seed,
    legs: group.legs.map((leg) => ({
      instrument: leg.instrument,
      side: leg.side,
      amount: formatE8(leg.amountE8),
      filled: formatE8(leg.filledE8),
      closed: formatE8(leg.closedE8),
    })),
    rescues: group.rescues,
    close_attempts: group.closeAttempts,
    hedges: group.hedges,
  }));
}
