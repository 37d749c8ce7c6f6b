import { type Effect, type Event, InvariantViolation } from '@holdfast/core';
import { createState, type State } from '@holdfast/core/step';
import { mintReceipt } from '@holdfast/core/ledger-receipt';
import { monoMs, runId } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { Loop, type LoopOptions } from './loop.ts';

const clock = { now: () => 1_000, wake: () => undefined };

function state(): State {
  return createState({
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
  });
}

interface Rig {
  readonly loop: Loop;
  readonly seen: Event['kind'][];
  readonly performed: Effect[];
  readonly fatal: InvariantViolation[];
}

function rig(over: Partial<LoopOptions> = {}): Rig {
  const seen: Event['kind'][] = [];
  const performed: Effect[] = [];
  const fatal: InvariantViolation[] = [];
  const loop = new Loop({
    state: state(),
    clock,
    inboxCapacity: 8,
    perform: (effect) => performed.push(effect),
    onEvent: (event) => seen.push(event.kind),
    onFatal: (error) => fatal.push(error),
    ...over,
  });
  return { loop, seen, performed, fatal };
}

const tick: Event = { kind: 'ticked', at: monoMs(1_000) };
const beat: Event = { kind: 'heartbeatObserved', at: monoMs(1_000) };
/** A marker for an intent that was never recorded: nothing can bring the core to ask for this. */
const impossible: Event = {
  kind: 'recorded',
  at: monoMs(1_000),
  records: [{ type: 'nonsense' } as never],
  receipt: mintReceipt(1, 1, 1, new Set()),
};

describe('the hot loop', () => {
  it('performs what an event asks for before it takes the next one', () => {
    const order: string[] = [];
    const { loop } = rig({
      onEvent: (event) => order.push(event.kind),
      perform: (effect) => {
        order.push(effect.kind);
        if (effect.kind === 'wake') loop.post(beat);
      },
    });
    loop.post(tick);
    expect(order.at(0)).toBe('ticked');
    expect(order.indexOf('heartbeatObserved')).toBe(order.length - 1);
  });

  it('says how many events it lost when its inbox was full, and goes on', () => {
    let flooded = false;
    const { loop, seen, performed } = rig({
      perform: (effect) => {
        performed.push(effect);
        if (flooded) return;
        flooded = true;
        for (let count = 0; count < 20; count += 1) loop.post(beat);
      },
    });
    loop.post(tick);
    expect(seen.filter((kind) => kind === 'heartbeatObserved')).toHaveLength(8);
    expect(seen).toContain('faultObserved');
    const said = performed.flatMap((each) => (each.kind === 'report' ? [each.decision] : []));
    expect(said).toContainEqual(
      expect.objectContaining({ kind: 'fault', fault: 'inbox_overflow', subject: '12' }),
    );
  });

  it('a broken invariant ends it: nothing more is taken in', () => {
    const { loop, seen, fatal } = rig();
    loop.post(impossible);
    expect(fatal).toHaveLength(1);
    expect(loop.isRunning).toBe(false);
    const before = seen.length;
    loop.post(tick);
    expect(seen).toHaveLength(before);
  });

  it('an error that is no invariant is not swallowed, and ends it too', () => {
    const { loop } = rig({
      perform: () => {
        throw new TypeError('a port broke');
      },
    });
    expect(() => loop.post(tick)).toThrow('a port broke');
    expect(loop.isRunning).toBe(false);
  });
});

describe('the tape of a loop', () => {
  const told: string[] = [];
  const tape = {
    heard: (event: Event) => told.push(`heard ${event.kind}`),
    answered: (effects: readonly Effect[]) => told.push(`answered ${effects.length}`),
    broke: (message: string) => told.push(`broke ${message}`),
    close: () => Promise.resolve(),
  };

  it('hears an event before the core does, and the answer when it is on its way', () => {
    told.length = 0;
    const { loop } = rig({ tape, perform: ({ kind }) => told.push(`performed ${kind}`) });
    loop.post(tick);
    expect(told[0]).toBe('heard ticked');
    expect(told.filter((line) => line.startsWith('performed')).length).toBeGreaterThan(0);
    expect(told.at(-1)).toBe(`answered ${told.length - 2}`);
  });

  it('hears that the core broke, and no answer', () => {
    told.length = 0;
    const { loop, fatal } = rig({ tape });
    loop.post(impossible);
    expect(told).toEqual(['heard recorded', `broke ${fatal[0]?.message}`]);
  });

  it('has the answer of a turn whose performance failed', () => {
    told.length = 0;
    const { loop } = rig({
      tape,
      perform: () => {
        throw new Error('the shell broke');
      },
    });
    expect(() => loop.post(tick)).toThrow('the shell broke');
    expect(told.map((line) => line.split(' ')[0])).toEqual(['heard', 'answered', 'broke']);
  });
});
