import { hash } from 'node:crypto';
import { digestOf, lineOf, NO_HASH } from '@holdfast/runtime/proof';
import { describe, expect, it } from 'vitest';
import { linkFacts, readRow } from './chain-link.ts';
import { EMPTY_CHAIN, type Fact } from './event.ts';
import { chainLineOf } from './export-chain.ts';
import type { EventRow } from './schema.ts';

const AT = Date.UTC(2026, 2, 1, 9);
const FACT: Fact = { type: 'told', subject: 'alpha', actor: 'ana', payload: { a: -0 }, refs: {} };

function rowsOf(count: number): readonly EventRow[] {
  const facts = Array.from({ length: count }, () => FACT);
  return linkFacts('ledger', EMPTY_CHAIN, facts, AT).map(({ row }) => row);
}

/** The row with another body, and the hash of that body. */
function forged(row: EventRow, body: string): EventRow {
  return { ...row, body, hash: digestOf(JSON.parse(body)) };
}

const changed = (row: EventRow, change: object): string =>
  JSON.stringify({ ...(JSON.parse(row.body) as object), ...change });

const first = (): EventRow => {
  const [row] = rowsOf(1);
  if (row === undefined) throw new Error('no row');
  return row;
};
const PLACE = { domain: 'ledger', seq: 0, before: EMPTY_CHAIN } as const;

describe('a link', () => {
  it('is the one of a record, as lines without governance have it', () => {
    const [link] = linkFacts('ledger', EMPTY_CHAIN, [FACT], AT);
    if (link === undefined) throw new Error('no link');
    const { hash: own, ...body } = link.event;
    expect(lineOf(body)).toEqual({ line: chainLineOf(link.event), hash: own });
    expect(link.event.payload).toEqual({ a: 0 });
    expect(readRow(link.row, PLACE)).toEqual(link.event);
  });

  it('has times of four digits', () => {
    const last = Date.UTC(10_000, 0) - 1;
    for (const [at, ts] of [
      [0, '1970-01-01T00:00:00.000Z'],
      [last, '9999-12-31T23:59:59.999Z'],
    ] as const) {
      expect(linkFacts('ledger', EMPTY_CHAIN, [FACT], at)[0]?.event.ts).toBe(ts);
    }
    for (const at of [-1, last + 1, 0.5, Number.MAX_SAFE_INTEGER]) {
      expect(() => linkFacts('ledger', EMPTY_CHAIN, [FACT], at)).toThrow('is no time');
    }
  });

  it('names the fact that is malformed by its place', () => {
    const wrong = { ...FACT, payload: { deep: [{ a: Number.NaN }] } };
    expect(() => linkFacts('diary', { seq: 6, hash: NO_HASH }, [FACT, wrong], AT)).toThrow(
      'fact_malformed: diary 8: /payload/deep/0/a number_not_finite',
    );
  });
});

describe('a row whose hash is the one of its body', () => {
  it.each<[string, (row: EventRow) => EventRow, string]>([
    ['stands elsewhere', (row) => ({ ...row, seq: 7 }), 'event 7 stands at its place'],
    [
      'is no text',
      (row) => ({ ...row, body: Buffer.from(row.body) as unknown as string }),
      'its body is no text',
    ],
    ['is spelled otherwise', (row) => respelled(row), 'its body is not canonical JSON'],
    [
      'is of another domain',
      (row) => forged(row, sorted(changed(row, { domain: 'diary' }))),
      'its body is event 0 of diary',
    ],
    [
      'is another event',
      (row) => forged(row, sorted(changed(row, { seq: 1 }))),
      'its body is event 1 of ledger',
    ],
    ['is found under another domain', (row) => ({ ...row, domain: 'diary' }), 'its domain is not'],
    ['is found under another type', (row) => ({ ...row, type: 'x' }), 'its type is not'],
    [
      'is no event',
      (row) => forged(row, sorted(changed(row, { v: 2 }))),
      'store_chain_broken: ledger 0: /v ',
    ],
    [
      'follows another',
      (row) => {
        const prev_hash = 'a'.repeat(64);
        return { ...forged(row, sorted(changed(row, { prev_hash }))), prev_hash };
      },
      `follows ${'a'.repeat(64)}, before it is ${NO_HASH}`,
    ],
  ])('and that %s is broken', (_, change, detail) => {
    expect(() => readRow(change(first()), PLACE)).toThrow(detail);
    expect(() => readRow(change(first()), PLACE)).toThrow(/^store_chain_broken: ledger 0: /);
  });

  it('and of which the one before is not known is read', () => {
    const [, second] = rowsOf(2);
    if (second === undefined) throw new Error('no row');
    expect(readRow(second, { ...PLACE, seq: 1, before: null }).seq).toBe(1);
    expect(() => readRow(second, { ...PLACE, seq: 1 })).toThrow('follows');
  });
});

/** All keys in order, which is all that these bodies lack of the canonical form. */
function sorted(text: string): string {
  const entries = Object.entries(JSON.parse(text) as object);
  return JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function respelled(row: EventRow): EventRow {
  const body = row.body.replace('{"actor"', '{ "actor"');
  return { ...row, body, hash: hash('sha256', body, 'hex') };
}
