import { expect, it } from 'vitest';
import { monoMs } from '../../values/index.ts';
import { type MonitorFinding, NO_FINDINGS, sayFinding } from './finding.ts';

const NOW = monoMs(1_000_000);
const FINDING: MonitorFinding = {
  figure: 'depth_topN',
  subject: 'BTC-PERPETUAL',
  standing: 'breached',
  asks: 'ReduceOnly',
  value: 299_990.123_45,
  limit: 300_000.000_04,
  unit: 'USD',
  since: monoMs(NOW - 3_249),
  clearsAt: null,
  clears: 'more depth',
};

const name = 'depth_topN BTC-PERPETUAL';
const rest = 'since 3.2 s: asks ReduceOnly; clears: more depth';

it.each([
  ['a figure over its line', {}, `${name} 299990.1235 USD against 300000 USD, breached ${rest}`],
  [
    'one of the whole connection',
    { subject: null },
    `depth_topN 299990.1235 USD against 300000 USD, breached ${rest}`,
  ],
  [
    'one without end',
    { value: Number.POSITIVE_INFINITY },
    `${name} without end USD against 300000 USD, breached ${rest}`,
  ],
  ['one that is unknown', { value: null }, `${name} unknown against 300000 USD, breached ${rest}`],
  ['one that is missing', { standing: 'missing' }, `${name} has no reading, missing ${rest}`],
  [
    'one that is stale',
    { standing: 'stale', value: 5, limit: 5_000 },
    `${name} older than 5000 ms, last 5 USD, stale ${rest}`,
  ],
  [
    'one that is stale and was never read',
    { standing: 'stale', value: null, limit: 5_000 },
    `${name} older than 5000 ms, last unknown, stale ${rest}`,
  ],
  [
    'one that cools down',
    { standing: 'cooling', clearsAt: monoMs(NOW + 61_160) },
    `${name} 299990.1235 USD against 300000 USD, cooling ${rest}, 61.2 s left`,
  ],
  [
    'a time that is over is never less than none',
    { clearsAt: monoMs(NOW - 1), since: monoMs(NOW + 1) },
    `${name} 299990.1235 USD against 300000 USD, breached since 0 s: asks ReduceOnly; ` +
      'clears: more depth, 0 s left',
  ],
  [
    'one nobody saw begin',
    { since: null, asks: 'nothing yet' },
    `${name} 299990.1235 USD against 300000 USD, breached since the start: asks nothing yet; ` +
      'clears: more depth',
  ],
] as const)('%s', (_, parts, said) => {
  expect(sayFinding({ ...FINDING, ...parts }, NOW)).toBe(said);
});

it('nothing found is one list that nobody can change', () => {
  expect([NO_FINDINGS, Object.isFrozen(NO_FINDINGS)]).toEqual([[], true]);
});
