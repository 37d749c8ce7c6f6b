/**
 * P1-E: every gate speaks before anything is recorded, and the record is durable before anything is
 * sent (docs/intent_gate_invariants.md).
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GATES } from '../src/gates/gates.ts';
import { reject } from '../src/gates/reject.ts';
import { mintReceipt } from '../src/ledger/receipt.ts';
import type { IntentRecorded } from '../src/ledger/record.ts';
import { Desk } from './desk.ts';

afterEach(() => vi.restoreAllMocks());

const active = (): Desk => new Desk().boot();
const NAMES = GATES.map(({ name }) => name);

/** Every gate writes its name between the effects of the desk, and still decides. */
function watchGates(desk: Desk): void {
  desk.trail.length = 0;
  for (const gate of GATES) {
    const { check } = gate;
    vi.spyOn(gate, 'check').mockImplementation((context, candidate) => {
      desk.trail.push(gate.name);
      return check(context, candidate);
    });
  }
}

/** What a proposal could leave behind. */
function traces(desk: Desk): unknown {
  const { facts, observations } = desk.state;
  return structuredClone([
    desk.records,
    [...facts.orders],
    [...facts.positions],
    [...observations.pendingIntents],
    [...observations.pendingAttempts],
    observations.reservations.size,
    observations.rate.countWithin(60_000),
  ]);
}

describe('P1-E the order of gates and effects', () => {
  it('P1-E test_constraint_reject_gates_before_persist: gates, record, order', () => {
    const desk = active();
    watchGates(desk);
    desk.propose();
    const [beforeAppend, afterAppend] = split(desk.trail, 'append');
    expect(beforeAppend.filter((mark) => NAMES.includes(mark))).toEqual(NAMES);
    expect(beforeAppend).not.toContain('submit');
    expect(afterAppend.filter((mark) => NAMES.includes(mark))).toEqual([]);
    expect(afterAppend).toContain('submit');
    expect(desk.trail.filter((mark) => mark === 'append')).toHaveLength(1);
  });

  it('P1-E a close passes its own gates in the same order, before its record', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.tick(1_000);
    watchGates(desk);
    desk.proposeClose();
    const [beforeAppend, afterAppend] = split(desk.trail, 'append');
    const asked = beforeAppend.filter((mark) => NAMES.includes(mark));
    expect(asked).toEqual(NAMES.filter((name) => asked.includes(name)));
    expect(asked.length).toBeGreaterThan(5);
    expect(afterAppend.filter((mark) => NAMES.includes(mark))).toEqual([]);
  });

  it.each(GATES.map((gate) => [gate.name, gate] as const))(
    'P1-E test_constraint_approval_requires_all_gates_pass: %s alone refuses, and nothing stays',
    (name, gate) => {
      const desk = active();
      const before = traces(desk);
      watchGates(desk);
      vi.spyOn(gate, 'check').mockImplementation(() => {
        desk.trail.push(name);
        return reject('StrategySuspended', { strategyId: 'drill' });
      });
      desk.propose();
      expect(desk.refusals).toEqual(['StrategySuspended']);
      expect(desk.trail).toEqual([...NAMES.slice(0, NAMES.indexOf(name) + 1), 'report']);
      expect(traces(desk)).toEqual(before);
    },
  );

  it('P1-E test_constraint_wal_after_all_validation_gates: marker, then send', () => {
    const desk = active();
    desk.ledger = 'held';
    desk.trail.length = 0;
    desk.propose();
    expect(desk.trail).toEqual(['report', 'append']);
    expect(desk.submits).toEqual([]);
    desk.release();
    expect(desk.trail.filter((mark) => mark === 'submit')).toHaveLength(1);
  });

  it('P1-E an intent durable without its marker releases nothing', () => {
    const intent = recordedIntent();
    const desk = active();
    const receipt = mintReceipt(1, 90, 90, new Set());
    desk.post({ kind: 'recorded', records: [intent], receipt });
    expect(desk.state.facts.working.has(intent.terms.label)).toBe(true);
    expect(desk.submits).toEqual([]);
    for (let round = 0; round < 5; round += 1) desk.tick();
    expect(desk.submits).toEqual([]);
  });

  it('P1-E a marker without its intent releases nothing', () => {
    const { at, terms } = recordedIntent();
    const desk = active();
    const receipt = mintReceipt(1, 90, 90, new Set([terms.label]));
    const marker = { type: 'orderSending', at, label: terms.label } as const;
    desk.post({ kind: 'recorded', records: [marker], receipt });
    expect(desk.submits).toEqual([]);
  });

  it('P1-E a marker that was refused sends nothing, and no gate is asked again', () => {
    const desk = active();
    desk.ledger = 'write_failed';
    watchGates(desk);
    desk.propose();
    expect(desk.trail.filter((mark) => NAMES.includes(mark))).toEqual(NAMES);
    expect(desk.submits).toEqual([]);
  });
});

/** An admitted intent, as another desk recorded it. */
function recordedIntent(): IntentRecorded {
  const desk = active();
  desk.propose();
  const [intent] = desk.recordsOf('intentRecorded');
  if (intent === undefined) throw new Error('nothing was recorded');
  return intent;
}

function split(trail: readonly string[], mark: string): [string[], string[]] {
  const at = trail.indexOf(mark);
  if (at < 0) throw new Error(`no ${mark}`);
  return [trail.slice(0, at), trail.slice(at + 1)];
}
