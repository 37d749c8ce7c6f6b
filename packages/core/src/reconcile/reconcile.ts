import type { Cancel } from '../effect.ts';
import type { ObservedFill, VenueOrder, VenueSnapshotObserved } from '../event.ts';
import type { Facts } from '../facts.ts';
import type { Correction } from '../ledger/record.ts';
import type { Order } from '../order/order.ts';
import {
  E8,
  type Label,
  label as toLabel,
  type MonoMs,
  type TradeId,
  wallMs,
} from '../values/index.ts';
import { ownerOfFill, ownerOfOpenOrder } from './ownership.ts';
import { comparePositions } from './positions.ts';

/**
 * What one pass over the venue's truth asks for. Trades beat orders beat positions beat our ledger.
 */
export interface ReconcilePlan {
  /** Facts the venue proves and the ledger lacks. Never an invention (D-14). */
  readonly corrections: readonly Correction[];
  /** Orders with our label that no intent explains: ghosts. */
  readonly cancels: readonly Cancel[];
  /** Recorded, never marked as sending, unknown to the venue: provably unsent (AT-935). */
  readonly unsent: readonly Label[];
  /** What differs, in words for the decision log. */
  readonly differences: readonly string[];
  /** Positions differ although every trade is known: evidence for a person, and OPEN stays shut. */
  readonly inventoryMismatch: boolean;
  /** Labels at the venue that fit more than one intent of ours, or none whole (AT-217). */
  readonly ambiguous: readonly string[];
  /** Positions could be compared: nothing of ours moved meanwhile. */
  readonly compared: boolean;
  /** Ledger and venue are equal: the only thing that opens the latch. */
  readonly clean: boolean;
}

export interface ReconcileInputs {
  readonly facts: Facts;
  readonly snapshot: VenueSnapshotObserved;
  readonly now: MonoMs;
  /**
   * When we asked. What happened later may or may not be in the answer, so it is not judged by it.
   */
  readonly requestedAt: MonoMs;
  /** Orders this process sent whose answer is still out: not judged, and not clean. */
  readonly unresolved: ReadonlySet<Label>;
  /**
   * When this process let its working orders go, or heard that they had arrived: an order may be
   * overtaken on its way, and the list that was made before it came has it not. Between an order's
   * marker and its leaving lies the disk: a question asked in between has no answer about it,
   * however soon it was acknowledged.
   */
  readonly leftAt: ReadonlyMap<Label, MonoMs>;
  /** Nothing was sent and nothing filled since we asked: positions can be compared. */
  readonly quiet: boolean;
  readonly positionEpsilon: number;
  /** Recorded, or on its way to be. */
  isKnownTrade(id: TradeId): boolean;
  /** Our record of a venue trade; null when its instrument is unknown here. */
  recordOf(fill: ObservedFill): Correction | null;
}

export function reconcile(inputs: ReconcileInputs): ReconcilePlan {
  const draft = new PlanDraft();
  const trades = missingTrades(inputs, draft);
  missingSettlements(inputs, draft);
  const venue = sortVenueOrders(inputs, draft);
  judgeWorkingOrders(inputs, trades, venue, draft);
  const explained = draft.corrections.length === 0;
  // While fills are still being added, or come in, positions must differ; the next pass compares
  // again.
  const comparable = explained && inputs.quiet;
  const mismatches = comparable
    ? comparePositions(inputs.facts.positions, inputs.snapshot.positions, inputs.positionEpsilon)
    : [];
  draft.differences.push(...mismatches);
  return {
    corrections: draft.corrections,
    cancels: draft.cancels,
    unsent: draft.unsent,
    differences: draft.differences,
    inventoryMismatch: mismatches.length > 0,
    compared: comparable,
    ambiguous: draft.ambiguous,
    clean: comparable && draft.cancels.length === 0 && draft.differences.length === 0,
  };
}

class PlanDraft {
  readonly corrections: Correction[] = [];
  readonly cancels: Cancel[] = [];
  readonly unsent: Label[] = [];
  readonly differences: string[] = [];
  readonly ambiguous: string[] = [];
}

/**
 * Our orders that traded in this snapshot, recorded before or not, with how much of it their facts
 * do not have yet. 1e-8.
 */
type Traded = ReadonlyMap<Label, number>;

function missingTrades(inputs: ReconcileInputs, draft: PlanDraft): Traded {
  const traded = new Map<Label, number>();
  for (const fill of inputs.snapshot.trades) {
    const owner = ownerOfFill(inputs.facts, fill);
    if (owner.kind === 'ours') {
      const { label } = owner.order.terms;
      const added = inputs.facts.seenTrades.has(fill.tradeId) ? 0 : fill.amountE8;
      traded.set(label, (traded.get(label) ?? 0) + added);
    }
    // Any of these may have traded, so none of them is unsent.
    if (owner.kind === 'ambiguous') {
      for (const { terms } of owner.candidates) {
        traded.set(terms.label, traded.get(terms.label) ?? 0);
      }
    }
    if (inputs.isKnownTrade(fill.tradeId)) continue;
    const record = inputs.recordOf(fill);
    if (record === null) {
      draft.differences.push(`trade ${fill.tradeId} in unknown instrument ${fill.instrument}`);
      continue;
    }
    if (owner.kind === 'ambiguous') draft.ambiguous.push(fill.label ?? '');
    if (owner.kind === 'ours' && owner.disagreements.length > 0) {
      draft.corrections.push(mismatch(inputs, owner.order));
    }
    draft.corrections.push(record);
  }
  return traded;
}

function missingSettlements(inputs: ReconcileInputs, draft: PlanDraft): void {
  const at = wallMs(inputs.now);
  for (const settlement of inputs.snapshot.settlements) {
    if (inputs.isKnownTrade(settlement.settlementId)) continue;
    draft.corrections.push({ type: 'settlementRecorded', at, ...settlement });
  }
}

/** The venue's open orders, by whose they are. */
interface VenueOrders {
  readonly ours: ReadonlyMap<Label, VenueOrder>;
  /** Working orders of ours that an ambiguous one may be: not judged. */
  readonly undecided: ReadonlySet<Label>;
}

/** By label first: only what no label names is matched by its parts. */
function sortVenueOrders(inputs: ReconcileInputs, draft: PlanDraft): VenueOrders {
  const { orders, working } = inputs.facts;
  const ours = new Map<Label, VenueOrder>();
  const undecided = new Set<Label>();
  const unnamed: VenueOrder[] = [];
  /** Working orders no venue order explains yet; made when somebody asks. */
  let left: readonly Order[] | null = null;
  for (const atVenue of inputs.snapshot.openOrders) {
    const name = toLabel(atVenue.label);
    if (working.has(name)) ours.set(name, atVenue);
    else unnamed.push(atVenue);
  }
  for (const atVenue of unnamed) {
    if (!atVenue.label.startsWith('s4:')) {
      draft.differences.push(`order ${atVenue.venueOrderId} is not ours`);
      continue;
    }
    const name = toLabel(atVenue.label);
    // On a waiver an order is at the venue before its record is on the disk (D-9).
    if (inputs.unresolved.has(name)) {
      draft.differences.push(`order ${name} awaits its record`);
      continue;
    }
    const finished = orders.get(name);
    if (finished?.endedAt != null && finished.endedAt >= inputs.requestedAt) {
      draft.differences.push(`order ${name} has ended since we asked`);
      continue;
    }
    left ??= workingWithout(inputs.facts, ours);
    const owner = ownerOfOpenOrder(atVenue, finished === undefined ? left : []);
    if (owner.kind === 'nobody') {
      cancelGhost(atVenue, draft);
    } else if (owner.kind === 'ours') {
      ours.set(owner.order.terms.label, atVenue);
      left = null;
    } else {
      draft.ambiguous.push(atVenue.label);
      draft.differences.push(`order ${atVenue.label} may be more than one intent, or none`);
      for (const { terms } of owner.candidates) undecided.add(terms.label);
    }
  }
  return { ours, undecided };
}

function workingWithout(facts: Facts, explained: ReadonlyMap<Label, VenueOrder>): Order[] {
  const left: Order[] = [];
  for (const label of facts.working) {
    const order = explained.has(label) ? undefined : facts.orders.get(label);
    if (order !== undefined) left.push(order);
  }
  return left;
}

function cancelGhost(atVenue: VenueOrder, draft: PlanDraft): void {
  draft.differences.push(`order ${atVenue.label} has no working intent`);
  draft.cancels.push({
    kind: 'cancel',
    label: toLabel(atVenue.label),
    venueOrderId: atVenue.venueOrderId,
    instrument: atVenue.instrument,
  });
}

/** Taken for ours all the same (AMB-08); the record says that its label was not the one we gave. */
function mismatch(inputs: ReconcileInputs, { terms }: Order): Correction {
  const { label, instrument } = terms;
  const at = wallMs(inputs.now);
  return { type: 'anomalyRecorded', at, anomaly: 'label_hash_mismatch', label, instrument };
}

function judgeWorkingOrders(
  inputs: ReconcileInputs,
  traded: Traded,
  { ours, undecided }: VenueOrders,
  draft: PlanDraft,
): void {
  const unexplained = unexplainedPositions(inputs, draft);
  for (const label of inputs.facts.working) {
    const order = inputs.facts.orders.get(label);
    if (order === undefined) continue;
    const atVenue = ours.get(label);
    const sentAt = inputs.leftAt.get(label) ?? order.sentAt;
    const tooYoung = sentAt !== null && sentAt >= inputs.requestedAt;
    if (tooYoung || inputs.unresolved.has(label) || undecided.has(label))
      draft.differences.push(`order ${label} awaits its answer`);
    else if (atVenue !== undefined) adopt(inputs, order, atVenue, draft);
    else if (!order.sendingRecorded && !traded.has(label)) draft.unsent.push(label);
    else if (order.filledE8 + (traded.get(label) ?? 0) < order.terms.amountE8) {
      if (unexplained.has(order.terms.instrument)) {
        draft.differences.push(`order ${label} may have traded what is not told yet`);
      } else draft.corrections.push(closed(inputs, order, traded.has(label)));
    }
  }
}

/**
 * Instruments of which the venue holds something else than our trades and those it has just told
 * add up to. A trade is in the position before it is in the list of trades: until it is there, no
 * order of that instrument is proven to have ended without it.
 */
function unexplainedPositions(inputs: ReconcileInputs, draft: PlanDraft): ReadonlySet<string> {
  const left = new Map<string, number>();
  const add = (instrument: string, amount: number): void => {
    left.set(instrument, (left.get(instrument) ?? 0) + amount);
  };
  for (const { instrument, amountE8 } of inputs.snapshot.positions) add(instrument, amountE8);
  for (const { instrument, amountE8 } of inputs.facts.positions.values()) {
    add(instrument, 0 - amountE8);
  }
  for (const record of draft.corrections) {
    if (record.type === 'settlementRecorded') add(record.instrument, record.amountE8);
    if (record.type !== 'fillRecorded') continue;
    add(record.instrument, record.side === 'buy' ? 0 - record.amountE8 : record.amountE8);
  }
  const found = new Set<string>();
  for (const [instrument, amount] of left) {
    if (Math.abs(amount) > inputs.positionEpsilon * E8) found.add(instrument);
  }
  return found;
}

/** The venue works it: it is acknowledged, whatever we had heard (AT-940, section 28.3). */
function adopt(inputs: ReconcileInputs, order: Order, atVenue: VenueOrder, draft: PlanDraft): void {
  if (order.ackAt === null) {
    if (order.terms.label !== atVenue.label) draft.corrections.push(mismatch(inputs, order));
    draft.corrections.push({
      type: 'orderAcked',
      at: wallMs(inputs.now),
      label: order.terms.label,
      venueOrderId: atVenue.venueOrderId,
      source: 'reconciliation',
    });
  }
  if (atVenue.filledE8 > order.filledE8 && draft.corrections.length === 0) {
    draft.differences.push(`order ${order.terms.label} has fills without trades`);
  }
}

/**
 * Not open any more, and not filled: that needs no record but its fills. Seen alive or traded: the
 * venue closed it. Never seen: it never existed (AT-123).
 */
function closed(inputs: ReconcileInputs, order: Order, traded: boolean): Correction {
  const lived = traded || order.ackAt !== null || order.filledE8 > 0;
  return {
    type: 'orderClosed',
    at: wallMs(inputs.now),
    label: order.terms.label,
    outcome: lived ? 'Canceled' : 'Failed',
    cause: lived ? 'canceled_by_venue' : 'proven_never_existed',
    venueCode: null,
    source: 'reconciliation',
  };
}
