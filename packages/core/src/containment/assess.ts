import type { GroupCause } from '../order/group.ts';
import { E8 } from '../values/index.ts';

/** One leg as it is judged: amounts at 1e-8 of its own unit. */
export interface LegView {
  readonly requestedE8: number;
  /** By the leg and its rescues. */
  readonly filledE8: number;
  readonly unit: 'coin' | 'usd';
  /** The venue will do nothing more with it, or it never left. */
  readonly ended: boolean;
}

export type Legs = readonly [LegView, LegView];

export type Assessment =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'complete'; readonly cause: 'all_filled' | 'no_trade' }
  | { readonly kind: 'mixed'; readonly cause: GroupCause };

const WAITING: Assessment = Object.freeze({ kind: 'waiting' });

/**
 * What has become of two legs (contract-1 section 23.3). Never complete before both have ended; the
 * first one that ended without all of it filled is a failure. Silence is none (D-14).
 */
export function assessLegs(legs: Legs, epsilon: number): Assessment {
  const [one, other] = legs;
  const failed = legs.some((leg) => leg.ended && leg.filledE8 < leg.requestedE8);
  if (!one.ended || !other.ended) return failed ? mixed('leg_failed') : WAITING;
  if (legs.every(({ filledE8 }) => filledE8 === 0)) return { kind: 'complete', cause: 'no_trade' };
  if (legs.some(isPartial)) return mixed('leg_partial');
  if (failed) return mixed('leg_failed');
  if (mismatch(legs) > epsilon) return mixed('legs_mismatch');
  return { kind: 'complete', cause: 'all_filled' };
}

/**
 * How far apart the legs are filled: in units where both count the same and want the same, else in
 * shares of what each wants (AMB-18).
 */
export function mismatch([one, other]: Legs): number {
  if (one.unit === other.unit && one.requestedE8 === other.requestedE8) {
    return Math.abs(one.filledE8 - other.filledE8) / E8;
  }
  return Math.abs(one.filledE8 / one.requestedE8 - other.filledE8 / other.requestedE8);
}

/** Something of it filled, and not all. */
function isPartial({ filledE8, requestedE8 }: LegView): boolean {
  return filledE8 > 0 && filledE8 < requestedE8;
}

function mixed(cause: GroupCause): Assessment {
  return { kind: 'mixed', cause };
}
