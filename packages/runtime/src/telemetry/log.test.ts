import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '@holdfast/core';
import { monoMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecret } from '../config/index.ts';
import { openRunLog, type RunLog, type RunLogOptions } from './log.ts';
import { redact } from './redact.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const begin = (more: Partial<RunLogOptions> = {}): Promise<RunLog> =>
  openRunLog({ path, runId: 'run-7', secrets: [], ...more });

function lines(file = path): readonly Record<string, unknown>[] {
  const text = readFileSync(file, 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

const ID = '9f1c2d3e-4b5a-4c6d-8e7f-000000000001:0';
const REFUSED = {
  kind: 'intentRejected',
  at: monoMs(7),
  intentId: ID,
  strategyId: 'drill',
  reject: { code: 'NetEdgeTooLow', operands: { edge: 1 } },
  gateTrace: ['classified'],
} as unknown as Decision;

describe('a line', () => {
  it('says when, which run, how loud, what, and about which intent', async () => {
    const log = await begin();
    log.report(REFUSED);
    log.write('error', 'watchdogDied', { pid: 4 });
    await log.close();
    expect(lines()).toMatchObject([
      {
        level: 'info',
        run_id: 'run-7',
        event: 'intentRejected',
        intent_id: ID,
        strategy_id: 'drill',
        core_ts_ms: 7,
        reject: { code: 'NetEdgeTooLow', operands: { edge: 1 } },
      },
      { level: 'error', run_id: 'run-7', event: 'watchdogDied', pid: 4 },
    ]);
    expect(lines()[0]).not.toHaveProperty('gateTrace');
    expect(Math.abs(Number(lines()[0]?.['ts']) - Date.now())).toBeLessThan(60_000);
    expect(log.telemetry().bytes).toBe(statSync(path).size);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('below the minimum is not written', async () => {
    const log = await begin({ minimum: 'warn' });
    log.report(REFUSED);
    await log.close();
    expect(lines()).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no line: not by name, not by value, not inside a text', async () => {
    const value = 'hunter2"hunter2';
    const log = await begin({ secrets: [value] });
    log.write('info', 'a', {
      client_secret: 'abc-1',
      access_token: 'abc-2',
      deep: { apiKey: 'abc-3' },
    });
    log.write('info', 'b', { detail: `refused with ${value}`, list: [value], [value]: 1 });
    log.write('warn', 'c', { key: createSecret(value), error: new Error(`no ${value}`) });
    log.report({ kind: 'fault', at: monoMs(1), fault: value, subject: null });
    await log.close();
    const text = readFileSync(path, 'utf8');
    for (const part of ['abc-', 'hunter2']) expect(text).not.toContain(part);
    expect(lines()).toHaveLength(4);
    expect(lines()[0]).toMatchObject({ client_secret: '[secret]', deep: { apiKey: '[secret]' } });
  });

  it('and nothing deep or long gets through either', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[deeper]');
    expect(redact(Array.from({ length: 101 }, () => 1n))).toContain('[1 more]');
  });
});

describe('bounds', () => {
  it('drops what finds no room, and says so where it is missing', async () => {
    const log = await begin({ capacity: 3 });
    for (let n = 1; n <= 10; n += 1) log.write('info', `e${n}`);
    expect(log.telemetry()).toMatchObject({ depth: 3, dropped: 7 });
    while (log.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
    log.write('info', 'last');
    await log.close();
    expect(lines().map(({ event, dropped }) => dropped ?? event)).toEqual([
      'e1',
      'e2',
      'e3',
      7,
      'last',
    ]);
  });

  it('begins a new file when one is full, and keeps no more than it may', async () => {
    const log = await begin({ maxBytes: 400, keep: 2 });
    for (let n = 1; n <= 40; n += 1) {
      log.write('info', `event-${n}`);
      while (log.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close();
    expect(lines().at(-1)).toMatchObject({ event: 'event-40' });
    for (const file of [path, `${path}.1`, `${path}.2`]) {
      expect(statSync(file).size).toBeLessThanOrEqual(400);
    }
    expect(existsSync(`${path}.3`)).toBe(false);
    const order = [`${path}.2`, `${path}.1`, path].flatMap((file) => lines(file));
    const numbers = order.map(({ event }) => Number(String(event).split('-')[1]));
    expect(numbers).toEqual(numbers.map((_, index) => 41 - numbers.length + index));
  });

  it('survives a disk that takes nothing: lines are lost, counted, and later said', async () => {
    const log = await begin({ maxBytes: 1, keep: 1 });
    log.write('info', 'one');
    while (log.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
    rmSync(folder, { recursive: true, force: true });
    log.write('info', 'two');
    while (log.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(log.telemetry().dropped).toBe(1);
    await log.close();
  });
});
