import type { GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY, policyOf } from './scope.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * Launch-policy rate limits (phases section 1.3): orders already let through count, this one would
 * be one more. Risk-reducing orders are counted but never refused here.
 */
export const rateBudget: SafetyGate = {
  name: 'rate-budget',
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext): Reject | null => {
    const { limits } = policyOf(context);
    const { lastOrderAt } = context.rate;
    if (lastOrderAt !== null) {
      const elapsed = context.now - lastOrderAt;
      if (!(elapsed >= limits.minOrderIntervalMs)) {
        return exceeded('min_order_interval_ms', elapsed, limits.minOrderIntervalMs);
      }
    }
    const inSecond = context.rate.countWithin(SECOND_MS) + 1;
    if (!(inSecond <= limits.maxOrdersPerSecond)) {
      return exceeded('max_orders_per_second', inSecond, limits.maxOrdersPerSecond);
    }
    const inMinute = context.rate.countWithin(MINUTE_MS) + 1;
    if (!(inMinute <= limits.maxOrdersPerMinute)) {
      return exceeded('max_orders_per_minute', inMinute, limits.maxOrdersPerMinute);
    }
    return null;
  },
};

function exceeded(limit: string, value: number, max: number): Reject {
  return reject('PolicyLimitExceeded', { limit, value, max });
}
