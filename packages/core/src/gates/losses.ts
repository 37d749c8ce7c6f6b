import { LOSS_LIMIT_KEYS, LOSS_LIMITS } from '../position/losses.ts';
import { inUsd, note } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY, toUsd } from './scope.ts';

/**
 * What the day, the week and the fall from the week's highest have lost so far (phases section
 * 1.3). A loss at its limit is latched when it is read and holds the mode down; here nothing opens
 * either while nobody can tell what was lost: at a new day's start before its first reading is on
 * record, or when the account was not read.
 */
export const losses: SafetyGate = {
  name: 'losses',
  measures: [
    inUsd('dailyLossUsd'),
    inUsd('maxDailyLossUsd'),
    inUsd('weeklyLossUsd'),
    inUsd('maxWeeklyLossUsd'),
    inUsd('drawdownUsd'),
    inUsd('maxDrawdownUsd'),
  ],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    for (const limit of LOSS_LIMITS) {
      const measure = context.loss(limit);
      if (typeof measure === 'string') {
        return reject('LossMeasureUnknown', { limit: LOSS_LIMIT_KEYS[limit], missing: measure });
      }
      const loss = note(candidate, measure.loss);
      const allowed = note(candidate, measure.allowed);
      if (loss < allowed) continue;
      const operands = { limit: LOSS_LIMIT_KEYS[limit], value: toUsd(loss), max: toUsd(allowed) };
      return reject('PolicyLimitExceeded', operands);
    }
    return null;
  },
};
