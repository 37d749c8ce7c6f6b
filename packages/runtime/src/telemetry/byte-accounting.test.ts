import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createByteAccounting } from './byte-accounting.ts';

const BUDGET = 1 << 20;
const QUARTER = BUDGET / 4;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bytes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fill = (name: string, bytes: number): void =>
  writeFileSync(join(folder, name), Buffer.alloc(bytes, 1));

it('is the share of the budget that lies in the folder, however deep', async () => {
  const share = createByteAccounting({ folder, budgetBytes: BUDGET, counters: [] });
  expect(await share()).toBe(0);
  mkdirSync(join(folder, 'ledger', 'deep'), { recursive: true });
  fill('ledger/deep/segment', QUARTER);
  fill('log', QUARTER);
  expect(await share()).toBeCloseTo(0.5, 2);
});

it('counts what the writers say they wrote, also when it is not to be found', async () => {
  fill('before', QUARTER);
  let written = 1_000;
  const counters = [() => written, () => 0];
  const share = createByteAccounting({ folder, budgetBytes: BUDGET, counters });
  expect(await share()).toBeCloseTo(0.25, 2);
  written += QUARTER;
  expect(await share()).toBeCloseTo(0.5, 2);
  rmSync(join(folder, 'before'));
  expect(await share()).toBeCloseTo(0.5, 2);
  written += BUDGET;
  expect(await share()).toBe(1);
});

it('has no opinion where it cannot look, or is told nonsense', async () => {
  const gone = join(folder, 'gone');
  expect(await createByteAccounting({ folder: gone, budgetBytes: 1, counters: [] })()).toBeNull();
  for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    const counters = [() => nonsense];
    expect(await createByteAccounting({ folder, budgetBytes: 1, counters })()).toBeNull();
  }
});
