/**
 * P1-E: every gate speaks before anything is recorded, and the record is durable before anything is
 * sent (docs/intent_gate_invariants.md).
 */
import { describe, expect, it } from 'vitest';
import { GATES } from '../src/gates/gates.ts';
import { mintReceipt } from '../src/ledger/receipt.ts';
import type { IntentRecorded } from '../src/ledger/record.ts';
import { Desk } from './desk.ts';
import { callsOf, CLASSES, declaredGates, isGate, stoppedAt, watched } from './gate-calls.ts';

const active = (): Desk => new Desk().boot();
/** Those an OPEN is asked by. */
const NAMES = GATES.filter((gate) => gate.kind === 'policy' || gate.appliesTo.includes('OPEN')).map(
  ({ name }) => name,
);
/** Of each class that is judged by gates, each gate. */
const STOPS = (['OPEN', 'CLOSE', 'HEDGE'] as const).flatMap((intentClass) =>
  declaredGates(intentClass).map((gate) => [intentClass, gate] as const),
);

describe('P1-E the order of gates and effects', () => {
  it.each(CLASSES)(
    'P1-E test_gate_ordering_constraints: test_gate_ordering_call_log of %s',
    (intentClass) => {
      const { declared, log } = callsOf(intentClass);
      expect(log.filter(isGate)).toEqual(declared);
      const rest = log.filter((mark) => !isGate(mark));
      const sent = intentClass === 'CANCEL' ? ['cancel'] : ['report', 'append', 'submit'];
      expect(rest).toEqual(sent);
    },
  );

  it('asks the gates of an OPEN in the order of contract-1 section 21.2', () => {
    const { declared } = callsOf('OPEN');
    const steps = ['classified', 'mode', 'rate-budget', 'lifecycle', 'preflight', 'sized'];
    const rest = ['margin-headroom', 'fee-fresh', 'liquidity', 'net-edge', 'pending-exposure'];
    const last = ['inventory-skew', 'priced', 'identified', 'ledger-headroom'];
    const contract = [...steps, ...rest, ...last];
    expect(declared.filter((name) => contract.includes(name))).toEqual(contract);
  });

  it('P1-E test_constraint_reject_gates_before_persist: no gate is asked after the append', () => {
    for (const intentClass of ['OPEN', 'CLOSE', 'HEDGE'] as const) {
      const { log } = callsOf(intentClass);
      const [beforeAppend, afterAppend] = split(log, 'append');
      expect(beforeAppend.filter(isGate)).toEqual(declaredGates(intentClass));
      expect(beforeAppend).not.toContain('submit');
      expect(afterAppend).toEqual(['submit']);
    }
  });

  it.each(STOPS)(
    'P1-E test_constraint_approval_requires_all_gates_pass: %s, %s alone refuses',
    (intentClass, gate) => {
      const { log, before, after } = stoppedAt(intentClass, gate);
      const gates = declaredGates(intentClass);
      expect(log).toEqual([...gates.slice(0, gates.indexOf(gate) + 1), 'report']);
      expect(after).toEqual(before);
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
    desk.trail.length = 0;
    watched(desk, () => desk.propose());
    expect(desk.trail.filter(isGate)).toEqual(NAMES);
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

function split(trail: readonly string[], mark: string): [readonly string[], readonly string[]] {
  const at = trail.indexOf(mark);
  if (at < 0) throw new Error(`no ${mark}`);
  return [trail.slice(0, at), trail.slice(at + 1)];
}
