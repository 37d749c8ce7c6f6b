import { note, plain } from './answers.ts';
import type { Candidate, GateContext, RequestView, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY, policyOf } from './scope.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * The venue's request budget, of which the last part is kept for cancels and reductions (contract-1
 * section 45), and the launch policy's rate limits (phases section 1.3): orders already let through
 * count, this one would be one more. Risk-reducing orders are counted but never refused here.
 */
export const rateBudget: SafetyGate = {
  name: 'rate-budget',
  measures: [
    plain('requestsAvailable'),
    plain('requestsReserved'),
    plain('msSinceLastOrder'),
    plain('minOrderIntervalMs'),
    plain('ordersInSecond'),
    plain('maxOrdersPerSecond'),
    plain('ordersInMinute'),
    plain('maxOrdersPerMinute'),
  ],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { limits } = policyOf(context);
    const { lastOrderAt } = context.rate;
    const available = note(candidate, context.requests.available);
    const reserved = note(candidate, context.requests.reserved);
    // Of a group both legs leave, and neither may be the one too many.
    const orders = candidate.legIndex + 1;
    if (!(available - orders >= reserved)) return throttledBy(context.requests);
    const elapsed = note(candidate, lastOrderAt === null ? Number.NaN : context.now - lastOrderAt);
    note(candidate, limits.minOrderIntervalMs);
    if (lastOrderAt !== null) {
      if (!(elapsed >= limits.minOrderIntervalMs)) {
        return exceeded('min_order_interval_ms', elapsed, limits.minOrderIntervalMs);
      }
    }
    const inSecond = note(candidate, context.rate.countWithin(SECOND_MS) + orders);
    note(candidate, limits.maxOrdersPerSecond);
    if (!(inSecond <= limits.maxOrdersPerSecond)) {
      return exceeded('max_orders_per_second', inSecond, limits.maxOrdersPerSecond);
    }
    const inMinute = note(candidate, context.rate.countWithin(MINUTE_MS) + orders);
    note(candidate, limits.maxOrdersPerMinute);
    if (!(inMinute <= limits.maxOrdersPerMinute)) {
      return exceeded('max_orders_per_minute', inMinute, limits.maxOrdersPerMinute);
    }
    return null;
  },
};

/** Brownout: what opens waits, so that what reduces is served (section 45). */
export function throttledBy({ available, reserved }: RequestView): Reject {
  return reject('RateLimitBrownout', { requestClass: 'OPEN', available, reserved });
}

function exceeded(limit: string, value: number, max: number): Reject {
  return reject('PolicyLimitExceeded', { limit, value, max });
}
