import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '@holdfast/core';
import { monoMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DecisionEntry, openDecisionLog, readDecisionLog } from './decision-log.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-decisions-'));
  path = join(folder, 'log', 'decisions.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fault = (subject: string): Decision => ({
  kind: 'fault',
  at: monoMs(1_790_000_000_000),
  fault: 'x',
  subject,
});

async function entries(): Promise<DecisionEntry[]> {
  const found: DecisionEntry[] = [];
  for await (const entry of readDecisionLog(readFileSync(path, 'utf8').split('\n')))
    found.push(entry);
  return found;
}

describe('decision log', () => {
  it('keeps decisions in order, numbered, across runs', async () => {
    for (const runId of ['one', 'two']) {
      const log = await openDecisionLog({ path, runId, capacity: 100 });
      for (const subject of ['a', 'b', 'c']) log.report(fault(subject), 7);
      await log.close();
    }
    const found = await entries();
    expect(
      found.map((entry) =>
        entry.kind === 'decision' ? [entry.runId, entry.sequence, entry.at] : [],
      ),
    ).toEqual([
      ['one', 1, 7],
      ['one', 2, 7],
      ['one', 3, 7],
      ['two', 1, 7],
      ['two', 2, 7],
      ['two', 3, 7],
    ]);
    expect(found[1]).toMatchObject({ decision: { kind: 'fault', subject: 'b' } });
  });

  it('says how many it dropped where it did, and holds no more than its capacity', async () => {
    const log = await openDecisionLog({ path, runId: 'r', capacity: 4 });
    for (let index = 1; index <= 10; index += 1) {
      log.report(fault(String(index)), 0);
      expect(log.telemetry().depth).toBeLessThanOrEqual(4);
    }
    expect(log.telemetry()).toMatchObject({ depth: 4, dropped: 6 });
    while (log.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
    log.report(fault('11'), 0);
    await log.close();
    const found = await entries();
    expect(found.map(({ kind }) => kind)).toEqual([
      'decision',
      'decision',
      'decision',
      'decision',
      'gap',
      'decision',
    ]);
    expect(found[4]).toEqual({ kind: 'gap', runId: 'r', sequence: 5, count: 6, declared: true });
    expect(found[5]).toMatchObject({ sequence: 11 });
  });

  it('closes with the gap still open', async () => {
    const log = await openDecisionLog({ path, runId: 'r', capacity: 1 });
    log.report(fault('1'), 0);
    log.report(fault('2'), 0);
    await log.close();
    log.report(fault('3'), 0);
    expect((await entries()).at(-1)).toMatchObject({ kind: 'gap', sequence: 2, count: 1 });
    expect(log.telemetry().dropped).toBe(2);
  });

  it('reports numbers nobody declared, and lines nobody can read', async () => {
    const log = await openDecisionLog({ path, runId: 'r', capacity: 100 });
    for (const subject of ['1', '2', '3']) log.report(fault(subject), 0);
    await log.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], lines[2], lines[1]?.slice(0, 30), lines[2]].join('\n'));
    expect(await entries()).toMatchObject([
      { kind: 'decision', sequence: 1 },
      { kind: 'gap', sequence: 2, count: 1, declared: false },
      { kind: 'decision', sequence: 3 },
      { kind: 'unreadable', line: 3 },
      { kind: 'unreadable', line: 4 },
    ]);
  });

  it('keeps a torn last line from swallowing the next run', async () => {
    const first = await openDecisionLog({ path, runId: 'one', capacity: 100 });
    first.report(fault('1'), 0);
    await first.close();
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -20));
    const second = await openDecisionLog({ path, runId: 'two', capacity: 100 });
    second.report(fault('1'), 0);
    await second.close();
    expect(await entries()).toMatchObject([
      { kind: 'unreadable', line: 1 },
      { kind: 'decision', runId: 'two', sequence: 1 },
    ]);
  });
});
