import type { Event } from '@holdfast/core';
import type { ModeReasonCode } from '@holdfast/core/guard';
import { currentMode, type State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';

type Kind = Event['kind'];

/**
 * What may end each reason; `time`: its end is a matter of age, so any event may be the first to
 * see it (D-11).
 */
const ENDED_BY: Readonly<Record<ModeReasonCode, readonly Kind[] | 'time'>> = {
  KILL_WATCHDOG_HEARTBEAT_STALE: ['heartbeatObserved', 'ticked'],
  KILL_RISKSTATE_KILL: ['recorded'],
  KILL_MARGIN_MM_UTIL_CRITICAL: ['accountObserved'],
  KILL_RATE_LIMIT_SESSION_TERMINATION: 'time',
  KILL_DISK_WATERMARK_KILL: ['diskMeasured'],
  KILL_CORTEX_FORCE_KILL: 'time',
  REDUCEONLY_RISKSTATE_MAINTENANCE: ['ticked', 'venueHealthObserved'],
  REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE: 'time',
  REDUCEONLY_OPEN_PERMISSION_LATCHED: ['recorded'],
  REDUCEONLY_BUNKER_MODE_ACTIVE: ['networkMeasured'],
  REDUCEONLY_F1_CERT_INVALID: ['certificateRead'],
  REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN: [],
  // The end of a cooldown is a matter of age, and so is a price that is fresh again.
  REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY: 'time',
  REDUCEONLY_FEE_MODEL_HARD_STALE: ['accountObserved'],
  REDUCEONLY_RISKSTATE_DEGRADED: [
    'accountObserved',
    'clockMeasured',
    'operationsLockRead',
    'recorded',
    'ticked',
  ],
  REDUCEONLY_POLICY_STALE: ['policyOffered', 'recorded'],
  REDUCEONLY_MARGIN_MM_UTIL_HIGH: ['accountObserved'],
  REDUCEONLY_INPUT_MISSING_OR_STALE: [
    'accountObserved',
    'bookChanged',
    'certificateRead',
    'diskMeasured',
    'heartbeatObserved',
    'indexChanged',
    'instrumentsListed',
    'networkMeasured',
    'policyOffered',
    'publicTradeObserved',
    'recorded',
    'ticked',
    'tickerChanged',
    'venueHealthObserved',
    'volatilityIndexChanged',
  ],
  REDUCEONLY_WATCHDOG_UNCONFIRMED: ['heartbeatObserved', 'ticked'],
  REDUCEONLY_DISK_KILL_UNCONFIRMED: ['diskMeasured'],
  REDUCEONLY_SESSION_KILL_UNCONFIRMED: ['recorded'],
};

const RANK = { Kill: 0, ReduceOnly: 1, Active: 2 } as const;

/** The mode falls whenever it must and rises only when a listed cause ends what held it down. */
export function modeRisesForCause(): Checker {
  const name = 'mode-rises-for-cause';
  let event: Event | null = null;
  let before: ReturnType<typeof currentMode> = { mode: 'Kill', reasons: [] };
  const judge = (state: State): void => {
    const after = currentMode(state);
    if (event === null || RANK[after.mode] <= RANK[before.mode]) return;
    const { kind } = event;
    for (const reason of before.reasons) {
      if (after.reasons.includes(reason)) continue;
      const enders = ENDED_BY[reason];
      demand(
        enders === 'time' || enders.includes(kind),
        name,
        () => `${kind} ended ${reason} and the mode rose to ${after.mode}`,
      );
    }
  };
  return {
    name,
    onBoot() {
      event = null;
    },
    onEvent(next, state) {
      // Also what no report has told yet: the turn before this one has ended.
      judge(state);
      event = next;
      before = currentMode(state);
    },
    onEffect(effect, state) {
      if (effect.kind === 'report' && effect.decision.kind === 'modeChanged') judge(state);
    },
  };
}
