import type { EquityMark, EquityMarkName, LossLimit } from './position/losses.ts';
import type { LossLatched } from './ledger/record.ts';
import { HashSet64 } from './values/hash-set.ts';
import {
  type AmountE8,
  type Currency,
  type GroupId,
  type InstrumentName,
  type Label,
  type PriceE8,
  type TradeId,
  type WallMs,
  wallMs,
} from './values/index.ts';
import type { Side } from './intent/intent.ts';
import type { ChurnTable } from './order/churn.ts';
import type { Group, OrderRole } from './order/group.ts';
import type { Order } from './order/order.ts';
import type { CashBook } from './position/cash-book.ts';
import type { CashTotal, Position } from './position/position.ts';

/** Folded from the ledger by `apply`, and by nothing else. Survives every crash. */
export interface Facts {
  records: number;
  epoch: number;
  /** Of the process that writes now, and the last one that broke its own contract. */
  buildId: string | null;
  brokenBuildId: string | null;
  policyHash: string | null;
  /** Working orders, and the most recent finished ones so that late news still finds its order. */
  readonly orders: Map<Label, Order>;
  /** Labels of orders that are not terminal. */
  readonly working: Set<Label>;
  /** Labels of finished orders, oldest first; bounds `orders`. */
  readonly finished: Label[];
  readonly seenIntents: HashSet64;
  /** Legs of groups that had their order: a group is one attempt. */
  readonly seenAttempts: HashSet64;
  readonly seenTrades: Set<TradeId>;
  /** Only instruments in which something is held. */
  readonly positions: Map<InstrumentName, Position>;
  readonly cash: Map<Currency, CashTotal>;
  /** Ours against the venue's account of it, as far as compared. */
  readonly cashBooks: Map<Currency, CashBook>;
  readonly closedInstruments: Set<InstrumentName>;
  /** The latest trades of ours, oldest first: what self-impact is judged by. */
  readonly recentFills: RecentFill[];
  /** Groups that are not over, and the most recent ended ones for late fills. */
  readonly groups: Map<GroupId, Group>;
  /** Groups the executor has still to look at. */
  readonly openGroups: Set<GroupId>;
  /** Oldest first; bounds `groups`. */
  readonly endedGroups: GroupId[];
  /** What the kept orders of groups and of containment are for. */
  readonly roles: Map<Label, OrderRole>;
  readonly churn: ChurnTable;
  /** When the naked-exposure events of the last day were recorded, oldest first. */
  readonly nakedEvents: WallMs[];
  operatorStop: 'reduce_only' | 'kill' | null;
  /** What losses are measured from; the newest of each name. */
  readonly equityMarks: Map<EquityMarkName, EquityMark>;
  /** Losses that reached their limit and were not reset. */
  readonly lossLatches: Map<LossLimit, LossLatched>;
  /** Turnover of the latest UTC day with a trade, micro-USD; NaN once a trade had no value. */
  readonly traded: { day: WallMs; turnover: number };
  /** The last call of the emergency endpoint: its cooldown outlives the process it was made to. */
  emergencyCalledAt: WallMs | null;
  /** When ledger and venue were last recorded as equal. */
  lastReconciledAt: WallMs | null;
  readonly totals: Totals;
}

/** More than any window of the self-impact guard can be asked to judge. */
export const RECENT_FILLS_MAX = 512;

/** `at`: when it was put on record. */
export interface RecentFill {
  readonly at: WallMs;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly indexPriceE8: PriceE8;
}

/** What the report and the status count. */
export interface Totals {
  intents: number;
  sent: number;
  filledOrders: number;
  canceled: number;
  failed: number;
  abandoned: number;
  fills: number;
  settlements: number;
  anomalies: number;
  reconciliations: number;
}

export function createFacts(): Facts {
  return {
    records: 0,
    epoch: 0,
    buildId: null,
    brokenBuildId: null,
    policyHash: null,
    orders: new Map(),
    working: new Set(),
    finished: [],
    seenIntents: new HashSet64(),
    seenAttempts: new HashSet64(),
    seenTrades: new Set(),
    positions: new Map(),
    cash: new Map(),
    cashBooks: new Map(),
    closedInstruments: new Set(),
    recentFills: [],
    groups: new Map(),
    openGroups: new Set(),
    endedGroups: [],
    roles: new Map(),
    churn: new Map(),
    nakedEvents: [],
    operatorStop: null,
    equityMarks: new Map(),
    lossLatches: new Map(),
    traded: { day: wallMs(0), turnover: 0 },
    emergencyCalledAt: null,
    lastReconciledAt: null,
    totals: {
      intents: 0,
      sent: 0,
      filledOrders: 0,
      canceled: 0,
      failed: 0,
      abandoned: 0,
      fills: 0,
      settlements: 0,
      anomalies: 0,
      reconciliations: 0,
    },
  };
}
