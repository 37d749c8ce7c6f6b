/**
 * A cryptographic hash, given by the shell (`node:crypto`): core has none of its own. Must be pure.
 */
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

/** Not constant-time: digests here are public. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/**
 * One leading byte keeps every kind of preimage apart: a leaf can never be read as a node or a
 * link.
 */
export function hashTagged(
  hash: HashFunction,
  tag: number,
  first: Uint8Array,
  second?: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(1 + first.length + (second?.length ?? 0));
  bytes[0] = tag;
  bytes.set(first, 1);
  if (second !== undefined) bytes.set(second, 1 + first.length);
  return hash(bytes);
}
