import { type HashFunction, hashTagged, isSameBytes } from './digest.ts';

/**
 * The Merkle tree of RFC 6962 section 2.1, as certificate transparency uses it. Sizes and indexes
 * are safe integers; halving is done by division because bit operators stop at 2^31.
 */
const LEAF = 0x00;
const NODE = 0x01;

export function merkleLeaf(hash: HashFunction, record: Uint8Array): Uint8Array {
  return hashTagged(hash, LEAF, record);
}

function merkleNode(hash: HashFunction, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hashTagged(hash, NODE, left, right);
}

/** Root over leaf hashes (`merkleLeaf`), in order. The root of nothing is the hash of nothing. */
export function merkleRoot(hash: HashFunction, leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? hash(new Uint8Array(0)) : subtree(hash, leaves, 0, leaves.length);
}

/** Audit path of one leaf, from the leaf upwards; null when there is no such leaf. */
export function inclusionProof(
  hash: HashFunction,
  leaves: readonly Uint8Array[],
  index: number,
): readonly Uint8Array[] | null {
  if (!isIndex(index) || index >= leaves.length) return null;
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      proof.push(subtree(hash, leaves, middle, to));
      to = middle;
    } else {
      proof.push(subtree(hash, leaves, from, middle));
      from = middle;
    }
  }
  return proof.toReversed();
}

/**
 * Proof that the tree of the first `oldSize` leaves is a prefix of this one; null if impossible.
 */
export function consistencyProof(
  hash: HashFunction,
  leaves: readonly Uint8Array[],
  oldSize: number,
): readonly Uint8Array[] | null {
  if (!isIndex(oldSize) || oldSize < 1 || oldSize > leaves.length) return null;
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  // Whether the old tree still starts at the left edge: then the verifier knows that node already.
  let isWholeOldTree = true;
  while (oldSize < to) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      proof.push(subtree(hash, leaves, middle, to));
      to = middle;
    } else {
      proof.push(subtree(hash, leaves, from, middle));
      from = middle;
      isWholeOldTree = false;
    }
  }
  if (!isWholeOldTree) proof.push(subtree(hash, leaves, from, to));
  return proof.toReversed();
}

export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 section 2.1.3.2. Total: a malformed claim is simply not proven. */
export function verifyInclusion(hash: HashFunction, claim: Inclusion): boolean {
  const { leaf, index, size, root, proof } = claim;
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  if (!areDigests([leaf, ...proof], root.length)) return false;
  let position = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      node = merkleNode(hash, sibling, node);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      node = merkleNode(hash, node, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && isSameBytes(node, root);
}

export interface Consistency {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 section 2.1.4.2. An empty old tree has no proof, and none is accepted for it. */
export function verifyConsistency(hash: HashFunction, claim: Consistency): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim;
  if (!isIndex(oldSize) || !isIndex(newSize) || oldSize < 1 || oldSize > newSize) return false;
  if (!areDigests([oldRoot, ...proof], newRoot.length)) return false;
  if (oldSize === newSize) return proof.length === 0 && isSameBytes(oldRoot, newRoot);
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let position = oldSize - 1;
  let last = newSize - 1;
  while (isOdd(position)) {
    position = half(position);
    last = half(last);
  }
  let oldNode = first;
  let newNode = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      oldNode = merkleNode(hash, sibling, oldNode);
      newNode = merkleNode(hash, sibling, newNode);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      newNode = merkleNode(hash, newNode, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && isSameBytes(oldNode, oldRoot) && isSameBytes(newNode, newRoot);
}

function subtree(
  hash: HashFunction,
  leaves: readonly Uint8Array[],
  from: number,
  to: number,
): Uint8Array {
  const only = leaves[from];
  if (to - from === 1 && only !== undefined) return only;
  const middle = from + largestPowerBelow(to - from);
  return merkleNode(hash, subtree(hash, leaves, from, middle), subtree(hash, leaves, middle, to));
}

/** The largest power of two smaller than `size`, which is at least 2. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isPowerOfTwo(size: number): boolean {
  return size === 1 || largestPowerBelow(size) * 2 === size;
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function areDigests(values: readonly Uint8Array[], length: number): boolean {
  return length > 0 && values.every((value) => value.length === length);
}
