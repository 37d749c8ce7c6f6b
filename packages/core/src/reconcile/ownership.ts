import { assert } from '../assert.ts';
import type { ObservedFill, VenueOrder } from '../event.ts';
import type { Facts } from '../facts.ts';
import { gid12, type LabelParts, parseLabel } from '../intent/label.ts';
import { type LabelField, type LabelledOrder, matchLabel } from '../intent/label-match.ts';
import type { Order } from '../order/order.ts';
import type { VenueOrderId } from '../values/index.ts';

/** Whose an order or a trade of the venue is (contract-1 section 11.3). */
export type Ownership =
  /**
   * `disagreements`: what of the label contradicts the intent, which is logged and no more
   * (AMB-08).
   */
  | {
      readonly kind: 'ours';
      readonly order: Order;
      readonly disagreements: readonly LabelField[];
    }
  /** It may be any of these, or nobody's: Degraded, and none of them adopts it (AT-217). */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Order[] }
  | { readonly kind: 'nobody' };

type Found = LabelledOrder & {
  readonly label: string | null;
  readonly venueOrderId: VenueOrderId | null;
};

const NOBODY: Ownership = Object.freeze({ kind: 'nobody' });
const AGREED: readonly LabelField[] = Object.freeze([]);

/** A trade says how much of the order it was, so only more than the order contradicts it. */
export function ownerOfFill(facts: Facts, fill: ObservedFill): Ownership {
  const known = fill.label === null ? undefined : facts.orders.get(fill.label);
  if (known !== undefined) return { kind: 'ours', order: known, disagreements: AGREED };
  return match(fill, facts.orders.values(), ({ terms }) => fill.amountE8 <= terms.amountE8);
}

/** @param orders working orders that no venue order explains yet. */
export function ownerOfOpenOrder(atVenue: VenueOrder, orders: readonly Order[]): Ownership {
  return match(atVenue, orders, ({ terms }) => atVenue.amountE8 === terms.amountE8);
}

function match(
  found: Found,
  orders: Iterable<Order>,
  fitsAmount: (order: Order) => boolean,
): Ownership {
  const parts = found.label === null ? null : parseLabel(found.label);
  if (parts === null && found.venueOrderId === null) return NOBODY;
  const candidates: Order[] = [];
  for (const order of orders) {
    const { venueOrderId } = order;
    // Acknowledged: its venue id names it, and no other order can be it.
    if (venueOrderId === null) {
      if (parts !== null && isNamed(order, parts)) candidates.push(order);
    } else if (venueOrderId === found.venueOrderId) {
      return { kind: 'ours', order, disagreements: AGREED };
    }
  }
  return parts === null ? NOBODY : narrow(parts, found, candidates, fitsAmount);
}

function narrow(
  parts: LabelParts,
  found: Found,
  candidates: readonly Order[],
  fitsAmount: (order: Order) => boolean,
): Ownership {
  const terms = candidates.map((order) => order.terms);
  const matched = matchLabel(parts, found, terms);
  if (matched.kind === 'unmatched') return NOBODY;
  if (matched.kind === 'ambiguous') return { kind: 'ambiguous', candidates };
  const order = candidates[terms.indexOf(matched.intent)];
  assert(order !== undefined, 'what matched was among the candidates');
  // Other terms than ours are another order, whatever its label says: it is not taken for ours.
  const { instrument, side } = order.terms;
  const fits = instrument === found.instrument && side === found.side;
  if (!fits || !fitsAmount(order)) return { kind: 'ambiguous', candidates: [order] };
  const disagreements = matched.disagreements.filter((field) => field !== 'amount');
  return { kind: 'ours', order, disagreements };
}

function isNamed({ terms }: Order, parts: LabelParts): boolean {
  return terms.legIndex === parts.legIndex && gid12(terms.groupId) === parts.gid12;
}
