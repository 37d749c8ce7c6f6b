import { BLOCK_BYTES_MAX } from './block.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { readValue, writeValue } from './value.ts';

/** Most effects take less. */
const FIRST_BYTES = 1_024;
const NOTHING = new Uint8Array(0);

/** Two values are the same exactly if these bytes are: every bit of them, keys in one order. */
export function canonicalBytes(value: unknown): Uint8Array {
  const writer = new ByteWriter(0, BLOCK_BYTES_MAX, FIRST_BYTES);
  writeValue(writer, value, 'canonical');
  return writer.take(NOTHING);
}

/** What those bytes say, without anything that only this process knows. */
export function plainOf(bytes: Uint8Array): unknown {
  const reader = new ByteReader();
  reader.open(bytes);
  return readValue(reader);
}

/** A place in which two values differ; a member that is not there is `undefined`. */
export interface Mismatch {
  /** JSON pointer; empty for the whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** The first place, in the order of the keys; null when there is none. */
export function firstMismatch(expected: unknown, actual: unknown, path = ''): Mismatch | null {
  if (Object.is(expected, actual)) return null;
  const pairs = membersOf(expected, actual);
  if (pairs === null) return { path, expected, actual };
  for (const [key, left, right] of pairs) {
    const place = `${path}/${key}`;
    if (left === ABSENT || right === ABSENT) {
      const shown = (side: unknown): unknown => (side === ABSENT ? undefined : side);
      return { path: place, expected: shown(left), actual: shown(right) };
    }
    const found = firstMismatch(left, right, place);
    if (found !== null) return found;
  }
  return null;
}

const ABSENT: unique symbol = Symbol('absent');

type Pair = readonly [key: string, left: unknown, right: unknown];

/** Null where the two have no members to be compared one by one. */
function membersOf(expected: unknown, actual: unknown): readonly Pair[] | null {
  const left = bagOf(expected);
  const right = bagOf(actual);
  if (left === null || right === null || left.shape !== right.shape) return null;
  const keys = [...new Set([...left.members.keys(), ...right.members.keys()])].sort();
  const side = (members: ReadonlyMap<string, unknown>, key: string): unknown =>
    members.has(key) ? members.get(key) : ABSENT;
  return keys.map((key) => [key, side(left.members, key), side(right.members, key)]);
}

function bagOf(
  value: unknown,
): { readonly shape: string; readonly members: ReadonlyMap<string, unknown> } | null {
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Set) return { shape: 'set', members: numbered([...value]) };
  if (value instanceof Map) return { shape: 'map', members: numbered([...value]) };
  if (Array.isArray(value)) return { shape: 'list', members: numbered(value) };
  return { shape: 'object', members: new Map(Object.entries(value)) };
}

function numbered(list: readonly unknown[]): ReadonlyMap<string, unknown> {
  return new Map(list.map((value, index) => [String(index), value]));
}

/** For people: JSON, with words for what JSON lacks. */
export function describeValue(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (member instanceof Set || member instanceof Map) return [...member];
    if (member === undefined) return 'undefined';
    if (typeof member === 'number' && !Number.isFinite(member)) return String(member);
    return Object.is(member, -0) ? '-0' : member;
  });
  return text ?? 'undefined';
}
