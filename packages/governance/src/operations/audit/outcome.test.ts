import { describe, expect, it } from 'vitest';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { AuditEvent } from './event.ts';
import type { Gate } from '../gate.ts';
import { outcomeOf } from './outcome.ts';
import { approvalOf, chained, prelude, rollbackOf, seen, successOf } from './records.fixture.ts';

const judge = (events: readonly AuditEvent[], host?: string) =>
  outcomeOf(chained(events, host === undefined ? {} : { host }));
const change = (
  events: readonly AuditEvent[],
  choose: (event: AuditEvent) => boolean,
  to: (event: never) => AuditEvent | null,
): AuditEvent[] =>
  events.flatMap((event) => {
    const changed = choose(event) ? to(event as never) : event;
    return changed === null ? [] : [changed];
  });
const isFinal = (event: AuditEvent): boolean =>
  event.event === 'verification' && event.step === 'final';
const isStep = (number: number, name: string) => (event: AuditEvent) =>
  event.event === name && 'step' in event && event.step === number;
type Verification = Extract<AuditEvent, { event: 'verification' }>;
type Finished = Extract<AuditEvent, { event: 'step_finished' }>;

const UNIT_GATE: Gate = { kind: 'status', services: ['policy-loader.service'] };

describe('an operation of which everything is on record', () => {
  it('NON-TRIP: is a success, and nothing speaks against it', () => {
    expect(judge(successOf())).toEqual({ outcome: 'SUCCESS', blockers: [] });
  });

  it('NON-TRIP: is one also where a gate could not be asked, and was asked again and held', () => {
    const again: AuditEvent[] = [
      { event: 'verification', step: 2, gates: [], status: 'INCONCLUSIVE' },
      { event: 'halt', question: 'the journal cannot be read', options: ['ask_again'] },
      { ...approvalOf(bundleDeclaration()), event: 'answer', option: 'ask_again' },
    ];
    const events = successOf();
    const at = events.findIndex(isStep(2, 'verification'));
    expect(judge(events.toSpliced(at, 0, ...again)).outcome).toBe('SUCCESS');
  });
});

describe('what keeps an operation from being a success', () => {
  const success = successOf();
  it.each<readonly [string, AuditEvent[], string]>([
    ['nothing at all', [], 'declaration_missing'],
    ['two declarations', [...success, ...prelude().slice(0, 1)], 'declaration_missing'],
    [
      'no validation',
      change(
        success,
        (e) => e.event === 'validated',
        () => null,
      ),
      'not_validated',
    ],
    [
      'no approval',
      change(
        success,
        (e) => e.event === 'approval',
        () => null,
      ),
      'approval_missing:0',
    ],
    [
      'an approval behind the first step',
      [
        ...change(
          success,
          (e) => e.event === 'approval',
          () => null,
        ),
        approvalOf(bundleDeclaration()),
      ],
      'approval_missing:0',
    ],
    [
      'no preflight',
      change(
        success,
        (e) => e.event === 'preflight',
        () => null,
      ),
      'preflight_not',
    ],
    [
      'a step that was not begun',
      change(success, isStep(2, 'step_started'), () => null),
      'missing:2',
    ],
    ['a step without end', change(success, isStep(1, 'step_finished'), () => null), 'missing:1'],
    [
      'a step that failed',
      change(success, isStep(1, 'step_finished'), (e: Finished) => ({ ...e, status: 'FAIL' })),
      'step_failed:1',
    ],
    [
      'a step with another exit code',
      change(success, isStep(1, 'step_finished'), (e: Finished) => ({ ...e, exit_code: 3 })),
      'step_failed:1',
    ],
    ['a step run twice', [...success, ...success.filter(isStep(1, 'step_started'))], 'repeated:1'],
    [
      'a change out of scope',
      change(success, isStep(1, 'step_finished'), (e: Finished) => ({
        ...e,
        changes: [{ path: '/etc/passwd', what: 'changed', inScope: false }],
      })),
      'scope_violation:1',
    ],
    [
      'a scope violation',
      [...success, { event: 'scope_violation', step: 2, changes: [] }],
      'scope_violation:2',
    ],
    [
      'a step nobody verified',
      change(success, isStep(2, 'verification'), () => null),
      'verification_missing:2',
    ],
    [
      'a gate that was left out',
      change(success, isStep(2, 'verification'), (e: Verification) => ({
        ...e,
        gates: e.gates.slice(1),
      })),
      'gate_missing:2:status',
    ],
    [
      'a gate that failed under a PASS',
      change(success, isStep(2, 'verification'), (e: Verification) => ({
        ...e,
        gates: e.gates.map((g) => ({ ...g, answer: 'fail' })),
      })),
      'verification_failed:2',
    ],
    ['no final look', change(success, isFinal, () => null), 'verification_missing:final'],
    [
      'a final look before the last step',
      [...success.slice(0, 4), ...success.slice(-1), ...success.slice(4, -1)],
      'verification_missing:final',
    ],
    [
      'a final gate that could not be asked',
      change(success, isFinal, (e: Verification) => ({
        ...e,
        status: 'INCONCLUSIVE',
        gates: [seen(UNIT_GATE, 'inconclusive')],
      })),
      'verification_inconclusive:final',
    ],
    ['a question left open', [...success, { event: 'halt', question: '?', options: [] }], 'halt'],
    ['a rollback', rollbackOf(), 'rolled_back'],
    [
      'a failed look at a rollback that never was',
      [...success, { event: 'verification', step: 'rollback', gates: [], status: 'FAIL' }],
      'evidence_failed:verification',
    ],
    [
      'a declaration behind something else',
      [{ event: 'report', sha256: 'a'.repeat(64) }, ...success],
      'declaration_missing',
    ],
  ])('%s', (_what, events, blocker) => {
    const ending = judge(events);
    expect(ending.outcome).not.toBe('SUCCESS');
    expect(ending.blockers.join(' ')).toContain(blocker);
  });

  it('O-10 one of two declared services that is not shown to be up', () => {
    const declaration = {
      ...bundleDeclaration(),
      ALLOWED_SERVICES: ['policy-loader.service', 'other.service'],
    };
    expect(judge(successOf(declaration)).blockers).toEqual(['service_not_shown_up:other.service']);
  });

  it('O-21 evidence of another host, whatever it says', () => {
    const elsewhere = judge(successOf(), 'workstation');
    expect(elsewhere.outcome).toBe('PARTIAL');
    expect(elsewhere.blockers).toContain('host_mismatch:4');
    const preflight = change(
      successOf(),
      (e) => e.event === 'preflight',
      (e: object) => ({
        ...(e as Extract<AuditEvent, { event: 'preflight' }>),
        host: 'workstation',
      }),
    );
    expect(judge(preflight)).toMatchObject({ outcome: 'PARTIAL', blockers: ['host_mismatch:3'] });
  });

  it('O-14 a record that was edited or taken out', () => {
    const records = chained(successOf());
    const edited = records.with(5, { ...records[5], actor: 'somebody' } as never);
    expect(outcomeOf(edited).blockers).toContain('chain_broken:5');
    expect(outcomeOf(records.toSpliced(5, 1)).blockers).toContain('chain_broken:5');
    expect(outcomeOf(edited).outcome).toBe('PARTIAL');
  });
});

describe('what was not a success', () => {
  const undone = rollbackOf();
  it('O-06 is a rollback where everything begun was undone and shown to be', () => {
    expect(judge(undone).outcome).toBe('ROLLBACK');
  });

  it('is a rollback where nothing was ever begun', () => {
    const events: AuditEvent[] = [
      ...prelude().slice(0, 2),
      { event: 'rollback_started', why: 'declaration_expired', noop: true },
      { event: 'rollback_finished', complete: true, left: [] },
    ];
    expect(judge(events).outcome).toBe('ROLLBACK');
  });

  it.each<readonly [string, AuditEvent[]]>([
    [
      'an undo that failed',
      change(undone, isStep(1, 'undo'), (e: object) => ({
        ...(e as Extract<AuditEvent, { event: 'undo' }>),
        status: 'FAIL',
      })),
    ],
    ['a step that was not undone', change(undone, isStep(1, 'undo'), () => null)],
    ['a rollback nobody verified', undone.filter((e) => !('step' in e && e.step === 'rollback'))],
    ['a rollback without end', undone.slice(0, -1)],
    [
      'something left',
      [...undone.slice(0, -1), { event: 'rollback_finished', complete: true, left: ['/x'] }],
    ],
    [
      'a rollback that says there was nothing to undo',
      change(
        undone,
        (e) => e.event === 'rollback_started',
        () => ({
          event: 'rollback_started',
          why: 'x',
          noop: true,
        }),
      ),
    ],
    [
      'a change outside of the scope, which has no undo',
      change(undone, isStep(1, 'step_finished'), (e: Finished) => ({
        ...e,
        changes: [{ path: '/etc/x', what: 'created', inScope: false }],
      })),
    ],
    ['a log that just ends', prelude()],
  ])('O-07 is partial after %s', (_what, events) => {
    expect(judge(events).outcome).toBe('PARTIAL');
  });
});
