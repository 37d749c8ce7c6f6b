import type { Decision } from '@holdfast/core';
import { groupId, monoMs } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { TransitionLog } from './transition-log.ts';

type Said = Decision extends infer D ? (D extends Decision ? Omit<D, 'at'> : never) : never;

const pair = groupId('a608f412-9ee3-4ac7-9378-2c2fbde0508a');
const moved = (state: 'MixedFailed' | 'Flattening' | 'Flattened', cause: 'leg_failed' | 'closed') =>
  ({ kind: 'groupMoved', groupId: pair, state, cause }) as const;
const risk = (...causes: readonly string[]) =>
  ({ kind: 'riskStateChanged', riskState: 'Degraded', causes }) as const;
const DEGRADED = ['REDUCEONLY_RISKSTATE_DEGRADED'] as const;

function logOf(...said: readonly Said[]): TransitionLog {
  const log = new TransitionLog();
  for (const [index, each] of said.entries()) {
    const at = monoMs(1_000 * index);
    log.saw({ at, ...each }, at);
  }
  return log;
}

it('a change names the causes of the risk state, and the pair that broke', () => {
  const [change] = logOf(moved('MixedFailed', 'leg_failed'), risk('mixed_failed_group'), {
    kind: 'modeChanged',
    from: 'Active',
    to: 'ReduceOnly',
    reasons: DEGRADED,
    details: ['risk_state Degraded'],
  }).all;
  expect(change?.causes).toEqual([
    expect.stringMatching(/\(mixed_failed_group\); pair a608f412 MixedFailed \(leg_failed\)$/),
  ]);
  expect(change?.ended).toEqual([]);
});

it('a change back names what ended: reason, cause and pair, and each of them once', () => {
  const back = { kind: 'modeChanged', from: 'ReduceOnly', to: 'Active', details: [] } as const;
  const log = logOf(
    moved('MixedFailed', 'leg_failed'),
    risk('mixed_failed_group'),
    { kind: 'modeChanged', from: 'Active', to: 'ReduceOnly', reasons: DEGRADED, details: [] },
    moved('Flattening', 'closed'),
    moved('Flattened', 'closed'),
    risk(),
    { ...back, reasons: [] },
    { ...back, reasons: [] },
  );
  expect(log.all[1]?.ended).toEqual([
    expect.stringMatching(/^REDUCEONLY_RISKSTATE_DEGRADED: /),
    expect.stringMatching(/^mixed_failed_group: /),
    'pair a608f412 Flattened (closed)',
  ]);
  expect(log.all[2]?.ended).toEqual([]);
});

it('keeps the last 64 changes, and takes no code for a cause that is none', () => {
  const change = { kind: 'modeChanged', from: 'Active', to: 'Kill', reasons: [], details: [] };
  const log = logOf(risk('nonsense'), ...Array.from({ length: 70 }, () => change as Said));
  expect(log.all).toHaveLength(64);
  expect(log.all.every(({ causes }) => causes.length === 0)).toBe(true);
});
