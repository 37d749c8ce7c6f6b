import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRecord } from './event.ts';
import type { Gate } from '../gate.ts';
import { outcomeOf } from './outcome.ts';
import { approvalOf, chained, prelude, rollbackOf, seen, successOf } from './records.fixture.ts';
import { bundleDeclaration } from '../declaration.fixture.ts';

const GATE: Gate = { kind: 'status', services: ['policy-loader.service'] };
const step = fc.constantFrom(1, 2, 3, 0);
const status = fc.constantFrom('PASS' as const, 'FAIL' as const);

const event: fc.Arbitrary<AuditEvent> = fc.oneof(
  fc.constantFrom(...successOf(), ...rollbackOf(), ...prelude()),
  fc.record({
    event: fc.constant('step_finished' as const),
    step,
    status,
    exit_code: fc.constantFrom(null, 0, 1),
    output: fc.constant({ text: '', bytes: 0, sha256: 'e'.repeat(64), ref: null }),
    changes: fc.array(
      fc.record({
        path: fc.constant('/x'),
        what: fc.constantFrom('created' as const, 'deleted' as const),
        inScope: fc.boolean(),
      }),
      { maxLength: 1 },
    ),
  }),
  fc.record({
    event: fc.constant('verification' as const),
    step: fc.constantFrom(1, 2, 'final' as const, 'rollback' as const),
    gates: fc.array(
      fc
        .constantFrom('pass' as const, 'fail' as const, 'inconclusive' as const)
        .map((answer) => seen(GATE, answer)),
      { maxLength: 2 },
    ),
    status: fc.constantFrom('PASS' as const, 'FAIL' as const, 'INCONCLUSIVE' as const),
  }),
  fc.record({
    event: fc.constant('scope_violation' as const),
    step,
    changes: fc.constant([]),
  }),
  fc.constant({ event: 'halt', question: '?', options: [] } as const),
  fc.constant({ ...approvalOf(bundleDeclaration()), event: 'answer', option: 'x' } as const),
);

const host = fc.constantFrom('paper-1.example', 'workstation');

/** A success into which anything was put, out of which anything was taken. */
const disturbed = fc
  .tuple(
    fc.array(fc.tuple(fc.nat({ max: 14 }), event), { maxLength: 3 }),
    fc.array(fc.nat({ max: 14 }), { maxLength: 2 }),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant('paper-1.example') },
      { weight: 1, arbitrary: host },
    ),
  )
  .map(([added, removed, where]) => {
    const events = successOf().filter((_, at) => !removed.includes(at));
    for (const [at, extra] of added) events.splice(at, 0, extra);
    return chained(events, { host: where });
  });

const anything = fc
  .array(event, { maxLength: 12 })
  .map((events) => chained(events, { host: 'paper-1.example' }));

function speaksAgainst(records: readonly AuditRecord[]): boolean {
  const final = records.findLast(
    ({ payload }) => payload.event === 'verification' && payload.step === 'final',
  )?.payload;
  const verified = (wanted: number | 'final'): boolean =>
    records.some(({ payload }) => payload.event === 'verification' && payload.step === wanted);
  return (
    records.some(({ payload, host: where }) => {
      if (where !== 'paper-1.example') return true;
      if ('status' in payload && payload.status === 'FAIL') return true;
      if (payload.event === 'verification' && payload.gates.some((g) => g.answer === 'fail')) {
        return true;
      }
      if (payload.event === 'step_finished') return payload.changes.some((c) => !c.inScope);
      return payload.event === 'scope_violation' || payload.event === 'undo';
    }) ||
    ![1, 2, 'final' as const].every(verified) ||
    final?.event !== 'verification' ||
    final.status !== 'PASS' ||
    final.gates.some(({ answer }) => answer !== 'pass')
  );
}

describe('the outcome', () => {
  it('O-10 O-21 is no success with a FAIL, a violation, an open gate, a gap, another host', () => {
    let successes = 0;
    fc.assert(
      fc.property(fc.oneof(disturbed, anything), (records) => {
        const { outcome, blockers } = outcomeOf(records);
        expect(outcome === 'SUCCESS').toBe(blockers.length === 0);
        if (outcome === 'SUCCESS') {
          successes += 1;
          expect(speaksAgainst(records)).toBe(false);
        }
      }),
      { numRuns: 600 },
    );
    // The property says something: some of them are successes.
    expect(successes).toBeGreaterThan(5);
  });

  it('O-14 is never a success after one record was changed, dropped, doubled or moved', () => {
    const records = chained(successOf());
    const place = fc.nat({ max: records.length - 1 });
    fc.assert(
      fc.property(
        place,
        place,
        fc.constantFrom('edit', 'drop', 'double', 'move'),
        (at, to, how) => {
          const record = records[at];
          if (record === undefined || (how === 'move' && at === to)) return;
          const without = records.toSpliced(at, 1);
          const changed = {
            edit: records.with(at, { ...record, ts: '2026-03-01T09:00:00.000Z' }),
            drop: without,
            double: records.toSpliced(at, 0, record),
            move: without.toSpliced(to, 0, record),
          }[how];
          expect(outcomeOf(changed ?? []).outcome).toBe('PARTIAL');
        },
      ),
    );
  });
});
