/**
 * Values of a JSON or YAML file, set where they are. Nothing is added and nothing else may change:
 * the result is read again and compared with what it should say.
 */
import { isDeepStrictEqual } from 'node:util';
import { readJson } from '@holdfast/core/parse';
import { parseDocument } from 'yaml';
import { messageOf, trouble, type Try } from './answer.ts';

/** One value to be set, by JSON pointer (RFC 6901). */
export interface Setting {
  readonly pointer: string;
  readonly value: unknown;
}

/** The bytes of the file after the patch; what it is follows from the ending of its name. */
export function patchBytes(path: string, bytes: Buffer, set: readonly Setting[]): Try<Buffer> {
  const ending = /\.(json|ya?ml)$/.exec(path)?.[1];
  if (ending === undefined) return trouble(`${path} is neither .json nor .yaml`);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return trouble(`${path} is not UTF-8`);
  try {
    const patched = ending === 'json' ? patchJson(text, set) : patchYaml(text, set);
    return patched.ok ? { ok: true, value: Buffer.from(patched.value, 'utf8') } : patched;
  } catch (error) {
    return trouble(`${path}: ${messageOf(error)}`);
  }
}

/** The keys and indices a pointer names. */
export function partsOf(pointer: string): readonly string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer, or undefined. Only own keys and plain indices lead anywhere. */
export function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of partsOf(pointer)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(part)) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}

/** Puts the text of each new value where the old one stands; every other byte stays. */
function patchJson(text: string, set: readonly Setting[]): Try<string> {
  let patched = text;
  for (const { pointer, value } of set) {
    const read = readJson(patched);
    if (!read.ok) return trouble(`line ${read.faults[0].place.line}: ${read.faults[0].message}`);
    if (valueAt(read.value, pointer) === undefined) {
      return trouble(`there is no value at ${pointer}`);
    }
    const place = read.place(pointer);
    const start = offsetOf(patched, place.line, place.column);
    const rest = patched.slice(endOf(patched, start));
    patched = patched.slice(0, start) + JSON.stringify(value) + rest;
  }
  return checked(text, patched, set, (source) => {
    const read = readJson(source);
    return read.ok ? read.value : undefined;
  });
}

function offsetOf(text: string, line: number, column: number): number {
  let offset = 0;
  for (let at = 1; at < line; at += 1) offset = text.indexOf('\n', offset) + 1;
  return offset + column - 1;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^"[\]{},\s]+|[,\s]+/gy;

/** Where the value that begins at `start` ends; the text is known to be JSON. */
function endOf(text: string, start: number): number {
  TOKEN.lastIndex = start;
  let depth = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    if ('[{'.includes(token[0])) depth += 1;
    if (']}'.includes(token[0])) depth -= 1;
    if (depth === 0) return TOKEN.lastIndex;
  }
  return text.length;
}

/** Comments and order are kept; the layout of the text is that of the library. */
function patchYaml(text: string, set: readonly Setting[]): Try<string> {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return trouble(error.message);
  for (const { pointer, value } of set) {
    const parts = partsOf(pointer);
    if (!document.hasIn(parts)) return trouble(`there is no value at ${pointer}`);
    document.setIn(parts, value);
  }
  const patched = document.toString({ lineWidth: 0, flowCollectionPadding: !/[[{]\S/.test(text) });
  return checked(text, patched, set, (source) => parseDocument(source).toJS() as unknown);
}

/** Says what it should, and only that: an anchor used elsewhere, say, would change more. */
function checked(
  before: string,
  after: string,
  set: readonly Setting[],
  read: (text: string) => unknown,
): Try<string> {
  const wanted = structuredClone(read(before));
  for (const { pointer, value } of set) {
    const parts = partsOf(pointer);
    const last = parts.at(-1) ?? '';
    const holder = valueAt(wanted, pointer.slice(0, pointer.lastIndexOf('/')));
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) {
      return trouble(`there is no value at ${pointer}`);
    }
    Object.defineProperty(holder, last, { value, enumerable: true, configurable: true });
  }
  if (isDeepStrictEqual(plain(read(after)), plain(wanted))) return { ok: true, value: after };
  return trouble('setting these values would change more than them');
}

/** Descriptors and prototypes apart: what JSON says of it. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
