/** `holdfast start` to its end: what is held is closed, bad input refused, real chains trade. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endAll, judge, ROOT, startTrading } from './start.fixture.ts';

afterAll(endAll);

describe('--flatten', () => {
  it('closes what is held before the end', async () => {
    const trading = await startTrading(
      '--market',
      'calm',
      '--seed',
      '1',
      '--flatten',
      '--for',
      '25s',
    );
    const { code } = await trading.ended;
    expect(code).toBe(0);
    const report = trading.report();
    judge(report);
    expect(report.fills).toBeGreaterThan(1);
    expect(report.open_positions).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    [['--market', 'nonsense'], 'nonsense'],
    [['--market', 'chain:/nowhere'], '/nowhere'],
    [['--policy', '/nowhere/policy.json'], '/nowhere/policy.json'],
    [['--for', 'soon'], 'duration'],
  ])(
    '%j is refused with its place and exit 2',
    async (args, words) => {
      const trading = await startTrading(...args);
      const ended = await trading.ended;
      expect(ended.code).toBe(2);
      expect(ended.err).toContain(words);
      expect(ended.out).not.toContain('Trading run');
    },
    30_000,
  );
});

const DATA = process.env['HOLDFAST_DATA'];
const chain = DATA === undefined || DATA === '' ? null : resolve(ROOT, DATA, 'option-chain');
const present = chain !== null && existsSync(chain);
if (!present)
  console.log('skipped: recorded chains (HOLDFAST_DATA names no folder with option-chain)');

it('recorded chains are there when they are required', () => {
  expect(present || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(!present)('an engine on recorded chains', () => {
  it('takes real instruments over the wire, to a fill', async () => {
    const trading = await startTrading(
      '--market',
      `chain:${chain ?? ''}`,
      '--seed',
      '1',
      '--for',
      '40s',
    );
    const { code } = await trading.ended;
    expect(code).toBe(0);
    const report = trading.report();
    judge(report);
    expect(report.clock).toBe('real, shifted to the recording');
    expect(report.market).toMatchObject({ data: 'recorded' });
    expect(report.instruments.by_underlying['BTC']).toBeGreaterThan(500);
    expect(report.instruments.by_underlying['ETH']).toBeGreaterThan(500);
    expect(report.instruments.unsupported).toBeGreaterThanOrEqual(0);
    expect(report.orders_filled).toBeGreaterThan(0);
  });
});
