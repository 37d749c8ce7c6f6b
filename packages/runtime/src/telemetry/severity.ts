import type { Decision } from '@holdfast/core';
import {
  CAUSE_REASONS,
  LATCH_REASONS,
  MODE_REASONS,
  REJECT_REASONS,
  type Reason,
} from '@holdfast/core/reasons';

export type LogLevel = 'info' | 'warn' | 'error';

const LEVEL_OF = { notice: 'info', warning: 'warn', critical: 'error' } as const;
const LEVELS: readonly LogLevel[] = ['info', 'warn', 'error'];

/** How loud a decision is said: as severe as the worst reason it names. */
export function levelOf(decision: Decision): LogLevel {
  switch (decision.kind) {
    case 'intentRejected':
      return worstOf(REJECT_REASONS, [decision.reject.code]);
    case 'modeChanged':
      return worstOf(MODE_REASONS, decision.reasons);
    case 'latchSet':
      return worstOf(LATCH_REASONS, decision.reasons);
    case 'riskStateChanged':
      return worstOf(CAUSE_REASONS, decision.causes);
    case 'reconciled':
      return decision.clean ? 'info' : 'warn';
    case 'anomaly':
    case 'fault':
    case 'orderAbandoned':
    case 'smileGuardTripped':
      return 'warn';
    case 'strategyFailed':
      return 'error';
    default:
      return 'info';
  }
}

/** A code nobody has a meaning for is as bad as it gets. */
function worstOf(reasons: Readonly<Record<string, Reason>>, codes: readonly string[]): LogLevel {
  let worst: LogLevel = 'info';
  for (const code of codes) {
    const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
    const level = reason === undefined ? 'error' : LEVEL_OF[reason.severity];
    if (LEVELS.indexOf(level) > LEVELS.indexOf(worst)) worst = level;
  }
  return worst;
}
