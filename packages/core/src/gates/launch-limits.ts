import type { LaunchLimits } from '../policy.ts';
import type { Currency } from '../values/index.ts';
import { reachedDeltaE8 } from './delta.ts';
import { inE8, inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, Listing, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { listingOf, OPEN_ONLY, policyOf, toDecimal, toUsd } from './scope.ts';

/**
 * Hard limits of the launch policy on what one more order would make of the portfolio (phases
 * section 1.3).
 */
export const launchLimits: SafetyGate = {
  name: 'launch-limits',
  measures: [
    inE8('reachedDelta'),
    inE8('maxDelta'),
    inUsd('positionNotionalUsd'),
    inUsd('maxPositionNotionalUsd'),
    inUsd('grossNotionalUsd'),
    inUsd('maxGrossNotionalUsd'),
    plain('leverage'),
    plain('maxLeverage'),
  ],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { limits } = policyOf(context);
    const listing = listingOf(candidate);
    return (
      overUnderlying(context, candidate, listing, limits) ??
      overGross(context, candidate, listing.instrument.underlying, limits)
    );
  },
};

function overUnderlying(
  { exposure }: GateContext,
  candidate: Candidate,
  listing: Listing,
  limits: LaunchLimits,
): Reject | null {
  const { underlying } = listing.instrument;
  const own = limits.perUnderlying.get(underlying);
  if (own === undefined) {
    return reject('CriticalConfigMissing', { key: `max_delta_abs.${underlying}` });
  }
  const delta = note(candidate, reachedDeltaE8(exposure, candidate, listing));
  if (!(delta <= note(candidate, own.maxDeltaE8))) {
    return exceeded('max_delta_abs', toDecimal(delta), toDecimal(own.maxDeltaE8));
  }
  const held = exposure.positionNotional(underlying) + exposure.pendingNotional(underlying);
  const notional = note(candidate, held + candidate.notional);
  if (!(notional <= note(candidate, own.maxPositionNotional))) {
    return exceeded('max_position_notional_usd', toUsd(notional), toUsd(own.maxPositionNotional));
  }
  return null;
}

function overGross(
  context: GateContext,
  candidate: Candidate,
  own: Currency,
  limits: LaunchLimits,
): Reject | null {
  const gross = note(candidate, grossNotional(context, own) + candidate.notional);
  if (!(gross <= note(candidate, limits.maxGrossNotional))) {
    return exceeded('max_gross_notional_usd', toUsd(gross), toUsd(limits.maxGrossNotional));
  }
  if (limits.maxLeverage === null) return reject('CriticalConfigMissing', { key: 'max_leverage' });
  if (context.equity === null) return reject('InvalidInput', { field: 'equity_usd' });
  // One micro-USD stands for no equity left, so the ratio stays a number.
  const leverage = note(candidate, gross / Math.max(context.equity, 1));
  return leverage <= note(candidate, limits.maxLeverage)
    ? null
    : exceeded('max_leverage', leverage, limits.maxLeverage);
}

/** Every underlying's held and pending notional, micro-USD. */
function grossNotional({ exposure }: GateContext, own: Currency): number {
  let gross = exposure.positionNotional(own) + exposure.pendingNotional(own);
  for (const underlying of exposure.underlyings) {
    if (underlying === own) continue;
    gross += exposure.positionNotional(underlying) + exposure.pendingNotional(underlying);
  }
  return gross;
}

function exceeded(limit: string, value: number, max: number): Reject {
  return reject('PolicyLimitExceeded', { limit, value, max });
}
