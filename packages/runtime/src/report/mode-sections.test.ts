import { expect, it } from 'vitest';
import { modeSections } from './mode-sections.ts';
import type { ReasonSpan } from './reason-log.ts';

const LOSS: ReasonSpan = {
  kind: 'cause',
  code: 'daily_loss',
  meaning: 'The day has lost too much.',
  clears: 'An operator resets it.',
  from: 61_000,
  until: null,
  began: 'daily_loss, last seen 0 ms ago',
  last: 'daily_loss, last seen 9 ms ago',
  target: 'below its limit',
};

const NONE = { reasons: [], details: [], causes: [] };

it('a change says from, to, every reason in words, its figures, and what ends what stands', () => {
  const text = modeSections({
    began_at: 1_000,
    trading_mode: 'ReduceOnly',
    mode_details: ['risk_state Degraded'],
    mode_changes: [
      { at: 4_000, from: 'ReduceOnly', to: 'Active', ...NONE, ended: ['ws_data_stale: A.'] },
      {
        at: 61_000,
        from: 'Active',
        to: 'ReduceOnly',
        reasons: ['REDUCEONLY_RISKSTATE_DEGRADED'],
        details: ['risk_state Degraded'],
        causes: ['The day has lost too much. (daily_loss)'],
        ended: [],
      },
    ],
    reasons: [{ ...LOSS, code: 'ws_data_stale', from: 2_000, until: 4_000 }, LOSS],
  }).join('\n');
  expect(text).toContain(
    '- 3.0 s: ReduceOnly to Active, nothing holds it down any more\n  - over: ws_data_stale: A.',
  );
  expect(text).toContain('  - The day has lost too much. (daily_loss)\n  - risk_state Degraded');
  expect(text).toContain('- 60.0 s: Active to ReduceOnly\n  - Something in the system is not');
  expect(text).toContain('ws_data_stale, 1.0 s to 3.0 s:');
  expect(text).toContain(
    '  - ended when: An operator resets it.\n- daily_loss, 60.0 s to the end:',
  );
  expect(text).toContain('ends when: An operator resets it. Must be: below its limit');
  expect(text).toContain('figure by figure:\n\n- risk_state Degraded');
});

it('a mode that never changed is told as one', () => {
  const quiet = { began_at: 0, trading_mode: 'Kill', mode_details: [], mode_changes: [] };
  expect(modeSections({ ...quiet, reasons: [] })).toContain('- it stayed Kill');
});
