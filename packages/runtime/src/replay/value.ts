import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { tapeFault } from './fault.ts';
import { Tag } from './tag.ts';

/** Deeper than anything the core hears or says; a ring never ends. */
const DEPTH_MAX = 32;

/**
 * `exact`: it comes back as it was. `told`: an instance that says what it is in JSON is written as
 * that, as every reader of an effect gets it. `canonical`: told, with keys in code-unit order, so
 * that objects with the same members give the same bytes.
 */
export type ValueForm = 'exact' | 'told' | 'canonical';

/**
 * Any value an event or an effect may hold: undefined, null, booleans, every number (NaN,
 * infinities and the negative zero included), strings, plain objects with their keys in order,
 * lists, sets, maps. Throws `value_refused` with the path for everything else (big integers, typed
 * arrays, dates, functions, class instances, lists with holes): nothing comes back as something
 * similar.
 */
export function writeValue(writer: ByteWriter, value: unknown, form: ValueForm): void {
  write(writer, value, form, 0);
}

/** Keys and indexes down to where the writing is: as many of them as it is deep. */
const trail: (string | number)[] = [];

function write(writer: ByteWriter, value: unknown, form: ValueForm, depth: number): void {
  switch (typeof value) {
    case 'number':
      return writer.number(value);
    case 'string':
      return writer.string(value);
    case 'undefined':
      return writer.byte(Tag.undefined);
    case 'boolean':
      return writer.byte(value ? Tag.true : Tag.false);
    case 'object':
      break;
    default:
      throw refused(depth, `a ${typeof value}`);
  }
  if (value === null) return writer.byte(Tag.null);
  if (depth === DEPTH_MAX) throw refused(depth, `deeper than ${DEPTH_MAX}`);
  if (Array.isArray(value)) return writeList(writer, value, form, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return writeObject(writer, value, form, depth);
  if (form !== 'exact' && tells(value)) return write(writer, value.toJSON(), form, depth);
  if (Object.keys(value).length > 0) throw refused(depth, 'an instance of a class');
  if (prototype === Set.prototype && value instanceof Set) {
    return writeSet(writer, value, form, depth);
  }
  if (prototype === Map.prototype && value instanceof Map) {
    return writeMap(writer, value, form, depth);
  }
  throw refused(depth, 'an instance of a class');
}

function tells(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function' && !(value instanceof Date);
}

function writeList(
  writer: ByteWriter,
  list: readonly unknown[],
  form: ValueForm,
  depth: number,
): void {
  writer.byte(Tag.array);
  writer.count(list.length);
  for (let index = 0; index < list.length; index += 1) {
    trail[depth] = index;
    if (!(index in list)) throw refused(depth + 1, 'a hole');
    write(writer, list[index], form, depth + 1);
  }
  if (Object.keys(list).length !== list.length) throw refused(depth, 'a list with named members');
}

function writeObject(writer: ByteWriter, object: object, form: ValueForm, depth: number): void {
  if (Object.getOwnPropertySymbols(object).length > 0) throw refused(depth, 'a symbol as a key');
  const keys = Object.keys(object);
  if (form === 'canonical') keys.sort();
  writer.byte(Tag.object);
  writer.count(keys.length);
  const members = object as Readonly<Record<string, unknown>>;
  for (const key of keys) {
    trail[depth] = key;
    writer.string(key);
    write(writer, members[key], form, depth + 1);
  }
}

function writeSet(
  writer: ByteWriter,
  set: ReadonlySet<unknown>,
  form: ValueForm,
  depth: number,
): void {
  writer.byte(Tag.set);
  writer.count(set.size);
  let index = 0;
  for (const value of set) {
    trail[depth] = index;
    write(writer, value, form, depth + 1);
    index += 1;
  }
}

function writeMap(
  writer: ByteWriter,
  map: ReadonlyMap<unknown, unknown>,
  form: ValueForm,
  depth: number,
): void {
  writer.byte(Tag.map);
  writer.count(map.size);
  let index = 0;
  for (const [key, value] of map) {
    trail[depth] = index;
    write(writer, key, form, depth + 1);
    write(writer, value, form, depth + 1);
    index += 1;
  }
}

function refused(depth: number, what: string): Error {
  return tapeFault('value_refused', `/${trail.slice(0, depth).join('/')}: ${what}`);
}

/** The value written there, equal in every bit that the language can tell apart. */
export function readValue(reader: ByteReader, depth = 0): unknown {
  const tag = reader.byte();
  if (tag >= Tag.little || tag === Tag.integer || tag === Tag.float) return reader.numberOf(tag);
  switch (tag) {
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.newString:
    case Tag.knownString:
    case Tag.longString:
      return reader.stringOf(tag);
    default:
      return readContainer(reader, tag, depth);
  }
}

function readContainer(reader: ByteReader, tag: number, depth: number): unknown {
  if (depth === DEPTH_MAX) throw reader.fault(`deeper than ${DEPTH_MAX}`);
  if (tag < Tag.array || tag > Tag.map) throw reader.fault(`${tag} begins no value`);
  const count = reader.countOfValues();
  if (tag === Tag.object) return readObject(reader, count, depth);
  if (tag === Tag.map) {
    const map = new Map<unknown, unknown>();
    for (let index = 0; index < count; index += 1) {
      const key = readValue(reader, depth + 1);
      map.set(key, readValue(reader, depth + 1));
    }
    return map;
  }
  const list: unknown[] = [];
  for (let index = 0; index < count; index += 1) list.push(readValue(reader, depth + 1));
  return tag === Tag.set ? new Set(list) : list;
}

function readObject(reader: ByteReader, count: number, depth: number): object {
  const object: Record<string, unknown> = {};
  for (let index = 0; index < count; index += 1) {
    const key = reader.string();
    const value = readValue(reader, depth + 1);
    // Assigned, this one name would change what the object is instead of what it holds.
    if (key !== '__proto__') object[key] = value;
    else Object.defineProperty(object, key, { ...PLAIN, value });
  }
  return object;
}

const PLAIN = { writable: true, enumerable: true, configurable: true } as const;
