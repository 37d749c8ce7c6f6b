/** A run that ended on a broken invariant: its replay breaks on the same event, in its words. */
import type { Event } from '@holdfast/core';
import { createState, resume } from '@holdfast/core/step';
import { monoMs, runId } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../src/ledger/index.ts';
import { Loop } from '../src/loop.ts';
import { memorySource, recordTurns, type Replay, replayTape } from '../src/replay/index.ts';
import { edited } from './tape-edit.ts';

const NOW = 1_790_000_000_000;
const SESSION = {
  buildId: 'b',
  runtimeConfigHash: 'c',
  contractVersion: '5.2',
  runId: runId('r'),
  enforcedProfile: 'CSP',
  realMoney: false,
  needsSupervisor: false,
  settleMs: 0,
  tickIntervalMs: 100,
  reconcileIntervalMs: 10_000,
} as const;
/** Of another build, say: this core knows no such kind. */
const impossible = { kind: 'nonsense', at: monoMs(NOW + 1) } as never as Event;

async function brokenRun(): Promise<{ tape: Buffer; message: string }> {
  const state = createState(SESSION);
  const resumption = resume(state, monoMs(NOW), 1);
  const memory = recordTurns();
  const ledger = { records: 0, head: '0'.repeat(64) };
  const opening = { session: SESSION, epoch: 1, ledger, resumedAt: NOW, resumption };
  const tape = await memory.open(opening);
  let message = '';
  const loop = new Loop({
    state,
    clock: { now: () => NOW, wake: () => undefined },
    inboxCapacity: 8,
    perform: () => undefined,
    tape,
    onFatal: (error) => {
      message = error.message;
    },
  });
  loop.post({ kind: 'heartbeatObserved', at: monoMs(NOW) });
  loop.post(impossible);
  await tape.close();
  return { tape: memory.bytes(), message };
}

function replayOf(tape: Buffer): Replay {
  return replayTape({ tape: memorySource(tape), ledger: new MemoryDisk() });
}

describe('a broken invariant', () => {
  it('breaks again on the same event', async () => {
    const { tape, message } = await brokenRun();
    expect(message).not.toBe('');
    expect(replayOf(tape)).toMatchObject({ verdict: 'equal', events: 2 });
  });

  it('is a difference where the recorded core did not break', async () => {
    const { tape, message } = await brokenRun();
    const calm = edited(tape, ({ turns, end }) => {
      turns.push({ event: impossible, effects: [] });
      expect(end).toEqual({ turns: 2, lost: 0 });
    });
    expect(replayOf(calm)).toMatchObject({
      verdict: 'different',
      difference: { what: 'violation', event: 2, actual: expect.stringContaining(message) },
    });
  });
});
