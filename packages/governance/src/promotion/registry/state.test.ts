import { describe, expect, it } from 'vitest';
import type { Fact, GovernanceEvent } from '../../store/event.ts';
import { championOf } from './champion.ts';
import { chained, offer, T0 } from './chain.fixture.ts';
import type { GuardRecord } from './events.ts';
import { EMPTY_REGISTRY, foldRegistry } from './state.ts';
import type { Status } from './status.ts';

function champion(id: string) {
  const read = championOf(offer(id));
  if (!read.ok) throw new Error(read.detail);
  return read.champion;
}

const passed = (status: Status, over: Partial<GuardRecord> = {}): GuardRecord => ({
  ok: true,
  policy_id: 'a',
  status,
  required_stage: 'paper',
  coverage: { balanced: '3/3' },
  failures: [],
  ...over,
});

const fact = (type: string, payload: object, subject = 'a'): Fact => ({
  type,
  subject,
  actor: 'ana',
  payload: { ...payload },
  refs: {},
});
const born = (over: object = {}, subject = 'a') =>
  fact(
    'champion_registered',
    { champion: champion(subject), from: null, to: 'evolved', reason: '', guard: null, ...over },
    subject,
  );
const stepped = (over: object, subject = 'a') =>
  fact('status_changed', { reason: '', guard: null, new_evidence_epoch: false, ...over }, subject);
const approved = (to: Status = 'approved') => stepped({ from: 'evolved', to, guard: passed(to) });
const fell = (from: Status, to: Status) => fact('reconciled', { from, to, reason: '' });
const refused = (over: object = {}) =>
  fact('fallback_guard_rejected', {
    status: 'approved_fallback',
    reason: '',
    guard: passed('approved_default', { ok: false }),
    ...over,
  });

const at = (facts: readonly Fact[]) => chained(EMPTY_REGISTRY.head, facts, T0);
const fold = (...facts: readonly Fact[]) => foldRegistry(at(facts));

/** What the last of them is refused for; the ones before it are sound. */
function wrong(...facts: readonly Fact[]) {
  const before = fold(...facts.slice(0, -1));
  expect(before.ok ? null : before.detail).toBeNull();
  const folded = fold(...facts);
  if (folded.ok) return null;
  expect(folded.seq).toBe(facts.length - 1);
  return `${folded.code} ${folded.detail.replace(/^.*about .: /, '')}`;
}

describe('the chain of the registry', () => {
  it('adds up to strategies and a row for every event', () => {
    const folded = fold(born(), approved('approved_fallback'), refused());
    if (!folded.ok) throw new Error(folded.detail);
    const { state } = folded;
    const ts = new Date(T0).toISOString();
    expect([...state.strategies.values()]).toEqual([
      {
        strategyId: 'a',
        champion: champion('a'),
        status: 'approved_fallback',
        createdAt: ts,
        createdSeq: 0,
        evidenceSince: 0,
      },
    ]);
    expect(state.rows).toMatchObject([
      { seq: 0, from: null, to: 'evolved', actor: 'ana', reason: 'champion_registered', at: ts },
      { seq: 1, from: 'evolved', to: 'approved_fallback', guard: { ok: true } },
      { seq: 2, from: 'approved_fallback', to: 'approved_fallback', guard: { ok: false } },
    ]);
    expect(state.rows[2]?.prevHash).toBe(state.rows[1]?.hash);
    expect(state.head).toEqual({ seq: 2, hash: state.rows[2]?.hash });
  });

  it('goes on from where it was, and changes nothing of what was', () => {
    const events = at([born(), approved()]);
    const first = foldRegistry(events.slice(0, 1));
    if (!first.ok) throw new Error(first.detail);
    expect(foldRegistry(events.slice(1), first.state)).toEqual(foldRegistry(events));
    expect(first.state.strategies.get('a')?.status).toBe('evolved');
    expect(first.state.rows).toHaveLength(1);
    expect(EMPTY_REGISTRY.strategies.size).toBe(0);
  });

  it('is refused where an event does not follow the one before', () => {
    const [one, two] = at([born(), approved()]) as [GovernanceEvent, GovernanceEvent];
    const moved = { ok: false, code: 'event_impossible', seq: 1 };
    expect(foldRegistry([two])).toMatchObject(moved);
    expect(foldRegistry([one, { ...two, prev_hash: two.hash }])).toMatchObject({
      ...moved,
      detail: 'it does not follow event 0',
    });
  });

  const MALFORMED: readonly (readonly [string, Fact])[] = [
    ['of another kind', fact('champion_promoted', {})],
    ['of the kind of every object', fact('toString', {})],
    ['without what it needs', fact('reconciled', { from: 'active' })],
    [
      'with more than it may have',
      fact('reconciled', { ...fell('active', 'inactive').payload, x: 1 }),
    ],
    ['of no status', fact('reconciled', { from: 'actve', to: 'inactive', reason: '' })],
    ['with a genome that is no JSON', born({ champion: { ...champion('a'), dna: '{x}' } })],
    ['with a genome that is no mapping', born({ champion: { ...champion('a'), dna: '[]' } })],
    [
      'with a report that is no JSON',
      born({ champion: { ...champion('a'), fitness_report: '{' } }),
    ],
    [
      'with a catalogue that is no JSON',
      born({ champion: { ...champion('a'), catalogue_metadata: '{,}' } }),
    ],
    [
      'with an entry that is no JSON',
      born({ champion: { ...champion('a'), catalogue_entry_metadata: '{,}' } }),
    ],
  ];
  it.each(MALFORMED)('is refused where an event is %s', (_, malformed) => {
    expect(fold(malformed)).toMatchObject({ ok: false, code: 'event_malformed', seq: 0 });
  });

  it('knows nobody before he is registered', () => {
    const nobody = 'event_impossible nobody has registered it';
    expect(wrong(approved())).toBe(nobody);
    expect(wrong(fell('active', 'inactive'))).toBe(nobody);
    expect(wrong(refused())).toBe(nobody);
  });

  it('has no step from where a strategy does not stand', () => {
    expect(wrong(born(), stepped({ from: 'approved', to: 'inactive' }))).toBe(
      'event_impossible it was evolved, and not approved',
    );
    expect(wrong(born(), fell('active', 'inactive'))).toBe(
      'event_impossible it was evolved, and not active',
    );
    expect(wrong(born({ from: 'evolved' }))).toBe('event_impossible it was unknown');
    expect(wrong(born(), born())).toBe('event_impossible it was evolved');
    expect(wrong(born(), born({ from: 'evolved' }))).toBeNull();
  });

  it('has no step that the table does not have', () => {
    expect(wrong(born(), stepped({ from: 'evolved', to: 'active', guard: passed('active') }))).toBe(
      'event_impossible there is no step from evolved to active',
    );
    expect(wrong(born({ to: 'active', guard: passed('active') }))).toBe(
      'event_impossible there is no step from evolved to active',
    );
  });

  const UNGUARDED: readonly (readonly [string, GuardRecord | null])[] = [
    ['nobody', null],
    ['a guard that refused', passed('approved', { ok: false })],
    ['a guard asked for another status', passed('approved_default')],
    ['a guard asked for another policy', passed('approved', { policy_id: 'b' })],
  ];
  it.each(UNGUARDED)('has no guarded step that %s has passed', (_, guard) => {
    const none = 'event_impossible no guard has passed it';
    expect(wrong(born(), stepped({ from: 'evolved', to: 'approved', guard }))).toBe(none);
    expect(wrong(born({ to: 'approved', guard }))).toBe(none);
    expect(wrong(born(), approved(), born({ from: 'approved', to: 'approved', guard }))).toBe(none);
  });

  it('takes a guarded step that the guard has passed, and a free one without it', () => {
    const again = born({ from: 'approved', to: 'approved', guard: passed('approved') });
    expect(wrong(born({ to: 'approved', guard: passed('approved') }), again)).toBeNull();
    expect(wrong(born(), stepped({ from: 'evolved', to: 'inactive' }))).toBeNull();
  });

  it('has one default', () => {
    const other = passed('approved_default', { policy_id: 'b' });
    const second = stepped({ from: 'evolved', to: 'approved_default', guard: other }, 'b');
    const two = [born(), approved('approved_default'), born({}, 'b')];
    expect(wrong(...two, second)).toBe('event_impossible there is a default already');
    const away = stepped({ from: 'approved_default', to: 'approved_fallback' });
    expect(wrong(...two, away, second)).toBeNull();
  });

  it('lowers who has something to lose, and to where it is lower', () => {
    expect(wrong(born(), fell('evolved', 'inactive'))).toBe(
      'event_impossible evolved is not lowered to inactive',
    );
    expect(wrong(born(), approved(), fell('approved', 'evolved'))).toBe(
      'event_impossible approved is not lowered to evolved',
    );
    expect(wrong(born(), approved(), fell('approved', 'inactive'))).toBeNull();
  });

  it('begins an evidence epoch from rejected, and from nowhere else', () => {
    const rejected = [born(), stepped({ from: 'evolved', to: 'rejected' })];
    const back = (flag: boolean) =>
      stepped({ from: 'rejected', to: 'evolved', new_evidence_epoch: flag });
    expect(wrong(...rejected, back(false))).toBe('event_impossible its evidence epoch');
    expect(wrong(...rejected, back(true))).toBeNull();
    const early = stepped({ from: 'evolved', to: 'inactive', new_evidence_epoch: true });
    expect(wrong(born(), early)).toBe('event_impossible its evidence epoch');
    const folded = fold(...rejected, back(true));
    expect(folded.ok && folded.state.strategies.get('a')?.evidenceSince).toBe(T0);
    const registered = fold(...rejected, born({ from: 'rejected', to: 'evolved' }));
    expect(registered.ok && registered.state.strategies.get('a')?.evidenceSince).toBe(T0);
    const stays = fold(...rejected, born({ from: 'rejected', to: 'rejected' }));
    expect(stays.ok && stays.state.strategies.get('a')?.evidenceSince).toBe(0);
  });

  it('refuses a fallback only where there was one and the guard did', () => {
    const none = 'event_impossible it is no fallback';
    expect(wrong(born(), refused())).toBe(none);
    expect(wrong(born(), approved(), refused({ status: 'approved' }))).toBe(none);
    const guard = passed('approved_default');
    expect(wrong(born(), approved('approved_fallback'), refused({ guard }))).toBe(
      'event_impossible the guard has passed it',
    );
  });
});
