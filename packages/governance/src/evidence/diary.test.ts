import { describe, expect, it } from 'vitest';
import type { GovernanceEvent } from '../store/event.ts';
import { Diary, violationName } from './diary.ts';
import {
  ChainDesk,
  entryAt,
  entryOf,
  eventsOf,
  paperMetadata,
  RECORDING,
  T0,
} from './diary.fixture.ts';
import { recordedFact } from './diary-events.ts';
import { findingOf } from '../promotion/ledger/evidence.ts';
import { evidenceEntryOf } from './evidence-entry.ts';
import { noteMissing } from './record.ts';
import { signatureOf } from './seal.ts';

const TOLD = { actor: 'loop', ingestedAt: '2026-03-01T09:00:00.000Z', backdated: false };
const fold = (events: readonly GovernanceEvent[]): Diary => Diary.fold(events);
const idsOf = (diary: Diary, policy = 'alpha') =>
  diary.readingOf(policy).facts.map(({ entryId }) => entryId);

describe('the diary', () => {
  it('reads stage, severity, force, route, regime and where it was made', () => {
    const desk = new ChainDesk().record(entryOf());
    expect(desk.diary.readingOf('alpha')).toEqual({
      facts: [
        {
          entryId: entryOf().entry_id,
          seq: 0,
          policyId: 'alpha',
          recordedAt: T0,
          stage: 'paper',
          severity: 'normal',
          isRiskForced: false,
          route: 'paper',
          regime: 'balanced',
          regimeConfidence: 0.8,
          executionMode: 'paper',
          provenance: { clock: 'real', venue: 'live', data: 'recorded' },
        },
      ],
      violations: [],
      missing: 0,
    });
  });

  it('D-07 forty decisions forced by their stage alone are forty that are not forced', () => {
    const desk = new ChainDesk();
    for (let index = 0; index < 40; index += 1) desk.record(entryAt(index));
    const { facts } = desk.diary.readingOf('alpha');
    expect(facts).toHaveLength(40);
    expect(
      facts.every(({ isRiskForced, severity }) => !isRiskForced && severity === 'normal'),
    ).toBe(true);
  });

  it('D-09 a decision nobody had telemetry for is unknown and forced', () => {
    const desk = new ChainDesk().record(entryOf({ metadata: paperMetadata(null) }));
    const [fact] = desk.diary.readingOf('alpha').facts;
    expect(fact).toMatchObject({ severity: 'unknown', isRiskForced: true });
  });

  it('knows nothing of what an entry does not say', () => {
    const entry = entryOf({ metadata: {}, regime_state: {} });
    const desk = new ChainDesk().record(entry, { hasLedgerRecord: false });
    expect(desk.diary.rowOf(entry.entry_id)).toEqual({
      signature: entry.signature,
      written: 0,
      fact: {
        entryId: entry.entry_id,
        seq: 0,
        policyId: 'alpha',
        recordedAt: T0,
        stage: null,
        severity: 'unknown',
        isRiskForced: false,
        route: null,
        regime: null,
        regimeConfidence: null,
        executionMode: null,
        provenance: null,
      },
    });
    expect(desk.diary.rowOf('dd-none')).toBeNull();
  });

  it.each([
    [{ release_stage: ' Pilot ' }, 'pilot', null],
    [{ release_stage: 'limited-live' }, null, null],
    [{ release_stage: 'odd', release_execution: { stage: 'paper', route: ' ' } }, null, null],
    [{ release_execution: { stage: 'paper', route: 'live' } }, 'paper', 'live'],
    [{ release_stage: '  ', release_execution: { stage: 'paper' } }, 'paper', null],
    [{ release_stage: null, release_execution: { release_stage: 'pilot' } }, 'pilot', null],
    [{ release_execution: { stage: 7, release_stage: 'pilot' } }, 'pilot', null],
    [{ release_execution_route: 'pilot', release_execution: {} }, null, 'pilot'],
    [{ release_execution_route: 'pilot', release_execution: { route: 'paper' } }, null, 'paper'],
  ])('of %j reads stage %s and route %s', (metadata, stage, route) => {
    const desk = new ChainDesk().record(entryOf({ metadata }), { hasLedgerRecord: false });
    expect(desk.diary.readingOf('alpha').facts[0]).toMatchObject({ stage, route });
  });

  it('keeps a regime in lower case, and foreign provenance proves nothing', () => {
    const metadata = { ...paperMetadata(), foreign_signature: 'ab' };
    const regime_state = { regime: 'Bullish', confidence: 0 };
    const desk = new ChainDesk().record(entryOf({ metadata, regime_state }));
    expect(desk.diary.readingOf('alpha').facts[0]).toMatchObject({
      regime: 'bullish',
      regimeConfidence: 0,
      provenance: null,
    });
  });

  it('tells each policy its own, by time and then by place in the chain', () => {
    const desk = new ChainDesk()
      .record(entryAt(2))
      .record(entryAt(1))
      .record(entryAt(7, { policy_id: 'beta' }))
      .record(entryAt(1, { entry_id: 'dd-later', notes: ['same time'] }));
    expect(idsOf(desk.diary)).toEqual(['dd-1', 'dd-later', 'dd-2']);
    expect(idsOf(desk.diary, 'beta')).toEqual(['dd-7']);
    expect(idsOf(desk.diary, 'gamma')).toEqual([]);
    expect(desk.diary.policies).toEqual(['alpha', 'beta']);
    expect(desk.diary.size).toBe(4);
    expect(desk.diary.head).toEqual({ seq: 3, hash: desk.events[3]?.hash });
    // The same, told in the right order from the beginning.
    const straight = new ChainDesk().record(entryAt(1)).record(entryAt(2));
    expect(idsOf(straight.diary)).toEqual(['dd-1', 'dd-2']);
  });

  it('holds more than it began with', () => {
    const facts = Array.from({ length: 1_100 }, (_, index) =>
      recordedFact(entryAt(index, { policy_id: index % 2 === 0 ? 'alpha' : 'beta' }), TOLD),
    );
    const diary = fold(eventsOf(facts));
    expect(diary.violations).toEqual([]);
    expect(idsOf(diary)).toEqual(Array.from({ length: 550 }, (_, index) => `dd-${index * 2}`));
    for (const at of [0, 1_023, 1_024, 1_099]) {
      const entry = entryAt(at, { policy_id: at % 2 === 0 ? 'alpha' : 'beta' });
      expect(diary.rowOf(`dd-${at}`)).toMatchObject({
        signature: entry.signature,
        fact: { seq: at, recordedAt: T0 + at * 60_000, stage: 'paper', regimeConfidence: 0.8 },
      });
    }
  });
});

describe('decisions of the feed that are missing', () => {
  const gap = (policyId: string | null, count: number) =>
    noteMissing({
      runId: 'run-1',
      fromSequence: 7,
      count,
      cause: 'dropped',
      policyId,
      actor: 'feed',
      now: T0,
    });

  it('are missing for their policy, and for all where nobody knows whose they were', () => {
    const { diary, events } = new ChainDesk()
      .record(entryOf())
      .take([gap('alpha', 2), gap(null, 3)]);
    expect(diary.readingOf('alpha').missing).toBe(5);
    expect(diary.readingOf('beta').missing).toBe(3);
    expect(diary.violations).toEqual([]);
    expect(events[1]).toMatchObject({
      type: 'feed_gap',
      subject: 'run-1',
      actor: 'feed',
      payload: { run_id: 'run-1', from_sequence: 7, count: 2, cause: 'dropped' },
      refs: { run_id: 'run-1', policy_id: 'alpha' },
    });
  });

  it('are not fewer than one', () => {
    const { diary } = new ChainDesk().take([gap('alpha', 0)]);
    expect(diary.readingOf('alpha')).toMatchObject({ missing: 0, violations: ['run-1'] });
  });
});

describe('what is not what was written', () => {
  const edited = (event: GovernanceEvent, change: object): GovernanceEvent => {
    const entry = { ...(event.payload['entry'] as object), ...change };
    return { ...event, payload: { ...event.payload, entry } };
  };

  it('D-05 an entry that was edited is quarantined and named', () => {
    const entry = entryOf();
    const forged = { ...entry, outcomes: { paper_pnl: 1_000 } };
    const good = recordedFact(entryAt(5), TOLD);
    // A store would not let it through; an entry signed wrongly is found without looking at links.
    const diary = Diary.fold(eventsOf([recordedFact(forged, TOLD), good]), 'checked');
    expect(idsOf(diary)).toEqual(['dd-5']);
    expect(diary.isQuarantined(entry.entry_id)).toBe(true);
    expect(diary.isQuarantined('dd-5')).toBe(false);
    expect(diary.readingOf('alpha').violations).toEqual([entry.entry_id]);
    expect(diary.violations[0]?.policies).toEqual(['alpha']);
    expect(diary.readingOf('beta').violations).toEqual([]);
    expect(diary.violations.map(violationName)).toEqual([
      `diary_integrity_violation:${entry.entry_id}`,
    ]);
  });

  it('D-05 an event that was edited counts against every policy', () => {
    const { events } = new ChainDesk().record(entryAt(1)).record(entryAt(2));
    const [first, second] = events as [GovernanceEvent, GovernanceEvent];
    for (const forged of [
      edited(first, { policy_id: 'beta' }),
      { ...first, actor: 'mallory' },
      { ...first, hash: 'f'.repeat(64) },
    ]) {
      const diary = fold([forged, second]);
      expect(diary.violations[0]).toMatchObject({ subject: 'dd-1', seq: 0, policies: null });
      expect(diary.readingOf('alpha').violations).toContain('dd-1');
      expect(diary.readingOf('gamma').violations).toContain('dd-1');
      expect(idsOf(diary)).not.toContain('dd-1');
    }
    expect(fold([first, second]).violations).toEqual([]);
  });

  it.each([
    ['one is missing', (events: readonly GovernanceEvent[]) => events.slice(1), ['dd-2']],
    [
      'two changed places',
      ([a, b, c]: readonly GovernanceEvent[]) => [b, a, c],
      ['dd-2', 'dd-1', 'dd-3'],
    ],
    ['one comes twice', ([a, b, c]: readonly GovernanceEvent[]) => [a, a, b, c], ['dd-1']],
  ])('where %s, what follows is named', (_what, change, named) => {
    const { events } = new ChainDesk().record(entryAt(1)).record(entryAt(2)).record(entryAt(3));
    const diary = fold(change(events) as GovernanceEvent[]);
    expect(diary.violations.map(({ subject }) => subject)).toEqual(named);
    // Who has looked at the links already need not do it again.
    const [first] = events;
    expect(Diary.fold([{ ...first, seq: 4 } as GovernanceEvent], 'checked').violations).toEqual([]);
  });

  it('follows the head of another chain no more than a wrong number', () => {
    const other = eventsOf([recordedFact(entryAt(1), TOLD)], { seq: -1, hash: '1'.repeat(64) });
    expect(fold(other).violations[0]?.detail).toBe('it does not follow');
    const later = eventsOf([recordedFact(entryAt(1), TOLD)], { seq: 0, hash: '0'.repeat(64) });
    expect(fold(later).violations[0]?.detail).toBe('it does not follow');
  });

  it.each([
    ['an unknown type', { type: 'erased' }],
    ['no entry', { payload: { ingested_at: 'x', backdated: false } }],
    [
      'more beside the entry',
      { payload: { entry: entryOf(), ingested_at: 'x', backdated: false, a: 1 } },
    ],
    ['another subject', { subject: 'dd-else' }],
    ['another policy', { refs: { policy_id: 'beta' } }],
    ['no policy', { refs: {} }],
    ['a gap of nothing', { type: 'feed_gap', payload: {} }],
    ['an amendment of nothing', { type: 'amended', payload: {} }],
    [
      'a patch of nothing',
      { type: 'amended', payload: { amends: 'a', actor: 'b', reason: 'c', at: 'd' } },
    ],
  ])('is an event with %s', (_what, change) => {
    const fact = { ...recordedFact(entryOf(), TOLD), ...change };
    const diary = fold(eventsOf([fact]));
    expect(diary.size).toBe(0);
    expect(diary.violations.map(({ subject }) => subject)).toEqual([fact.subject]);
    expect(diary.readingOf('alpha').violations).toEqual([fact.subject]);
  });

  it('counts against both where it names two policies, and against all where it names none', () => {
    const entry = entryOf();
    const fact = { ...recordedFact(entry, TOLD), refs: { policy_id: 'beta' } };
    const both = fold(eventsOf([fact]));
    expect(both.violations[0]?.policies).toEqual(['beta', 'alpha']);
    expect(both.readingOf('gamma').violations).toEqual([]);
    const none = fold(eventsOf([{ ...fact, type: 'odd', payload: {}, refs: {} }]));
    expect(none.readingOf('gamma').violations).toEqual([entry.entry_id]);
  });

  it('is an id that comes again, whatever is under it', () => {
    const fact = recordedFact(entryOf(), TOLD);
    const diary = fold(eventsOf([fact, fact]));
    expect(diary.size).toBe(1);
    expect(diary.violations).toMatchObject([{ detail: 'the id was there before', seq: 1 }]);
    const broken = recordedFact({ ...entryOf(), notes: ['forged'] }, TOLD);
    const after = fold(eventsOf([broken, fact]));
    expect(after.size).toBe(0);
    expect(after.violations).toHaveLength(2);
    expect(after.readingOf('alpha').violations).toEqual([entryOf().entry_id]);
  });

  it('is an amendment of what nobody may change, or of nothing', () => {
    const desk = new ChainDesk().record(entryAt(1));
    const bad = (amends: string, patch: object, subject = amends) => ({
      type: 'amended',
      subject,
      actor: 'mallory',
      payload: { amends, patch, actor: 'mallory', reason: 'r', at: 'x' },
      refs: { policy_id: 'alpha' },
    });
    desk.take([bad('dd-1', { drift_decision: { severity: 'normal' } }), bad('dd-9', {})]);
    desk.take([bad('dd-1', { ticket: 1 }, 'dd-2')]);
    expect(desk.diary.violations.map(({ subject, detail }) => [subject, detail])).toEqual([
      ['dd-1', 'it amends drift_decision'],
      ['dd-9', 'it amends nothing that is there'],
      ['dd-2', 'it amends nothing that is there'],
    ]);
    expect(idsOf(desk.diary)).toEqual(['dd-1']);
    expect(desk.diary.isQuarantined('dd-1')).toBe(false);
  });

  it('is signed by its content alone, whoever signs', () => {
    const forged = { ...entryOf(), notes: ['x'] };
    const resigned = { ...forged, signature: signatureOf(forged) };
    expect(fold(eventsOf([recordedFact(resigned, TOLD)])).violations).toEqual([]);
  });

  it('is not asked of another chain', () => {
    const events = eventsOf([recordedFact(entryOf(), TOLD)], undefined, T0, 'ledger');
    expect(() => fold(events)).toThrow('its own chain');
  });
});

describe('evidence', () => {
  const DAY = 86_400_000;
  const desk = new ChainDesk()
    .record(entryOf({ entry_id: 'dd-paper' }))
    .record(entryOf({ entry_id: 'dd-live', metadata: { release_stage: 'limited_live' } }))
    .record(entryOf({ entry_id: 'dd-bare', metadata: {} }), {
      ...RECORDING,
      hasLedgerRecord: false,
    });
  desk.take([
    { ...recordedFact(entryOf({ entry_id: 'dd-forged' }), TOLD), refs: { policy_id: 'b' } },
  ]);
  const find = (entryId: string, { policyId = 'alpha', now = T0 + DAY, days = 30 } = {}) =>
    findingOf(evidenceEntryOf(desk.diary, entryId), policyId, now, days).found;

  it.each([
    ['dd-paper', {}, 'resolved'],
    ['dd-paper', { policyId: 'beta' }, 'policy_mismatch'],
    ['dd-paper', { now: T0 + 30 * DAY }, 'resolved'],
    ['dd-paper', { now: T0 + 30 * DAY + 1 }, 'too_old'],
    ['dd-paper', { now: T0 + 2 * DAY, days: 1 }, 'too_old'],
    ['dd-live', {}, 'resolved'],
    ['dd-none', {}, 'missing'],
    ['dd-forged', {}, 'signature_invalid'],
  ])('%s with %j is %s', (entryId, change, found) => {
    expect(find(entryId, change)).toBe(found);
  });

  it.each([
    ['dd-live', 'limited_live'],
    ['dd-bare', null],
  ])('%s says where it was made: %s', (entryId, stage) => {
    expect(evidenceEntryOf(desk.diary, entryId)).toMatchObject({ stage, isIntact: true });
  });
});
