/** `holdfast record` against the exchange as a process: a tape of what really came. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFrame, parseChannel } from '@holdfast/deribit/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExchangeProcess, startExchangeProcess } from '../src/run/exchange-process.ts';
import { holdfast, ROOT } from './start.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
let exchange: ExchangeProcess;

beforeAll(async () => {
  const started = await startExchangeProcess(ROOT, ['--market', 'calm', '--seed', '3']);
  if (!started.ok) throw new Error(started.detail);
  exchange = started.exchange;
});
afterAll(async () => {
  await exchange.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a tape', () => {
  it('has books, tickers and indexes of both coins, each a frame the protocol reads', async () => {
    const path = join(folder, 'tape.jsonl');
    const args = ['record', '--url', exchange.ready.ws, '--out', path, '--for', '4s', '--json'];
    const { code, out, err } = await holdfast(...args);
    expect([code, err]).toEqual([0, '']);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(out)).toMatchObject({ frames: lines.length, dropped: 0, sessions: 1 });
    const kinds = new Set<string>();
    for (const line of lines) {
      const { frame } = JSON.parse(line) as { frame: unknown };
      const parsed = parseFrame(JSON.stringify(frame));
      expect(parsed.kind).not.toBe('fault');
      if (parsed.kind !== 'notification') continue;
      const channel = parseChannel(parsed.channel);
      expect(channel).not.toBeNull();
      kinds.add(channel?.kind ?? 'unknown');
    }
    expect([...kinds]).toEqual(expect.arrayContaining(['book', 'ticker', 'index_price']));
    expect([...kinds].filter((kind) => kind.startsWith('user'))).toEqual([]);
  });

  it('is not written over, and nobody there is an answer of 1', async () => {
    const taken = join(folder, 'tape.jsonl');
    const again = await holdfast('record', '--url', exchange.ready.ws, '--out', taken);
    expect(again.code).toBe(2);
    expect(again.err).toContain('tape.jsonl');
    const nobody = ['--url', 'ws://127.0.0.1:9/ws/api/v2', '--for', '1s'];
    const alone = await holdfast('record', ...nobody, '--out', join(folder, 'none.jsonl'));
    expect(alone.code).toBe(1);
    expect(alone.out).toContain('0 frames');
  });
});
