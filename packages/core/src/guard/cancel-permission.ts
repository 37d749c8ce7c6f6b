import { reject, type Reject } from '../gates/reject.ts';
import type { Side } from '../intent/intent.ts';
import type { Order } from '../order/order.ts';
import type { AmountE8, InstrumentName } from '../values/index.ts';
import type { OpenPermissionReasonCode } from './codes.ts';
import type { RiskState, TradingMode } from './mode.ts';

/** What the permission looks at (contract-1 section 38). */
export interface CancelContext {
  readonly mode: TradingMode;
  readonly latchReasons: readonly OpenPermissionReasonCode[];
  readonly riskState: RiskState;
  readonly enforcedProfile: 'CSP' | 'GOP' | 'FULL' | null;
  readonly evidenceChain: 'GREEN' | 'RED' | null;
  /** Signed position in the target's instrument; null when unknown, and unknown is exposed. */
  readonly positionE8: AmountE8 | null;
}

/** What would stand in the target's place. `amountE8` is what it could still fill. */
export interface Replacement {
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly reduceOnly: boolean;
}

/**
 * May this order be cancelled? A risk-increasing OPEN always; a protective one never while it may
 * have something to protect, in any mode (AMB-32).
 */
export function assessCancel(context: CancelContext, target: Order): Reject | null {
  if (!isProtective(target) || context.positionE8 === 0) return null;
  return forbid(target, 'protective_order');
}

/**
 * May this order be replaced? What raises exposure, or bares it, needs every permission an OPEN
 * needs.
 */
export function assessReplace(
  context: CancelContext,
  target: Order,
  replacement: Replacement,
): Reject | null {
  const { positionE8 } = context;
  if (isProtective(target) && positionE8 !== 0 && !isCovered(positionE8, target, replacement)) {
    return forbid(target, 'protective_order');
  }
  if (!isRiskIncreasing(positionE8, target, replacement)) return null;
  if (context.mode !== 'Active') return forbid(target, `mode_${context.mode}`);
  if (context.latchReasons.length > 0) return forbid(target, 'open_permission_latched');
  if (context.riskState !== 'Healthy') return forbid(target, `risk_state_${context.riskState}`);
  if (context.enforcedProfile !== 'CSP' && context.evidenceChain !== 'GREEN') {
    return forbid(target, 'evidence_not_green');
  }
  return null;
}

function forbid(target: Order, cause: string): Reject {
  const operands = { target: target.terms.label, cause };
  return reject('RiskIncreasingCancelReplaceForbidden', operands);
}

/**
 * A close or hedge the venue itself holds to reducing; either sign alone is enough to be careful.
 */
function isProtective(target: Order): boolean {
  return target.terms.reduceOnly || target.terms.intentClass !== 'OPEN';
}

function remainingOf(target: Order): number {
  return Math.max(0, target.terms.amountE8 - target.filledE8);
}

/** Same order, same protection: reduce-only, same side, and no less of the position covered. */
function isCovered(positionE8: number | null, target: Order, replacement: Replacement): boolean {
  const { instrument, side } = target.terms;
  if (!replacement.reduceOnly) return false;
  if (replacement.instrument !== instrument || replacement.side !== side) return false;
  const held = positionE8 === null ? Number.POSITIVE_INFINITY : Math.abs(positionE8);
  return replacement.amountE8 >= Math.min(remainingOf(target), held);
}

/** Unprovable means risk-increasing: another instrument, another side, an amount that is none. */
function isRiskIncreasing(
  positionE8: number | null,
  target: Order,
  replacement: Replacement,
): boolean {
  const { terms } = target;
  const amount = replacement.amountE8;
  if (!Number.isSafeInteger(amount) || amount < 0) return true;
  if (terms.reduceOnly && !replacement.reduceOnly) return true;
  if (replacement.instrument !== terms.instrument || replacement.side !== terms.side) return true;
  if (replacement.reduceOnly) return false;
  if (positionE8 === null) return amount > remainingOf(target);
  const sign = terms.side === 'buy' ? 1 : -1;
  const before = worst(positionE8, sign * remainingOf(target));
  return worst(positionE8, sign * amount) > before;
}

/** Largest absolute position this order can lead to, unfilled or filled. */
function worst(positionE8: number, orderE8: number): number {
  return Math.max(Math.abs(positionE8), Math.abs(positionE8 + orderE8));
}
