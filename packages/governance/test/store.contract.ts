/** What every store has to do, whatever keeps its rows. */
import { canonicalJson } from '@holdfast/core/proof';
import { digestOf, NO_HASH, readChain } from '@holdfast/runtime/proof';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPEND_MAX, EVENT_BYTES_MAX } from '../src/store/chain-link.ts';
import { chainLineOf } from '../src/store/export-chain.ts';
import {
  type ChainHead,
  DOMAINS,
  type Domain,
  EMPTY_CHAIN,
  type Fact,
  type GovernanceEvent,
} from '../src/store/event.ts';
import { importChain } from '../src/store/import-chain.ts';
import { readAll } from '../src/store/read-all.fixture.ts';
import { type GovernanceStore, StoreError } from '../src/store/store.ts';

/** The columns of a row that may be changed behind the back of the store. */
export type Column = 'ts' | 'type' | 'subject' | 'body' | 'prev_hash' | 'hash';

/** Somewhere that chains are kept, empty at first. */
export interface Place {
  /** Another store over the same chains. */
  open(): Promise<GovernanceStore>;
  cell(domain: Domain, seq: number, column: Column): Promise<string>;
  setCell(domain: Domain, seq: number, column: Column, value: string): Promise<void>;
  moveRow(domain: Domain, seq: number, to: number): Promise<void>;
  dropRow(domain: Domain, seq: number): Promise<void>;
  drop(): Promise<void>;
}

const AT = Date.UTC(2026, 2, 1, 9);

export function fact(n: number, payload: Record<string, unknown> = { n }): Fact {
  return { type: 'told', subject: `policy-${n % 3}`, actor: 'ana', payload, refs: {} };
}

/** Appends facts behind whatever the end is by then; for as long as others are quicker. */
export async function insist(
  store: GovernanceStore,
  domain: Domain,
  facts: readonly Fact[],
): Promise<readonly GovernanceEvent[]> {
  for (let after = await store.head(domain); ; ) {
    const appended = await store.append(domain, after, facts, AT);
    if (appended.ok) return appended.events;
    after = appended.head;
  }
}

async function faultOf(doing: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw new Error(`no StoreError but ${String(error)}`);
}

async function expectBroken(doing: Promise<unknown>, domain: Domain, seq: number): Promise<void> {
  const { code, message } = await faultOf(doing);
  expect(code).toBe('store_chain_broken');
  expect(message).toContain(`store_chain_broken: ${domain} ${seq}: `);
}

export function describeStore(name: string, makePlace: () => Promise<Place>, runs: number): void {
  describe(name, () => {
    let place: Place;
    const opened: GovernanceStore[] = [];
    const open = async (): Promise<GovernanceStore> => {
      const store = await place.open();
      opened.push(store);
      return store;
    };

    beforeEach(async () => {
      place = await makePlace();
    });
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
      await place.drop();
    });

    const scope: Scope = { open, place: () => place, makePlace, runs };
    describeAppending(scope);
    describeRacing(scope);
    describeReading(scope);
    describeTampering(scope);
    describeLines(scope);
  });
}

interface Scope {
  readonly open: () => Promise<GovernanceStore>;
  readonly place: () => Place;
  readonly makePlace: () => Promise<Place>;
  readonly runs: number;
}

function describeAppending({ open }: Scope): void {
  it('has chains that are empty at first', async () => {
    const store = await open();
    for (const domain of DOMAINS) {
      expect(await store.head(domain)).toEqual({ seq: -1, hash: NO_HASH });
      expect(await readAll(store, domain)).toEqual([]);
    }
  });

  it('chains what is appended, each domain for itself', async () => {
    const store = await open();
    const refs = { policy_id: 'alpha', run_id: 'r1' };
    const first = await store.append('ledger', EMPTY_CHAIN, [{ ...fact(0), refs }, fact(1)], AT);
    if (!first.ok) throw new Error(first.code);
    const [zero, one] = first.events;
    expect(zero).toMatchObject({
      v: 1,
      domain: 'ledger',
      seq: 0,
      ts: '2026-03-01T09:00:00.000Z',
      type: 'told',
      subject: 'policy-0',
      actor: 'ana',
      payload: { n: 0 },
      refs,
      prev_hash: NO_HASH,
    });
    for (const event of first.events) {
      const { hash, ...rest } = event;
      expect(hash).toBe(digestOf(rest));
    }
    expect(one).toMatchObject({ seq: 1, prev_hash: zero?.hash });
    expect(await store.head('ledger')).toEqual({ seq: 1, hash: one?.hash });
    expect(await store.head('diary')).toEqual(EMPTY_CHAIN);
    const other = await open();
    expect(await readAll(other, 'ledger')).toEqual(first.events);
    expect(await readAll(other, 'diary')).toEqual([]);
    const diary = await insist(other, 'diary', [fact(0)]);
    expect(diary).toMatchObject([{ seq: 0, domain: 'diary', prev_hash: NO_HASH }]);
    expect(await insist(other, 'ledger', [fact(2)])).toMatchObject([
      { seq: 2, prev_hash: one?.hash },
    ]);
  });

  it('appends nothing where the chain ends elsewhere', async () => {
    const [store, other] = [await open(), await open()];
    await insist(store, 'ledger', [fact(0)]);
    const old = await store.head('ledger');
    const [next] = await insist(other, 'ledger', [fact(1)]);
    const head = { seq: 1, hash: next?.hash };
    const wrong: readonly ChainHead[] = [
      EMPTY_CHAIN,
      old,
      { seq: 1, hash: old.hash },
      { seq: 2, hash: head.hash ?? '' },
    ];
    for (const after of wrong) {
      for (const facts of [[fact(9)], []]) {
        const refused = await store.append('ledger', after, facts, AT);
        expect(refused).toEqual({ ok: false, code: 'head_moved', head });
      }
    }
    expect(await readAll(store, 'ledger')).toHaveLength(2);
    const after = await store.head('ledger');
    expect(await store.append('ledger', after, [], AT)).toEqual({ ok: true, events: [] });
    expect(await store.append('ledger', after, [fact(2)], AT)).toMatchObject({ ok: true });
  });

  it.each<[string, Fact, number]>([
    ['undefined in it', fact(0, { a: undefined }), AT],
    ['a number that is none', fact(0, { a: Number.NaN }), AT],
    ['half a character', fact(0, { a: '\ud800' }), AT],
    ['an object of a class', fact(0, { a: new Date(0) }), AT],
    ['no subject', { ...fact(0), subject: '' }, AT],
    ['a subject of two lines', { ...fact(0), subject: 'a\nb' }, AT],
    ['a subject with NUL', { ...fact(0), subject: 'a\u0000b' }, AT],
    ['a time before times', fact(0), -1],
    ['a time after times', fact(0), Date.UTC(10_000, 0)],
    ['no time', fact(0), Number.NaN],
  ])('refuses %s, and all that comes with it', async (_, malformed, at) => {
    const store = await open();
    const { code } = await faultOf(store.append('diary', EMPTY_CHAIN, [fact(1), malformed], at));
    expect(code).toBe('fact_malformed');
    expect(await store.head('diary')).toEqual(EMPTY_CHAIN);
    expect(await insist(store, 'diary', [fact(0)])).toHaveLength(1);
  });

  it('has a bound for an event, and for how many come at once', async () => {
    const store = await open();
    const empty = (await insist(store, 'diary', [fact(0, { a: '' })]))[0];
    const { hash: _, ...rest } = empty ?? {};
    const left = EVENT_BYTES_MAX - JSON.stringify(rest).length;
    const [largest] = await insist(store, 'diary', [fact(0, { a: 'x'.repeat(left) })]);
    expect(await readAll(store, 'diary', 1)).toEqual([largest]);
    const over = [fact(0, { a: 'x'.repeat(left + 1) })];
    const after = await store.head('diary');
    expect((await faultOf(store.append('diary', after, over, AT))).message).toBe(
      `fact_malformed: diary 2: ${EVENT_BYTES_MAX + 1} bytes, at most ${EVENT_BYTES_MAX}`,
    );
    const many = Array.from({ length: APPEND_MAX + 1 }, (__, n) => fact(n));
    expect((await faultOf(store.append('diary', after, many, AT))).code).toBe('fact_malformed');
    expect(await insist(store, 'diary', many.slice(1))).toHaveLength(APPEND_MAX);
  });

  it('is unavailable once it is closed', async () => {
    const store = await open();
    await insist(store, 'diary', [fact(0)]);
    await store.close();
    await store.close();
    for (const doing of [
      store.head('diary'),
      store.append('diary', EMPTY_CHAIN, [fact(0)], AT),
      readAll(store, 'diary'),
    ]) {
      expect((await faultOf(doing)).message).toBe('store_unavailable: the store is closed');
    }
  });
}

function describeRacing({ open, runs }: Scope): void {
  it('loses and doubles nothing where several write at once', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const each = Math.max(8, runs);
    const told: GovernanceEvent[] = [];
    let refused = 0;
    const write = async (store: GovernanceStore, writer: number): Promise<void> => {
      let after = await store.head('ledger');
      for (let n = 0; n < each; ) {
        const facts = Array.from({ length: 1 + (n % 3) }, (_, part) =>
          fact(n, { writer, n, part }),
        );
        const appended = await store.append('ledger', after, facts, AT);
        if (appended.ok) {
          told.push(...appended.events);
          const last = appended.events.at(-1);
          after = { seq: last?.seq ?? -1, hash: last?.hash ?? '' };
          n += 1;
        } else {
          refused += 1;
          after = appended.head;
        }
      }
    };
    await Promise.all(stores.map(write));
    const there = await readAll(await open(), 'ledger');
    expect(there).toEqual(told.toSorted((one, other) => one.seq - other.seq));
    expect(new Set(there.map(({ payload }) => JSON.stringify(payload))).size).toBe(there.length);
    // What one writer told stands in the order in which it told it.
    for (const [writer] of stores.entries()) {
      const own = there.map(({ payload }) => payload).filter((each_) => each_['writer'] === writer);
      const order = own.map((payload) => Number(payload['n']) * 3 + Number(payload['part']));
      expect(order).toEqual(order.toSorted((one, other) => one - other));
    }
    expect(refused).toBeGreaterThan(0);
  });

  it('lets one of two through who decided on the same end', async () => {
    const [one, other] = [await open(), await open()];
    for (let round = 0; round < 10; round += 1) {
      const after = await one.head('registry');
      const answers = await Promise.all([
        one.append('registry', after, [fact(round, { by: 'one' })], AT),
        other.append('registry', after, [fact(round, { by: 'other' })], AT),
        other.append('registry', after, [fact(round, { by: 'other again' })], AT),
      ]);
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      const [winner] = answers.flatMap((answer) => (answer.ok ? answer.events : []));
      for (const answer of answers) {
        if (!answer.ok) expect(answer.head).toEqual({ seq: round, hash: winner?.hash });
      }
    }
    expect(await readAll(one, 'registry')).toHaveLength(10);
  });
}

const listOf = (event: GovernanceEvent | undefined): number[] => {
  return (event?.payload['list'] ?? []) as number[];
};

function describeReading({ open }: Scope): void {
  it('reads from anywhere, page after page', async () => {
    const store = await open();
    const all: GovernanceEvent[] = [];
    for (let batch = 0; batch < 3; batch += 1) {
      const facts = Array.from({ length: 256 }, (_, n) => fact(batch * 256 + n));
      all.push(...(await insist(store, 'diary', facts)));
    }
    const fresh = await open();
    for (const from of [0, 1, 2, 255, 256, 257, 511, 512, 513, 766, 767, 768]) {
      expect(await readAll(fresh, 'diary', from)).toEqual(all.slice(from));
    }
    expect(await readAll(fresh, 'diary')).toEqual(all);
    await expectBroken(readAll(fresh, 'diary', 769), 'diary', 768);
    await expect(readAll(fresh, 'diary', -1)).rejects.toThrow('number of an event');
    await expect(readAll(fresh, 'diary', 0.5)).rejects.toThrow('number of an event');
  });

  it('can be written while it is read, and left in the middle', async () => {
    const [store, other] = [await open(), await open()];
    await insist(store, 'diary', [fact(0), fact(1)]);
    const seen: number[] = [];
    for await (const event of store.read('diary')) {
      seen.push(event.seq);
      await insist(store, 'diary', [fact(9)]);
      await insist(other, 'diary', [fact(9)]);
      if (event.seq === 1) break;
    }
    expect(seen).toEqual([0, 1]);
    expect(await readAll(store, 'diary')).toHaveLength(6);
  });

  it('gives out what nobody can change in it', async () => {
    const store = await open();
    const told = fact(0, { list: [1] });
    const [event] = await insist(store, 'diary', [told]);
    (told.payload['list'] as number[]).push(2);
    listOf(event).push(3);
    expect(await readAll(store, 'diary')).toMatchObject([{ payload: { list: [1] } }]);
    const [read] = await readAll(store, 'diary');
    listOf(read).push(4);
    expect(await readAll(store, 'diary')).toMatchObject([{ payload: { list: [1] } }]);
  });
}

/** One bit of an ASCII text is turned, never to NUL, which PostgreSQL does not take. */
function turned(text: string, at: number, bit: number): string {
  const place = at % text.length;
  const code = text.charCodeAt(place) ^ (1 << bit);
  const other = code === 0 ? 1 : code;
  return text.slice(0, place) + String.fromCharCode(other) + text.slice(place + 1);
}

function describeTampering({ open, place, runs }: Scope): void {
  const LENGTH = 6;
  const columns = fc.constantFrom<Column>('body', 'hash', 'prev_hash', 'ts', 'type', 'subject');

  it('finds any bit that was turned, and appends nothing behind it', async () => {
    const facts = Array.from({ length: LENGTH }, (_, n) => fact(n));
    await insist(await open(), 'ledger', facts);
    const turn = fc.record({
      seq: fc.nat({ max: LENGTH - 1 }),
      column: columns,
      at: fc.nat({ max: 4_000 }),
      bit: fc.nat({ max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(turn, async ({ seq, column, at, bit }) => {
        const was = await place().cell('ledger', seq, column);
        await place().setCell('ledger', seq, column, turned(was, at, bit));
        const store = await place().open();
        await expectBroken(readAll(store, 'ledger'), 'ledger', seq);
        if (seq > 0) await expectBroken(readAll(store, 'ledger', seq), 'ledger', seq);
        if (seq === LENGTH - 1) await expectBroken(store.head('ledger'), 'ledger', seq);
        await expectBroken(store.append('ledger', EMPTY_CHAIN, [fact(9)], AT), 'ledger', seq);
        await store.close();
        await place().setCell('ledger', seq, column, was);
      }),
      { numRuns: runs },
    );
    expect(await readAll(await open(), 'ledger')).toHaveLength(LENGTH);
  });

  it('finds an event that is gone, or stands elsewhere', async () => {
    const store = await open();
    const facts = Array.from({ length: LENGTH }, (_, n) => fact(n));
    await insist(store, 'ledger', facts);
    await place().moveRow('ledger', 2, 77);
    await expectBroken(readAll(await open(), 'ledger'), 'ledger', 2);
    await expectBroken((await open()).head('ledger'), 'ledger', 77);
    await place().moveRow('ledger', 77, 2);
    await place().dropRow('ledger', 3);
    await expectBroken(readAll(await open(), 'ledger'), 'ledger', 3);
    await expectBroken(readAll(await open(), 'ledger', 4), 'ledger', 3);
    expect(await readAll(await open(), 'ledger', 5)).toHaveLength(1);
  });

  it('finds an end that was there before, and is gone', async () => {
    const [store, other] = [await open(), await open()];
    const [zero] = await insist(store, 'ledger', [fact(0), fact(1), fact(2)]);
    await readAll(other, 'ledger');
    await place().dropRow('ledger', 2);
    const head = { seq: 1, hash: await place().cell('ledger', 1, 'hash') };
    for (const each of [store, other]) {
      await expectBroken(each.head('ledger'), 'ledger', 2);
      await expectBroken(readAll(each, 'ledger'), 'ledger', 2);
      await expectBroken(readAll(each, 'ledger', 1), 'ledger', 2);
      await expectBroken(each.append('ledger', head, [fact(3)], AT), 'ledger', 2);
    }
    // Who never saw it cannot know: that is what projections and anchors are for.
    expect(await (await open()).head('ledger')).toEqual(head);
    await place().dropRow('ledger', 1);
    await place().dropRow('ledger', 0);
    await expectBroken(store.head('ledger'), 'ledger', 2);
    await expectBroken(store.append('ledger', EMPTY_CHAIN, [fact(3)], AT), 'ledger', 2);
    expect(zero?.seq).toBe(0);
  });

  it('finds a chain that was written anew, hashes and all', async () => {
    const [store, forger] = [await open(), await open()];
    await insist(store, 'ledger', [fact(0), fact(1)]);
    for (const seq of [1, 0]) await place().dropRow('ledger', seq);
    const rewriter = await open();
    await insist(rewriter, 'ledger', [fact(7), fact(8), fact(9)]);
    await expectBroken(readAll(store, 'ledger'), 'ledger', 1);
    await expectBroken(store.append('ledger', EMPTY_CHAIN, [fact(3)], AT), 'ledger', 1);
    await place().dropRow('ledger', 2);
    await expectBroken(store.head('ledger'), 'ledger', 1);
    expect(await readAll(forger, 'ledger')).toHaveLength(2);
  });
}

const payloads = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }),
  { maxKeys: 5 },
);
const facts = fc.record<Fact>({
  type: fc.constantFrom('told', 'asked'),
  subject: fc.constantFrom('policy-1', 'Strategie é 😀'),
  actor: fc.constant('ana'),
  payload: payloads,
  refs: fc.constantFrom({}, { run_id: 'r' }),
});

function describeLines({ makePlace, runs }: Scope): void {
  const appends = fc.array(fc.tuple(fc.array(facts, { minLength: 1, maxLength: 4 }), fc.nat()), {
    maxLength: 6,
  });

  it('is lines that are verified without it, and is had back from them byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(appends, async (list) => {
        const [one, two] = [await makePlace(), await makePlace()];
        const [store, copy] = [await one.open(), await two.open()];
        for (const [told, at] of list) {
          const after = await store.head('diary');
          const appended = await store.append('diary', after, told, at);
          if (!appended.ok) throw new Error(appended.code);
        }
        const events = await readAll(store, 'diary');
        const told = list.flatMap(([each]) => each.map(({ payload }) => canonicalJson(payload)));
        expect(events.map(({ payload }) => canonicalJson(payload))).toEqual(told);
        const bytes = Buffer.from(events.map(chainLineOf).join(''));
        const read = readChain(bytes);
        expect(read.faults).toEqual([]);
        expect(read.records).toEqual(events);
        const head = await store.head('diary');
        expect(await importChain(copy, 'diary', bytes)).toEqual({ ok: true, head });
        expect(await importChain(copy, 'diary', bytes)).toEqual({ ok: true, head });
        const again = await readAll(copy, 'diary');
        expect(again.map(chainLineOf).join('')).toBe(bytes.toString());
        for (const each of [store, copy]) await each.close();
        for (const each of [one, two]) await each.drop();
      }),
      { numRuns: Math.ceil(runs / 2) },
    );
  });
}
