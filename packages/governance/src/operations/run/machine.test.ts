import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRecord } from '../audit/event.ts';
import {
  createBench,
  declare,
  eventsOf,
  portsOf,
  THREE_STEPS,
  verifiedBy,
} from './bench.fixture.ts';
import { nextMove, stateOf } from './machine.ts';
import type { Answers } from './machine.ts';
import { runOperation } from './runner.ts';
import { baselineGates, finalGates } from './standing.ts';

const ANSWERS: Answers = { now: 0, lacking: null, accepted: null, takenOver: false, asked: null };
const [FIRST, SECOND, THIRD] = THREE_STEPS;
const FAILS = { kind: 'file.absent', path: '/srv/app/a.json' } as const;

let success: readonly AuditRecord[] = [];
let rollback: readonly AuditRecord[] = [];

beforeAll(async () => {
  const good = createBench();
  await runOperation(portsOf(good));
  success = good.records;
  const bad = createBench(declare({ steps: [FIRST, verifiedBy(SECOND, FAILS), THIRD] as never }));
  await runOperation(portsOf(bad));
  rollback = bad.records;
});

function find(records: readonly AuditRecord[], event: AuditEvent['event'], nth = 0): number {
  const found = records.flatMap(({ payload }, at) => (payload.event === event ? [at] : []));
  return found[nth] ?? -1;
}

/** The same log with one record told otherwise. */
function forge<E extends AuditEvent['event']>(
  records: readonly AuditRecord[],
  event: E,
  change: Partial<Extract<AuditEvent, { event: E }>>,
  nth = 0,
): readonly AuditRecord[] {
  const at = find(records, event, nth);
  return records.map((record, place) =>
    place === at ? { ...record, payload: { ...record.payload, ...change } } : record,
  );
}

describe('a log', () => {
  it('is legal at every length, and never a success before its last record', () => {
    for (const records of [success, rollback]) {
      for (let length = 1; length <= records.length; length += 1) {
        const fold = stateOf(records.slice(0, length));
        expect(fold.ok).toBe(true);
        if (fold.ok) {
          expect(fold.standing.state.name === 'SEALED').toBe(length === records.length);
        }
      }
    }
  });

  it('with one record missing is none, and the record that shows it is named', () => {
    for (const records of [success, rollback]) {
      // The last may be yet to come, and a rollback need not wait for a verdict.
      const verdict = find(rollback, 'rollback_started') - 1;
      for (let missing = 0; missing < records.length - 1; missing += 1) {
        if (records === rollback && missing === verdict) continue;
        const fold = stateOf(records.filter((_, at) => at !== missing));
        const gone = records[missing]?.payload.event;
        expect([gone, fold.ok]).toEqual([gone, false]);
        if (!fold.ok) expect(fold.seq).toBe(records[missing + 1]?.seq);
      }
    }
  });

  it('with one record told twice is none', () => {
    for (const records of [success, rollback]) {
      for (let at = 0; at < records.length; at += 1) {
        const twice = [...records.slice(0, at + 1), ...records.slice(at)];
        const told = records[at]?.payload.event;
        expect([told, stateOf(twice).ok]).toEqual([told, false]);
      }
    }
  });

  it('that is empty or begins with anything else is none', () => {
    expect(stateOf([])).toMatchObject({ ok: false, code: 'log_empty' });
    expect(stateOf(success.slice(1))).toMatchObject({ ok: false, code: 'out_of_order', seq: 1 });
  });

  it('O-21 of another host proves nothing', () => {
    for (const event of ['preflight', 'step_started', 'step_finished', 'verification'] as const) {
      const at = find(success, event);
      const moved = success.map((record, place) =>
        place === at ? { ...record, host: 'laptop' } : record,
      );
      expect(stateOf(moved)).toMatchObject({ ok: false, code: 'host_mismatch', event });
    }
    const told = forge(success, 'preflight', { host: 'laptop' });
    expect(stateOf(told)).toMatchObject({ ok: false, code: 'host_mismatch' });
  });

  it('of two operations is none', () => {
    const mixed = success.map((record, at) =>
      at === 4 ? { ...record, operation_id: 'OPS-2026-03-01-009' } : record,
    );
    expect(stateOf(mixed)).toMatchObject({ ok: false, code: 'other_operation', seq: 4 });
  });

  it('takes approvals after the seal only where the glass was broken', () => {
    const approval = {
      event: 'approval',
      digest: '',
      approver: 'second',
      role: 'ops',
      key_id: 'k',
      at: '',
      expires_at: '',
      self: false,
    } as const;
    const [first] = success;
    if (first?.payload.event !== 'declared') return expect.fail('no declaration');
    const late = [...success, { ...first, seq: success.length, payload: approval }];
    expect(stateOf(late)).toMatchObject({ ok: false, code: 'out_of_order' });
    const declaration = { ...first.payload.declaration, break_glass: { reason: 'it burns' } };
    expect(stateOf(forge(late, 'declared', { declaration }))).toMatchObject({ ok: true });
  });
});

describe('an outcome', () => {
  it('O-10 cannot be typed: what the records say is what is sealed', () => {
    for (const outcome of ['ROLLBACK', 'PARTIAL'] as const) {
      expect(stateOf(forge(success, 'sealed', { outcome }))).toMatchObject({
        code: 'verdict_differs',
      });
    }
    for (const outcome of ['SUCCESS', 'PARTIAL'] as const) {
      expect(stateOf(forge(rollback, 'sealed', { outcome }))).toMatchObject({
        code: 'verdict_differs',
      });
    }
  });

  it('O-10 rests on every declared gate, asked and passed', () => {
    const count = success.filter(({ payload }) => payload.event === 'verification').length;
    for (let nth = 0; nth < count; nth += 1) {
      expect(stateOf(forge(success, 'verification', { gates: [] }, nth))).toMatchObject({
        code: 'gates_differ',
      });
      const at = find(success, 'verification', nth);
      const { payload } = success[at] ?? {};
      if (payload?.event !== 'verification') return expect.fail('no verification');
      const gates = payload.gates.map((gate) => ({ ...gate, answer: 'inconclusive' as const }));
      expect(stateOf(forge(success, 'verification', { gates }, nth))).toMatchObject({
        code: 'verdict_differs',
      });
    }
    expect(stateOf(forge(success, 'preflight', { gates: [] }))).toMatchObject({
      code: 'gates_differ',
    });
  });

  it('O-07 of a rollback is complete only where everything was undone', () => {
    const failed = forge(rollback, 'undo', { status: 'FAIL' });
    expect(stateOf(failed)).toMatchObject({ code: 'verdict_differs', event: 'rollback_finished' });
    const denied = forge(rollback, 'rollback_finished', { complete: false });
    expect(stateOf(denied)).toMatchObject({ code: 'verdict_differs' });
    const noop = forge(rollback, 'rollback_started', { noop: true });
    expect(stateOf(noop)).toMatchObject({ code: 'verdict_differs', event: 'rollback_started' });
  });
});

describe('a step', () => {
  it('that changes something has a way back on record', () => {
    const undo = { kind: 'nothing' } as const;
    expect(stateOf(forge(success, 'step_started', { undo }))).toMatchObject({
      code: 'undo_missing',
    });
  });

  it('is the next one', () => {
    expect(stateOf(forge(success, 'step_started', { step: 2 }))).toMatchObject({
      code: 'step_out_of_order',
    });
    expect(stateOf(forge(rollback, 'undo', { step: 1 }))).toMatchObject({
      code: 'step_out_of_order',
    });
  });

  it('O-20 that left its scope did not pass', () => {
    const changes = [{ path: '/etc/x', what: 'created', inScope: false }] as const;
    expect(stateOf(forge(success, 'step_finished', { changes }))).toMatchObject({
      code: 'verdict_differs',
    });
  });
});

describe('the next move', () => {
  const move = (length: number, answers: Partial<Answers> = {}, records = success): unknown => {
    const decision = nextMove(declare(), records.slice(0, length), { ...ANSWERS, ...answers });
    return decision.ok ? decision.move : decision.code;
  };

  it('O-08 of one who takes over is never to go on', () => {
    for (let length = 2; length <= success.length; length += 1) {
      const fresh = success[length - 1]?.payload.event;
      const next = move(length, { takenOver: true }) as { readonly move: string };
      const settled = ['verification final PASS', 'report', 'sealed SUCCESS'];
      const told = eventsOf({ records: success } as never)[length - 1] ?? '';
      const expected = settled.includes(told) ? ['report', 'seal', 'done'] : ['roll_back'];
      expect([fresh, expected.includes(next.move)]).toEqual([fresh, true]);
    }
  });

  it('is to refuse what was not validated, not approved, or is over', () => {
    expect(move(1)).toEqual({ move: 'refuse', code: 'not_validated' });
    expect(move(2, { lacking: 'approval_missing' })).toEqual({
      move: 'refuse',
      code: 'approval_missing',
    });
    const over = Date.parse('2026-03-03T12:00:00Z');
    expect(move(2, { now: over - 1 })).toEqual({ move: 'preflight' });
    expect(move(2, { now: over })).toEqual({
      move: 'roll_back',
      why: 'declaration_expired',
      noop: true,
    });
  });

  it('is for the declaration on record alone', () => {
    const other = declare({ operation_id: 'OPS-2026-03-01-009' });
    expect(nextMove(other, success, ANSWERS)).toMatchObject({ code: 'other_operation' });
  });
});

describe('the gates of the whole', () => {
  const service = (verb: 'start' | 'stop' | 'restart', name = 'side') => ({
    title: verb,
    action: { kind: 'service', verb, service: name } as const,
    verification: [],
  });
  const added = (gates: readonly unknown[]) => gates.slice(1);
  const of = (...steps: ReturnType<typeof service>[]) =>
    declare({ steps, ALLOWED_SERVICES: ['app', 'side'] });

  it('O-10 hold every declared service up that is not stopped on purpose', () => {
    const side = [{ kind: 'status', services: ['side'] }];
    expect(added(finalGates(of(service('restart'))))).toEqual(side);
    expect(added(baselineGates(of(service('restart'))))).toEqual(side);
    expect(added(finalGates(of(service('start'))))).toEqual(side);
    expect(added(baselineGates(of(service('start'))))).toEqual([]);
    expect(added(finalGates(of(service('start'), service('stop'))))).toEqual([]);
    expect(added(finalGates(of(service('stop'), service('restart'))))).toEqual(side);
  });
});
