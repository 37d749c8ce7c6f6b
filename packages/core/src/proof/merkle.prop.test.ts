import { hash as digest } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  merkleLeaf,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => digest('sha256', bytes, 'buffer');
const leavesOf = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, index) => merkleLeaf(sha256, Buffer.from([index])));

const SIZE_MAX = 40;
const allLeaves = leavesOf(SIZE_MAX);
const rootOf = (size: number): Uint8Array => merkleRoot(sha256, allLeaves.slice(0, size));
const roots = Array.from({ length: SIZE_MAX + 1 }, (_, size) => rootOf(size));
const root = (size: number): Uint8Array => roots[size] ?? new Uint8Array(0);

/** A proof with one bit flipped, one element dropped, or one element too many. */
function damaged(proof: readonly Uint8Array[], at: number, how: number): Uint8Array[] {
  if (proof.length === 0 || how === 2) return [...proof, root(1)];
  const index = at % proof.length;
  if (how === 1) return proof.toSpliced(index, 1);
  const bytes = Uint8Array.from(proof[index] ?? []);
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << (at % 8));
  return proof.with(index, bytes);
}

it('proves every leaf of every small tree, and no other leaf in its place', () => {
  for (let size = 1; size <= SIZE_MAX; size += 1) {
    const leaves = allLeaves.slice(0, size);
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionProof(sha256, leaves, index) ?? [];
      const leaf = leaves[index] ?? new Uint8Array(0);
      const claim = { leaf, index, size, root: root(size), proof };
      expect(verifyInclusion(sha256, claim)).toBe(true);
      const other = allLeaves[(index + 1) % SIZE_MAX] ?? leaf;
      expect(verifyInclusion(sha256, { ...claim, leaf: other })).toBe(false);
    }
  }
});

it('proves every growth of every small tree, and refuses a rewritten past', () => {
  for (let newSize = 1; newSize <= SIZE_MAX; newSize += 1) {
    const leaves = allLeaves.slice(0, newSize);
    for (let oldSize = 1; oldSize <= newSize; oldSize += 1) {
      const proof = consistencyProof(sha256, leaves, oldSize) ?? [];
      const claim = { oldSize, newSize, oldRoot: root(oldSize), newRoot: root(newSize), proof };
      expect(verifyConsistency(sha256, claim)).toBe(true);
      expect(verifyConsistency(sha256, { ...claim, oldRoot: sha256(root(oldSize)) })).toBe(false);
      expect(verifyConsistency(sha256, { ...claim, newRoot: sha256(root(newSize)) })).toBe(false);
    }
  }
});

it('accepts no damaged proof', () => {
  const pair = fc.tuple(fc.integer({ min: 1, max: SIZE_MAX }), fc.nat());
  fc.assert(
    fc.property(pair, fc.nat(), fc.nat(2), ([size, pick], at, how) => {
      const leaves = allLeaves.slice(0, size);
      const index = pick % size;
      const leaf = leaves[index] ?? new Uint8Array(0);
      const path = damaged(inclusionProof(sha256, leaves, index) ?? [], at, how);
      const claim = { leaf, index, size, root: root(size), proof: path };
      expect(verifyInclusion(sha256, claim)).toBe(false);
      const oldSize = index + 1;
      const growth = damaged(consistencyProof(sha256, leaves, oldSize) ?? [], at, how);
      const grown = { oldSize, newSize: size, oldRoot: root(oldSize), newRoot: root(size) };
      expect(verifyConsistency(sha256, { ...grown, proof: growth })).toBe(false);
    }),
    { numRuns: 500 },
  );
});
