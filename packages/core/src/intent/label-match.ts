import { unreachable } from '../assert.ts';
import type { AmountE8, GroupId, InstrumentName, IntentHash, StrategyId } from '../values/index.ts';
import { sid8 } from './identity.ts';
import type { Side } from './intent.ts';
import { gid12, type LabelParts } from './label.ts';

/** A local intent as far as matching needs it. */
export interface MatchableIntent {
  readonly strategyId: StrategyId;
  readonly groupId: GroupId;
  readonly legIndex: 0 | 1;
  readonly intentHash: IntentHash;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
}

/** What the venue says of the order that carries the label. */
export interface LabelledOrder {
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
}

export type LabelField = 'ih16' | 'sid8' | 'instrument' | 'side' | 'amount';

export type LabelMatch<T> =
  /**
   * `disagreements` is empty unless label or order contradict the intent: then it may be someone
   * else's.
   */
  | {
      readonly kind: 'matched';
      readonly intent: T;
      readonly disagreements: readonly LabelField[];
    }
  /** No intent of ours: ghost-order handling (contract-1 section 46). */
  | { readonly kind: 'unmatched' }
  /**
   * Degraded, OPEN blocked, REST reconciliation. `left` counts who was left: 0 when a tie-breaker
   * fitted nobody.
   */
  | { readonly kind: 'ambiguous'; readonly left: number };

const AGREED: readonly LabelField[] = Object.freeze([]);

/** In the order of contract-1 section 11.3. */
const TIE_BREAKERS: readonly LabelField[] = ['ih16', 'instrument', 'side', 'amount'];
const COMPARED: readonly LabelField[] = ['ih16', 'sid8', 'instrument', 'side', 'amount'];

/**
 * Which intent a venue order belongs to (contract-1 section 11.3, AMB-54). A sole candidate by
 * group and leg matches whatever else it says (AMB-08); what it says otherwise is listed, so that
 * nobody adopts it unseen.
 */
export function matchLabel<T extends MatchableIntent>(
  parts: LabelParts,
  order: LabelledOrder,
  intents: Iterable<T>,
): LabelMatch<T> {
  let left: T[] = [];
  for (const intent of intents) {
    if (intent.legIndex === parts.legIndex && gid12(intent.groupId) === parts.gid12) {
      left.push(intent);
    }
  }
  if (left.length === 0) return { kind: 'unmatched' };
  for (const field of TIE_BREAKERS) {
    if (left.length <= 1) break;
    left = left.filter((intent) => agrees(field, parts, order, intent));
  }
  const [intent] = left;
  if (intent === undefined || left.length > 1) return { kind: 'ambiguous', left: left.length };
  return { kind: 'matched', intent, disagreements: disagreements(parts, order, intent) };
}

function disagreements(
  parts: LabelParts,
  order: LabelledOrder,
  intent: MatchableIntent,
): readonly LabelField[] {
  const found = COMPARED.filter((field) => !agrees(field, parts, order, intent));
  return found.length === 0 ? AGREED : found;
}

function agrees(
  field: LabelField,
  parts: LabelParts,
  order: LabelledOrder,
  intent: MatchableIntent,
): boolean {
  switch (field) {
    case 'ih16':
      return intent.intentHash.slice(0, 16) === parts.ih16;
    case 'sid8':
      return sid8(intent.strategyId) === parts.sid8;
    case 'instrument':
      return intent.instrument === order.instrument;
    case 'side':
      return intent.side === order.side;
    case 'amount':
      return intent.amountE8 === order.amountE8;
    default:
      return unreachable(field);
  }
}
