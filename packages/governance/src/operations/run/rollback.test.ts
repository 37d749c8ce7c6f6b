import { describe, expect, it } from 'vitest';
import {
  createBench,
  createLife,
  declare,
  eventsOf,
  payloadOf,
  portsOf,
  sealedOutcome,
} from './bench.fixture.ts';
import type { Bench } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import { stateOf } from './machine.ts';
import { resumeOperation } from './resume.ts';
import { rollBackOperation } from './rollback.ts';
import { runOperation } from './runner.ts';
import { snapshot } from './simulated-backend.fixture.ts';
import type { SimulatedFault } from './simulated-backend.fixture.ts';

async function succeeded(): Promise<{ readonly bench: Bench; readonly before: string }> {
  const bench = createBench(declare({ trading_impact: 'direct' }));
  const before = snapshot(bench.world);
  expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(0);
  return { bench, before };
}

function stateName({ records }: Bench): string {
  const fold = stateOf(records);
  return fold.ok ? fold.standing.state.name : fold.code;
}

describe('a success that is taken back later', () => {
  it('G-42 is undone in reverse order, amended, and still sealed as it was', async () => {
    const { bench, before } = await succeeded();
    const end = await rollBackOperation(portsOf(bench), 'the canary failed');
    expect(end).toMatchObject({ end: 'sealed', outcome: 'ROLLBACK' });
    expect(exitCodeOf(end)).toBe(1);
    expect(snapshot(bench.world)).toBe(before);
    expect(eventsOf(bench).slice(-7)).toEqual([
      'rollback_started',
      'undo 3 PASS',
      'undo 2 PASS',
      'undo 1 PASS',
      'verification rollback PASS',
      'rollback_finished',
      'amendment',
    ]);
    expect(sealedOutcome(bench)).toBe('SUCCESS');
    expect(payloadOf(bench, 'amendment')?.rollback_evidence).toHaveLength(6);
    expect(bench.locks).toMatchObject({ lease: null, latch: null, trading: null });
  });

  it('G-42 can be taken back once', async () => {
    const { bench } = await succeeded();
    await rollBackOperation(portsOf(bench), 'the canary failed');
    expect(await rollBackOperation(portsOf(bench), 'again')).toMatchObject({
      code: 'nothing_to_roll_back',
    });
  });

  it('O-08 killed at any call and resumed: put back, and amended once', async () => {
    for (let call = 1; ; call += 1) {
      const { bench, before } = await succeeded();
      const after = snapshot(bench.world);
      const life = createLife(call);
      await rollBackOperation(portsOf(bench, { life }), 'the canary failed').catch(() => null);
      await resumeOperation(portsOf(bench));
      const begun = eventsOf(bench).includes('rollback_started');
      expect(snapshot(bench.world)).toBe(begun ? before : after);
      expect(eventsOf(bench).filter((event) => event === 'amendment')).toHaveLength(begun ? 1 : 0);
      expect(stateName(bench)).toBe('SEALED');
      expect(bench.locks).toMatchObject({ lease: null, latch: null, trading: null });
      if (life.alive) break;
    }
  });

  it('O-07 and cannot be undone wholly: latched, exit 6, and not amended', async () => {
    const { bench } = await succeeded();
    const faultAt = (_: number, method: string): SimulatedFault | null =>
      method === 'restoreFile' ? 'refuse' : null;
    const end = await rollBackOperation(portsOf(bench, { faultAt }), 'the canary failed');
    expect(exitCodeOf(end)).toBe(6);
    expect(eventsOf(bench)).not.toContain('amendment');
    expect(bench.locks).toMatchObject({ trading: 'latched' });
    expect(bench.locks.latch).toMatch(/^undo_failed:2: /);
  });

  it('is refused where a later operation has touched the same', async () => {
    const { bench } = await succeeded();
    const after = snapshot(bench.world);
    const changed = { touchedSince: () => Promise.resolve('OPS-2026-03-01-002') };
    const end = await rollBackOperation(portsOf(bench, { changed }), 'the canary failed');
    expect(end).toMatchObject({ code: 'touched_since', detail: 'OPS-2026-03-01-002' });
    expect(snapshot(bench.world)).toBe(after);
    expect(bench.locks.lease).toBeNull();
  });

  it('is refused without approval, and on another host', async () => {
    const { bench } = await succeeded();
    const changed = { lacking: () => Promise.resolve('approval_missing' as const) };
    const end = await rollBackOperation(portsOf(bench, { changed }), 'the canary failed');
    expect(exitCodeOf(end)).toBe(3);
    expect(await rollBackOperation(portsOf(bench, { host: 'laptop' }), 'no')).toMatchObject({
      code: 'host_mismatch',
    });
  });

  it('is nothing for an operation that has not ended', async () => {
    const bench = createBench();
    expect(await rollBackOperation(portsOf(bench), 'no')).toMatchObject({
      code: 'nothing_to_roll_back',
      detail: 'the operation is VALIDATED',
    });
  });
});
