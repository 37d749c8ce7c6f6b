import { HashSet64 } from './values/hash-set.ts';
import type { Currency, InstrumentName, Label, TradeId, WallMs } from './values/index.ts';
import type { Order } from './order/order.ts';
import type { CashTotal, Position } from './position/position.ts';

/** Folded from the ledger by `apply`, and by nothing else. Survives every crash. */
export interface Facts {
  records: number;
  epoch: number;
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
  readonly closedInstruments: Set<InstrumentName>;
  operatorStop: 'reduce_only' | 'kill' | null;
  /** The last call of the emergency endpoint: its cooldown outlives the process it was made to. */
  emergencyCalledAt: WallMs | null;
  /** When ledger and venue were last recorded as equal. */
  lastReconciledAt: WallMs | null;
  readonly totals: Totals;
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
    policyHash: null,
    orders: new Map(),
    working: new Set(),
    finished: [],
    seenIntents: new HashSet64(),
    seenAttempts: new HashSet64(),
    seenTrades: new Set(),
    positions: new Map(),
    cash: new Map(),
    closedInstruments: new Set(),
    operatorStop: null,
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
