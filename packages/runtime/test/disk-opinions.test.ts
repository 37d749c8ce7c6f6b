/** Three opinions of the disk, on their way to the mode of a whole runtime. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentMode } from '@holdfast/core/step';
import { monoMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import type { DiskMeasurement } from '../src/ports.ts';
import { createByteAccounting } from '../src/telemetry/byte-accounting.ts';
import { createDiskProbe } from '../src/telemetry/disk.ts';
import { combineOpinions } from '../src/telemetry/opinions.ts';
import { until } from './ledger-harness.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const clock = createClock();
const BUDGET = 1 << 20;

let folder = '';
let trader: Trader;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-opinions-'));
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    openLedger: openInMemory(clock),
    telemetry: { report: () => undefined },
  });
  await until(() => trader.isReady(), 'a market to trade in');
});

afterEach(async () => {
  await trader.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The mode right after the guard heard it: every other input is good. */
function modeAfter(measured: DiskMeasurement): ReturnType<typeof currentMode> {
  trader.runtime.post({ kind: 'diskMeasured', at: monoMs(clock.now()), ...measured });
  trader.runtime.post({ kind: 'ticked', at: monoMs(clock.now()) });
  return currentMode(trader.runtime.state);
}

describe('our own books', () => {
  it('alone over the kill mark take OPEN away and cannot say Kill', () => {
    const { mode, reasons } = modeAfter(combineOpinions(0.3, 0.3, 0.95));
    expect(mode).toBe('ReduceOnly');
    expect(reasons).toEqual(['REDUCEONLY_RISKSTATE_DEGRADED', 'REDUCEONLY_DISK_KILL_UNCONFIRMED']);
  });

  it('with one other opinion that agrees say Kill', () => {
    const agreeing = [
      [0.93, 0.3, 0.95],
      [0.3, 1, 0.95],
    ] as const;
    for (const [used, probed, counted] of agreeing) {
      expect(modeAfter(combineOpinions(used, probed, counted))).toEqual({
        mode: 'Kill',
        reasons: ['KILL_DISK_WATERMARK_KILL'],
      });
    }
  });

  it('over the degraded mark, or unheard, are ReduceOnly', () => {
    expect(modeAfter(combineOpinions(0.3, 0.3, 0.86)).reasons).toEqual([
      'REDUCEONLY_RISKSTATE_DEGRADED',
    ]);
    expect(modeAfter(combineOpinions(0.3, 0.3, null)).mode).toBe('ReduceOnly');
  });

  it('below the marks leave the mode and an order alone', async () => {
    expect(modeAfter(combineOpinions(0.3, 0.4, 0.84))).toEqual({ mode: 'Active', reasons: [] });
    trader.propose('9f1c2d3e-4b5a-4c6d-8e7f-000000000001', {});
    await until(() => trader.venue.placements.length === 1, 'an order');
  });
});

it('a run over its budget, measured for real, has lost OPEN and not more', async () => {
  const probe = createDiskProbe(
    folder,
    createByteAccounting({ folder, budgetBytes: BUDGET, counters: [] }),
  );
  const measured = (): Promise<DiskMeasurement> => new Promise((done) => probe.measure(done));
  const before = await measured();
  writeFileSync(join(folder, 'log'), Buffer.alloc(BUDGET, 1));
  const after = await measured();
  await probe.close();
  expect(after.used).toBe(1);
  expect(after.secondary).toBeLessThan(0.92);
  expect(before.used).toBeLessThan(0.92);
  expect(modeAfter(after).mode).toBe('ReduceOnly');
});
