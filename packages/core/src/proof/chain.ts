import { type HashFunction, hashTagged, isSameBytes } from './digest.ts';

/**
 * Distinct from the Merkle tags 0x00 and 0x01, so that no digest of one structure is one of the
 * other.
 */
const GENESIS = 0x02;
const LINK = 0x03;

/** One entry of a chain as it is stored: the record's bytes and the link written beside them. */
export interface ChainEntry {
  readonly record: Uint8Array;
  readonly link: Uint8Array;
}

export type ChainVerdict =
  | { readonly ok: true; readonly length: number; readonly head: Uint8Array }
  | {
      readonly ok: false;
      /**
       * The first entry that does not follow from what is before it; the length when only the end
       * is wrong.
       */
      readonly brokenAt: number;
      readonly cause: 'link_mismatch' | 'wrong_length' | 'wrong_head';
    };

/** What the holder of the chain knows from elsewhere; without it a cut-off tail cannot be seen. */
export interface ChainEnd {
  readonly length: number;
  readonly head: Uint8Array;
}

/**
 * The head of an empty chain. `context` names the ledger, so that entries cannot move to another
 * one.
 */
export function chainGenesis(hash: HashFunction, context: Uint8Array): Uint8Array {
  return hashTagged(hash, GENESIS, context);
}

/**
 * The head after one more record (D-21). `head` is a digest, of fixed length, so the split is
 * unambiguous.
 */
export function chainLink(hash: HashFunction, head: Uint8Array, record: Uint8Array): Uint8Array {
  return hashTagged(hash, LINK, head, record);
}

/**
 * Walks the entries once and stops at the first that is broken: changed, dropped, inserted or
 * moved. With `end`, a missing or surplus tail is found as well.
 */
export function verifyChain(
  hash: HashFunction,
  genesis: Uint8Array,
  entries: Iterable<ChainEntry>,
  end?: ChainEnd,
): ChainVerdict {
  let head = genesis;
  let length = 0;
  for (const entry of entries) {
    const expected = chainLink(hash, head, entry.record);
    if (!isSameBytes(expected, entry.link)) {
      return { ok: false, brokenAt: length, cause: 'link_mismatch' };
    }
    head = expected;
    length += 1;
  }
  if (end !== undefined) {
    if (end.length !== length) return { ok: false, brokenAt: length, cause: 'wrong_length' };
    if (!isSameBytes(end.head, head)) return { ok: false, brokenAt: length, cause: 'wrong_head' };
  }
  return { ok: true, length, head };
}
