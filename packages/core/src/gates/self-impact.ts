import { assessSelfImpact } from '../guard/self-impact.ts';
import { structureFingerprint, structureLeg } from '../intent/structure.ts';
import { inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf, OPEN_ONLY, policyOf, toUsd } from './scope.ts';

/**
 * Self-impact (contract-1 section 26): who makes up most of what is traded, and opens more of the
 * same, may be chasing itself. A feed of public trades that is not fresh is no reason of its own
 * but a gap in it: OPEN is latched until it is whole again (AT-953).
 */
export const selfImpact: SafetyGate = {
  name: 'self-impact',
  measures: [
    plain('tradeFeedAgeMs'),
    inUsd('selfNotionalUsd'),
    inUsd('publicNotionalUsd'),
    plain('cooldownMs'),
  ],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { now, trades } = context;
    const { parameters } = policyOf(context);
    const instrument = instrumentOf(candidate);
    const windowMs = parameters.feedbackLoopWindowS * 1_000;
    const feedUpdatedAt = trades.updatedAt(instrument);
    note(candidate, feedUpdatedAt === null ? Number.NaN : now - feedUpdatedAt);
    const self = trades.selfNotional(instrument, windowMs);
    const gross = note(candidate, self?.gross ?? Number.NaN);
    const publicNotional = trades.publicNotional(instrument, windowMs);
    note(candidate, publicNotional);
    const { side } = candidate.leg;
    const inputs = { now, feedUpdatedAt, publicNotional, self, side, parameters };
    const answer = assessSelfImpact(inputs);
    if (answer === 'stale') {
      return reject('OpenPermissionLatched', { reasons: ['WS_TRADES_GAP_RECONCILE_REQUIRED'] });
    }
    const key = structureKey(context, candidate);
    const until = trades.pausedUntil(key) ?? now;
    const rest = note(candidate, Math.max(0, until - now));
    if (answer === 'clear' && rest === 0) return null;
    return reject('FeedbackLoopGuardActive', {
      key,
      selfNotionalUsd: toUsd(gross),
      publicNotionalUsd: toUsd(publicNotional),
      remainingMs: rest === 0 ? parameters.feedbackLoopCooldownS * 1_000 : rest,
    });
  },
};

/** What a strategy keeps doing, whichever strike it does it in: what a pause is of. */
function structureKey({ listings, now }: GateContext, { proposal, strategyId }: Candidate): string {
  const legs = proposal.legs.flatMap(({ instrument: name, side }) => {
    const instrument = listings.get(name)?.instrument;
    return instrument === undefined ? [] : [structureLeg(instrument, side, now)];
  });
  return `${strategyId} ${structureFingerprint(legs)}`;
}
