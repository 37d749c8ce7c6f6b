import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DiskMeasurement } from '../ports.ts';
import { createDiskProbe } from './disk.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function measured(probe: ReturnType<typeof createDiskProbe>): Promise<DiskMeasurement> {
  return new Promise((done) => probe.measure(done));
}

it('gives two opinions, both shares, the second never below the first', async () => {
  const probe = createDiskProbe(folder);
  const { used, secondary } = await measured(probe);
  for (const share of [used, secondary]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
  // What is kept for the system counts as not ours.
  expect(secondary).toBeGreaterThanOrEqual(used ?? 1);
  await probe.close();
});

it('has no second opinion where it cannot write, and no first where there is nothing', async () => {
  const probe = createDiskProbe(join(folder, 'missing'));
  expect(await measured(probe)).toEqual({ used: null, secondary: null });
  await probe.close();
});

it('does not queue behind itself', async () => {
  const probe = createDiskProbe(folder);
  const first = measured(probe);
  expect(await measured(probe)).toEqual({ used: null, secondary: null });
  expect((await first).used).not.toBeNull();
  await probe.close();
});

it('leaves one page behind and nothing more, and measures again after it was closed', async () => {
  const probe = createDiskProbe(folder);
  await measured(probe);
  await measured(probe);
  await probe.close();
  expect(readdirSync(folder)).toEqual(['.disk-probe']);
  expect((await measured(probe)).secondary).not.toBeNull();
  await probe.close();
});
