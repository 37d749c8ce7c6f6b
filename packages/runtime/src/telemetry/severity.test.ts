import type { Decision } from '@holdfast/core';
import { expect, it } from 'vitest';
import { levelOf } from './severity.ts';

it.each([
  [{ kind: 'intentRejected', reject: { code: 'NetEdgeTooLow' } }, 'info'],
  [{ kind: 'intentRejected', reject: { code: 'InstrumentMetadataMissing' } }, 'warn'],
  [{ kind: 'intentRejected', reject: { code: 'Nobody knows' } }, 'error'],
  [{ kind: 'modeChanged', reasons: [] }, 'info'],
  [{ kind: 'modeChanged', reasons: ['REDUCEONLY_BUNKER_MODE_ACTIVE'] }, 'warn'],
  [
    { kind: 'modeChanged', reasons: ['KILL_MARGIN_MM_UTIL_CRITICAL', 'KILL_RISKSTATE_KILL'] },
    'error',
  ],
  [{ kind: 'riskStateChanged', causes: ['operator_kill'] }, 'error'],
  [{ kind: 'riskStateChanged', causes: [] }, 'info'],
  [{ kind: 'latchSet', reasons: ['__proto__'] }, 'error'],
  [{ kind: 'reconciled', clean: true }, 'info'],
  [{ kind: 'reconciled', clean: false }, 'warn'],
  [{ kind: 'strategyFailed' }, 'error'],
  [{ kind: 'intentAdmitted' }, 'info'],
])('%j is said at %s', (decision, level) => {
  expect(levelOf(decision as unknown as Decision)).toBe(level);
});
