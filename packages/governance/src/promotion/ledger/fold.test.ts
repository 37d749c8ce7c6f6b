import { describe, expect, it } from 'vitest';
import type { Fact, GovernanceEvent } from '../../store/event.ts';
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import { foldLedger, type LedgerState } from './fold.ts';
import { CHECKED, codeOf, DELTA, HOUR, LedgerDesk } from './ledger.fixture.ts';

const codes = ({ faults }: LedgerState) => faults.map(({ code }) => code);
const fact = (type: string, payload: object, subject = 'alpha'): Fact => ({
  type,
  subject,
  actor: 'somebody',
  payload: { ...payload },
  refs: { policy_id: subject },
});
const promoted = (stage: string, change = {}) =>
  fact('promoted', { stage, requested_by: 'dora', reason: 'x', change });
const created = (stage: string) =>
  fact('created', {
    stage,
    tactic_id: 'grid',
    requested_by: 'dora',
    reason: 'x',
    change: {},
  });
const relinked = (events: readonly GovernanceEvent[]): GovernanceEvent[] => {
  const chain: GovernanceEvent[] = [];
  for (const { hash: _hash, ...event } of events) {
    const { line } = lineOf({ ...event, prev_hash: chain.at(-1)?.hash ?? NO_HASH });
    chain.push(JSON.parse(line) as GovernanceEvent);
  }
  return chain;
};

describe('the chain', () => {
  it('NON-TRIP: of a ledger at work has no fault', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    expect(codes(desk.state)).toEqual([]);
    expect(foldLedger(desk.events)).toEqual(desk.state);
    expect(desk.state.head).toEqual({ seq: 5, hash: desk.events[5]?.hash });
    expect(desk.state.updatedAt).toBe('2026-03-01T10:00:00.000Z');
    expect(foldLedger([])).toMatchObject({ head: { seq: -1, hash: NO_HASH }, updatedAt: null });
  });

  it.each<readonly [string, (events: GovernanceEvent[]) => GovernanceEvent[], string]>([
    [
      'edited',
      (events) => events.map((event, at) => (at === 1 ? { ...event, actor: 'eve' } : event)),
      'event_edited',
    ],
    ['without its beginning', (events) => events.slice(1), 'chain_broken'],
    ['with a gap', (events) => events.filter((_event, at) => at !== 1), 'chain_broken'],
    ['in another order', (events) => events.toReversed(), 'chain_broken'],
    [
      'joined to another',
      (events) => [
        ...events.slice(0, 1),
        ...relinked(events.map((e) => ({ ...e, actor: 'eve' }))).slice(1),
      ],
      'chain_broken',
    ],
    [
      'of another domain',
      (events) => relinked(events.map((event) => ({ ...event, domain: 'diary' }))),
      'chain_broken',
    ],
    [
      'that has no canonical form',
      (events) => events.map((event) => ({ ...event, actor: '\ud800' })),
      'event_edited',
    ],
  ])('L-16 %s is found', (_what, change, code) => {
    const { events } = new LedgerDesk().upTo('pilot');
    const state = foldLedger(change([...events]));
    expect(codes(state)).toContain(code);
    expect(state.faults[0]?.error).toBe('LedgerIntegrityError');
  });

  it('does not take what an edited event says', () => {
    const { events } = new LedgerDesk().upTo('paper');
    const [first] = events;
    if (first === undefined) return expect.fail('no event');
    const payload = { ...first.payload, stage: 'experiment' };
    const state = foldLedger([{ ...first, payload }]);
    expect(state.policies.size).toBe(0);
    expect(state.faults[0]?.detail).toBe('event 0 of alpha');
  });
});

describe('an event', () => {
  it.each<readonly [string, Fact, string]>([
    ['no fact of a ledger', fact('stageAdvanced', {}), 'event_unknown'],
    ['named like a method', fact('constructor', {}), 'event_unknown'],
    ['with an unknown key', promoted('pilot', { luck: 1 }), 'event_malformed'],
    ['by nobody', { ...promoted('pilot'), actor: ' ' }, 'event_malformed'],
    [
      'of an unknown kind of run',
      { ...promoted('pilot'), refs: { run: 'r' } as Fact['refs'] },
      'event_malformed',
    ],
    ['promoting by two', promoted('limited_live'), 'event_impossible'],
    ['promoting downwards', promoted('experiment'), 'event_impossible'],
    ['demoting upwards', fact('demoted', { stage: 'pilot', reason: 'x' }), 'event_impossible'],
    ['demoting nowhere', fact('demoted', { stage: 'paper', reason: 'x' }), 'event_impossible'],
    ['creating it anew', created('experiment'), 'event_impossible'],
    ['creating above paper', { ...created('pilot'), subject: 'beta' }, 'event_impossible'],
    ['about nobody', { ...promoted('paper'), subject: 'beta' }, 'event_impossible'],
  ])('L-17 %s changes nothing and stays a fault', (_what, odd, code) => {
    const desk = new LedgerDesk().upTo('paper');
    const before = desk.record();
    desk.write([odd]);
    expect(codes(desk.state)).toEqual([code]);
    expect(desk.state.faults[0]?.detail).toContain(`event 1 of ${odd.subject}: `);
    expect(desk.record()).toBe(before);
    expect(desk.state.head.seq).toBe(1);
    expect(desk.posture().stage).toBe('experiment');
  });

  it('L-17 that cannot be read refuses every write but a demotion, and is not lost', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.write([fact('odd', {}, 'beta')]);
    const refused = desk.decide(desk.promotion('paper', {}, []));
    expect(refused).toMatchObject({ ok: false, code: 'ledger_integrity_violation' });
    expect(!refused.ok && refused.detail).toContain('LedgerIntegrityError: event_unknown');
    const down = { kind: 'demote', policyId: 'alpha', actor: 'dora', reason: 'x' } as const;
    desk.do({ ...down, stage: 'experiment' });
    expect(desk.events.map(({ type }) => type)).toEqual(['created', 'odd', 'demoted']);
    expect(codes(foldLedger(desk.events))).toEqual(['event_unknown']);
  });

  it('NON-TRIP: creating at experiment or paper is possible', () => {
    for (const stage of ['experiment', 'paper']) {
      const desk = new LedgerDesk();
      desk.write([created(stage)]);
      expect(codes(desk.state)).toEqual([]);
      expect(desk.record()).toMatchObject({ stage, tactic_id: 'grid' });
    }
  });
});

describe('approvals in the chain', () => {
  it('stand as long as what they were given for', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.now += 48 * HOUR;
    expect(desk.posture().approvals).toEqual(['risk']);
    const wish = { policyDelta: DELTA };
    const approvals = [desk.approval('pilot', wish, 'ben:compliance')];
    desk.do({ ...desk.promotion('pilot', wish, []), approvals });
    expect(desk.record()).toMatchObject({ approvals: ['compliance'] });
    desk.now += 48 * HOUR;
    expect(desk.posture()).toMatchObject({ approvals: ['compliance'], stage: 'pilot' });
  });

  it('do not come back where an earlier configuration does', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.do(desk.promotion('pilot', { metadata: { a: 1 } }, ['ben:risk']));
    desk.now += 48 * HOUR;
    const given = desk.state.approvals.get('alpha')?.map(({ wasUsed }) => wasUsed);
    expect(given).toEqual([false, true]);
  });

  it('that are used by nothing end in their time', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const approval = desk.approval('pilot', {}, 'ben:compliance');
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ben', approval });
    expect(desk.record()).toMatchObject({ approvals: ['compliance', 'risk'] });
    expect(desk.posture().approvals).toEqual(['compliance', 'risk']);
    desk.now += HOUR;
    expect(desk.posture().approvals).toEqual(['risk']);
    expect(desk.record().history).toHaveLength(2);
  });

  it('are used by the step whose assessment they name', () => {
    const desk = new LedgerDesk().upTo('paper');
    const wish = { evidenceId: 'dd-paper' };
    const other = desk.approval('pilot', wish, 'ben:compliance', {
      assessment_digest: 'b'.repeat(64),
    });
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ben', approval: other });
    desk.do(desk.promotion('pilot', wish, ['ana:risk']));
    const used = desk.state.approvals
      .get('alpha')
      ?.map(({ approval, wasUsed }) => [approval.approver, wasUsed]);
    expect(used).toEqual([
      ['ben', false],
      ['ana', true],
    ]);
  });

  it('may come before the record they are for', () => {
    const desk = new LedgerDesk();
    const wish = { evidenceId: 'dd-experiment' };
    const approval = desk.approval('paper', wish, 'ana:risk');
    desk.write([fact('approved', approval)]);
    expect(codes(desk.state)).toEqual([]);
    desk.do(desk.promotion('paper', wish, []));
    expect(desk.record()).toMatchObject({ approvals: ['risk'], approvals_v2: [approval] });
  });
});

describe('a record', () => {
  it('keeps what a change does not name, and clears nothing', () => {
    const desk = new LedgerDesk();
    const wish = {
      evidenceId: 'dd-experiment',
      thresholdOverrides: { warn_notional_limit: 10 },
      metadata: { ...CHECKED, ticket: 'GOV-1' },
      policyDelta: DELTA,
    };
    desk.do(desk.promotion('paper', wish, ['ana:risk']));
    desk.now += HOUR;
    const empty = { evidenceId: ' ', thresholdOverrides: {}, policyDelta: {}, metadata: {} };
    desk.do(desk.promotion('paper', { ...empty, metadata: { ticket: 'GOV-2' } }, []));
    expect(desk.record()).toMatchObject({
      evidence_id: 'dd-experiment',
      threshold_overrides: { warn_notional_limit: 10 },
      policy_delta: DELTA,
      metadata: { ...CHECKED, ticket: 'GOV-2' },
      created_at: '2026-03-01T10:00:00.000Z',
      updated_at: '2026-03-01T11:00:00.000Z',
    });
    expect(desk.record().history[1]).toMatchObject({ policy_delta: DELTA });
  });

  it('loosens only while the loosening stands', () => {
    const desk = new LedgerDesk();
    const overrides = { warn_notional_limit: 60_000 };
    const loosenedFor = () => desk.state.policies.get('alpha')?.loosenedFor;
    const wish = { thresholdOverrides: overrides, policyDelta: DELTA };
    desk.do(desk.promotion('paper', { evidenceId: 'dd-experiment', ...wish }, ['ana:risk']));
    expect(loosenedFor()).toBe('paper');
    desk.do(desk.promotion('paper', { metadata: { a: 1 } }, []));
    expect(loosenedFor()).toBe('paper');
    desk.do(desk.promotion('pilot', { evidenceId: 'dd-paper' }, ['ana:risk']));
    expect(loosenedFor()).toBeNull();
    const more = { thresholdOverrides: { warn_notional_limit: 80_000 }, policyDelta: DELTA };
    desk.do(desk.promotion('pilot', more, ['ana:risk']));
    expect(loosenedFor()).toBe('pilot');
    const tighter = { thresholdOverrides: { warn_notional_limit: 1 } };
    expect(codeOf(desk.decide(desk.promotion('pilot', tighter, ['ana:risk'])))).toBe('ok');
    desk.do({
      kind: 'amend',
      policyId: 'alpha',
      actor: 'dora',
      requestedBy: 'dora',
      reason: 'x',
      wish: tighter,
      approvals: [],
    });
    expect(loosenedFor()).toBeNull();
    desk.do(desk.promotion('pilot', more, ['ana:risk']));
    const down = { kind: 'demote', policyId: 'alpha', actor: 'x', reason: 'x' } as const;
    desk.do({ ...down, stage: 'paper' });
    expect(loosenedFor()).toBeNull();
  });
});
