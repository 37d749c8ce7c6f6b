import { hash as digest } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainEntry, chainGenesis, chainLink, verifyChain } from './chain.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => digest('sha256', bytes, 'buffer');
const genesis = chainGenesis(sha256, Buffer.from('ledger'));

function chainOf(records: readonly Uint8Array[]): ChainEntry[] {
  let head = genesis;
  return records.map((record) => {
    head = chainLink(sha256, head, record);
    return { record, link: head };
  });
}

const records = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 12,
});

/** Two records apart are never equal, so that a move is a change. */
const distinct = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 20 }), {
  minLength: 2,
  maxLength: 12,
  selector: (bytes) => Buffer.from(bytes).toString('hex'),
});

function flip(bytes: Uint8Array, index: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

describe('verifyChain', () => {
  it('pins the bytes that are hashed', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const first = digest('sha256', Buffer.from('02' + hex(Buffer.from('ledger')), 'hex'), 'hex');
    expect(hex(genesis)).toBe(first);
    const linked = chainLink(sha256, genesis, Buffer.from('a'));
    expect(hex(linked)).toBe(digest('sha256', Buffer.from(`03${first}61`, 'hex'), 'hex'));
  });

  it('accepts what was linked, and an empty chain', () => {
    expect(verifyChain(sha256, genesis, [])).toEqual({ ok: true, length: 0, head: genesis });
    fc.assert(
      fc.property(records, (list) => {
        const chain = chainOf(list);
        const head = chain.at(-1)?.link ?? genesis;
        const end = { length: chain.length, head };
        expect(verifyChain(sha256, genesis, chain, end)).toEqual({ ok: true, ...end });
      }),
    );
  });

  it('names the first broken index for any flipped bit of a record or a link', () => {
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.nat(),
        fc.nat(7),
        fc.boolean(),
        (list, at, byte, bit, isLink) => {
          const chain = chainOf(list);
          const index = at % chain.length;
          chain.forEach((entry, place) => {
            if (place !== index) return;
            chain[place] = isLink
              ? { ...entry, link: flip(entry.link, byte % entry.link.length, bit) }
              : { ...entry, record: flip(entry.record, byte % entry.record.length, bit) };
          });
          expect(verifyChain(sha256, genesis, chain)).toEqual({
            ok: false,
            brokenAt: index,
            cause: 'link_mismatch',
          });
        },
      ),
    );
  });

  it('finds a dropped and a moved entry where it happened', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), (list, at) => {
        const chain = chainOf(list);
        const index = at % (chain.length - 1);
        const dropped = chain.toSpliced(index, 1);
        expect(verifyChain(sha256, genesis, dropped)).toMatchObject({ ok: false, brokenAt: index });
        const moved = [...dropped, ...chain.slice(index, index + 1)];
        expect(verifyChain(sha256, genesis, moved)).toMatchObject({ ok: false, brokenAt: index });
      }),
    );
  });

  it('finds a cut-off tail only with the end known from elsewhere', () => {
    const chain = chainOf([Buffer.from('a'), Buffer.from('b')]);
    const end = { length: 2, head: chain[1]?.link ?? genesis };
    const cut = chain.slice(0, 1);
    expect(verifyChain(sha256, genesis, cut).ok).toBe(true);
    expect(verifyChain(sha256, genesis, cut, end)).toEqual({
      ok: false,
      brokenAt: 1,
      cause: 'wrong_length',
    });
    expect(verifyChain(sha256, genesis, chain, { length: 2, head: genesis })).toEqual({
      ok: false,
      brokenAt: 2,
      cause: 'wrong_head',
    });
  });

  it('does not accept the chain of another ledger', () => {
    const other = chainGenesis(sha256, Buffer.from('other'));
    const verdict = verifyChain(sha256, other, chainOf([Buffer.from('a')]));
    expect(verdict).toMatchObject({ ok: false, brokenAt: 0 });
  });
});
