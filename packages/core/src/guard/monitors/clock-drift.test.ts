import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../policy-defaults.ts';
import { monoMs } from '../../values/index.ts';
import { clockFindings, type ClockReading } from './clock-drift.ts';

const NOW = monoMs(1_000_000);
const SAMPLED = monoMs(NOW - 60_000);
/** Everything at its limit: 50 ms of drift, 60 s old. */
const READING: ClockReading = { at: SAMPLED, driftMs: 50, sampledAt: SAMPLED, chrony: 'absent' };

const finding = (parts: object) => ({
  figure: 'drift_ms',
  standing: 'breached',
  value: 50,
  subject: null,
  asks: 'ReduceOnly',
  unit: 'ms',
  limit: 50,
  since: SAMPLED,
  clearsAt: null,
  clears: 'a fresh measurement of at most 50 ms',
  ...parts,
});
const chrony = (parts: object) => finding({ figure: 'chrony_drift_ms', ...parts });

it.each([
  ['at its limits', {}, []],
  ['as far behind', { driftMs: -50 }, []],
  ['AT-314 a millisecond over', { driftMs: 51 }, [finding({ value: 51 })]],
  ['AT-314 a millisecond over, behind', { driftMs: -51 }, [finding({ value: -51 })]],
  ['no sample', { driftMs: null }, [finding({ standing: 'missing', value: null })]],
  ['no number', { driftMs: Number.NaN }, [finding({ standing: 'missing', value: null })]],
  [
    'an old measurement',
    { at: monoMs(SAMPLED - 1) },
    [finding({ standing: 'stale', limit: 60_000 })],
  ],
  [
    'an old sample',
    { sampledAt: monoMs(SAMPLED - 1) },
    [finding({ standing: 'stale', limit: 60_000, since: SAMPLED - 1 })],
  ],
  [
    'no time of a sample',
    { sampledAt: null },
    [finding({ standing: 'stale', limit: 60_000, since: null })],
  ],
  [
    'old is not said to be wrong as well',
    { at: monoMs(SAMPLED - 1), driftMs: 51 },
    [finding({ standing: 'stale', limit: 60_000, value: 51 })],
  ],
  ['D-18 a second opinion at its limits', { driftMs: 0, chrony: { driftMs: -50 } }, []],
  ['D-18 the other way', { driftMs: 0, chrony: { driftMs: 50 } }, []],
  [
    'D-18 a second opinion of more',
    { driftMs: 10, chrony: { driftMs: 51 } },
    [chrony({ value: 51 })],
  ],
  ['D-18 of less', { driftMs: -10, chrony: { driftMs: -51 } }, [chrony({ value: -51 })]],
  ['D-18 one that disagrees', { driftMs: 20, chrony: { driftMs: -31 } }, [chrony({ value: -31 })]],
  ['D-18 one as far off as may be', { driftMs: 20, chrony: { driftMs: -30 } }, []],
  [
    'D-18 a silent one',
    { driftMs: 0, chrony: 'silent' },
    [chrony({ standing: 'missing', value: null })],
  ],
  [
    'D-18 one that says no number',
    { driftMs: 0, chrony: { driftMs: Number.NaN } },
    [chrony({ standing: 'missing', value: null })],
  ],
  [
    'both are said',
    { driftMs: 60, chrony: { driftMs: 60 } },
    [finding({ value: 60 }), chrony({ value: 60 })],
  ],
] as const)('%s', (_, parts, expected) => {
  expect(clockFindings({ ...READING, ...parts }, DEFAULT_PARAMETERS, NOW)).toEqual(expected);
});

it('a clock nobody has measured is not trusted', () => {
  expect(clockFindings(null, DEFAULT_PARAMETERS, NOW)).toEqual([
    finding({ standing: 'missing', value: null, since: null }),
  ]);
});
