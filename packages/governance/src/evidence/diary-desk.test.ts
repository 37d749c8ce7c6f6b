import { describe, expect, it } from 'vitest';
import type { Fact } from '../store/event.ts';
import { ChainDesk, draftOf, entryAt, MemoryStore, paperMetadata, T0 } from './diary.fixture.ts';
import { type DeskPorts, DiaryDesk, type EntryNotice, type RecordOptions } from './diary-desk.ts';
import { recordedFact } from './diary-events.ts';
import { OWN_LABELS } from './regime-labels.ts';

const OPTIONS: RecordOptions = { actor: 'loop', hasLedgerRecord: true };
const TOLD = { actor: 'loop', ingestedAt: '2026-03-01T09:00:00.000Z', backdated: false };
const rivalOf = (index: number): readonly Fact[] => [recordedFact(entryAt(index), TOLD)];

async function deskOf(change: Partial<DeskPorts> = {}) {
  const store = new MemoryStore();
  const told: EntryNotice[] = [];
  const warned: string[] = [];
  const ports: DeskPorts = {
    store,
    clock: () => T0,
    publish: (notice) => {
      told.push(notice);
    },
    warn: (message) => {
      warned.push(message);
    },
    labels: OWN_LABELS,
    probes: new Map(),
    ...change,
  };
  return { store, told, warned, desk: await DiaryDesk.open(ports) };
}

describe('the desk of the diary', () => {
  it('D-01 records on the chain, tells it, and reads the same from it again', async () => {
    const { store, told, warned, desk } = await deskOf();
    const kept = await desk.record(draftOf(), { ...OPTIONS, uuid: '12345678-0000' });
    if (!kept.ok) throw new Error(kept.code);
    expect(kept).toMatchObject({
      isNew: true,
      entry: { entry_id: 'dd-20260301T090000Z-12345678' },
    });
    expect(store.events).toHaveLength(1);
    expect(store.events[0]?.payload['entry']).toEqual(kept.entry);
    expect(told).toMatchObject([
      {
        type: 'governance.decision_diary.recorded',
        source: 'understanding.decision_diary',
        payload: {
          generated_at: '2026-03-01T09:00:00.000Z',
          entry: kept.entry,
          markdown: expect.stringContaining(
            '# Decision diary entry — dd-20260301T090000Z-12345678',
          ),
          probe_registry: {},
        },
      },
    ]);
    expect(warned).toEqual([]);
    const again = (await deskOf({ store })).desk;
    expect(again.diary.readingOf('alpha')).toEqual(desk.diary.readingOf('alpha'));
    expect(again.diary.rowOf(kept.entry.entry_id)?.signature).toBe(kept.entry.signature);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('the bus is down'))],
    [
      'throws at once',
      () => {
        throw new Error('the bus is down');
      },
    ],
  ])('D-04 keeps the entry where the bus %s, and warns of it', async (_what, publish) => {
    const { store, warned, desk } = await deskOf({ publish });
    expect(await desk.record(draftOf({ entry_id: 'dd-1' }), OPTIONS)).toMatchObject({ ok: true });
    expect(store.events).toHaveLength(1);
    expect(warned).toEqual(['dd-1 is recorded, its listeners were not told: the bus is down']);
  });

  it('warns of whatever is thrown', async () => {
    const publish = () => Promise.reject('odd');
    const { warned, desk } = await deskOf({ publish });
    await desk.record(draftOf({ entry_id: 'dd-1' }), OPTIONS);
    expect(warned).toEqual(['dd-1 is recorded, its listeners were not told: odd']);
  });

  it('D-13 takes a replayed decision once, and tells it once', async () => {
    const { store, told, desk } = await deskOf();
    const draft = draftOf({ outcomes: { seen_at: '2026-03-01T09:00:01Z' } });
    const first = await desk.record(draft, { ...OPTIONS, replay: true });
    const second = await desk.record(
      { ...draft, outcomes: { seen_at: '2026-03-01T09:00:02Z' } },
      { ...OPTIONS, replay: true },
    );
    expect(first).toMatchObject({ ok: true, isNew: true });
    expect(second).toEqual({ ...first, isNew: false });
    expect(store.events).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  it('refuses as the decisions do, and writes nothing then', async () => {
    const { store, told, desk } = await deskOf();
    expect(await desk.record({ policy_id: 'a' }, OPTIONS)).toMatchObject({
      code: 'entry_malformed',
      violations: [{ path: '/decision' }, { path: '/regime_state' }],
    });
    const early = draftOf({ recorded_at: '2026-03-01T09:10:00Z' });
    expect(await desk.record(early, OPTIONS)).toMatchObject({ code: 'recorded_at_in_future' });
    const bare = draftOf({ metadata: {} });
    expect(await desk.record(bare, OPTIONS)).toMatchObject({ code: 'stage_absent' });
    expect(await desk.amend('dd-1', {}, { actor: 'a', reason: 'r' })).toMatchObject({
      code: 'entry_id_unknown',
    });
    expect(store.events).toEqual([]);
    expect(told).toEqual([]);
  });

  it('D-03 amends, and the amendment is there after reading again', async () => {
    const { store, desk } = await deskOf();
    const { release_execution: _, ...metadata } = paperMetadata();
    await desk.record(draftOf({ entry_id: 'dd-1', metadata }), OPTIONS);
    const patch = { release_execution: { stage: 'paper', route: 'pilot', forced: true } };
    const amended = await desk.amend('dd-1', patch, { actor: 'router', reason: 'routed' });
    expect(amended.ok).toBe(true);
    const again = (await deskOf({ store })).desk.diary.readingOf('alpha');
    expect(again.facts).toMatchObject([{ route: 'pilot', isRiskForced: true }]);
    expect(again).toEqual(desk.diary.readingOf('alpha'));
  });

  it('decides anew where another wrote meanwhile', async () => {
    const { store, desk } = await deskOf();
    store.rivals = [rivalOf(1), rivalOf(2)];
    expect(await desk.record(draftOf({ entry_id: 'dd-9' }), OPTIONS)).toMatchObject({ ok: true });
    expect(store.events.map(({ subject }) => subject)).toEqual(['dd-1', 'dd-2', 'dd-9']);
    expect(desk.diary.head.seq).toBe(2);
    expect(desk.diary.violations).toEqual([]);
    store.rivals = [rivalOf(3)];
    const other = draftOf({ entry_id: 'dd-3' });
    expect(await desk.record(other, OPTIONS)).toMatchObject({ code: 'duplicate_entry_id' });
  });

  it('gives up where others write all the time', async () => {
    const { store, desk } = await deskOf();
    store.rivals = Array.from({ length: 8 }, (_, index) => rivalOf(index + 1));
    expect(await desk.record(draftOf(), OPTIONS)).toMatchObject({ code: 'chain_contended' });
    expect(store.events).toHaveLength(8);
    store.rivals = Array.from({ length: 7 }, (_, index) => rivalOf(index + 20));
    expect(await desk.record(draftOf(), OPTIONS)).toMatchObject({ ok: true });
  });

  it('takes decisions in the order they came, and no more at once than may wait', async () => {
    const { store, desk } = await deskOf();
    const drafts = Array.from({ length: 1_025 }, (_, index) =>
      draftOf({ entry_id: `dd-${index}` }),
    );
    const kept = await Promise.all(drafts.map((draft) => desk.record(draft, OPTIONS)));
    expect(kept.filter(({ ok }) => ok)).toHaveLength(1_024);
    expect(kept.at(-1)).toMatchObject({ ok: false, code: 'desk_full' });
    expect(store.events.map(({ subject }) => subject)).toEqual(
      Array.from({ length: 1_024 }, (_, index) => `dd-${index}`),
    );
    expect(desk.diary.violations).toEqual([]);
    expect(await desk.record(draftOf({ entry_id: 'dd-x' }), OPTIONS)).toMatchObject({ ok: true });
  });

  it('lets the trouble of the store through, and goes on after it', async () => {
    const { store, desk } = await deskOf();
    const append = store.append.bind(store);
    store.append = () => Promise.reject(new Error('store_unavailable: disk'));
    await expect(desk.record(draftOf(), OPTIONS)).rejects.toThrow('store_unavailable');
    store.append = append;
    expect(await desk.record(draftOf(), OPTIONS)).toMatchObject({ ok: true, isNew: true });
  });

  it('begins with what was there before', async () => {
    const { store } = await deskOf();
    store.events.push(...new ChainDesk().record(entryAt(1)).events);
    expect((await deskOf({ store })).desk.diary.size).toBe(1);
  });
});
