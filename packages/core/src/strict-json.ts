/**
 * A JSON reader for documents people sign: it refuses what `JSON.parse` lets pass in silence
 * (duplicate keys, numbers that overflow, endless nesting) and remembers where every value stood.
 * On everything else it agrees with `JSON.parse`.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One-based; columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface JsonFault {
  /** JSON pointer (RFC 6901) of the value that was being read; empty for the root. */
  readonly path: string;
  readonly place: Place;
  readonly rule: 'json_syntax' | 'duplicate_key' | 'number_not_finite' | 'too_deep' | 'too_large';
  readonly message: string;
}

export type JsonRead =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** Numbers whose text says more than a double keeps (D-3): JSON pointer to the text. */
      readonly inexact: ReadonlyMap<string, string>;
      /** Where the value at `path` begins; for a path that is not there, its nearest ancestor. */
      place(path: string): Place;
    }
  | { readonly ok: false; readonly faults: readonly [JsonFault, ...JsonFault[]] };

export const JSON_DEPTH_MAX = 64;
export const JSON_LENGTH_MAX = 1 << 20;
/** Every decimal of up to 15 significant digits survives a double (D-3). */
const EXACT_DIGITS = 15;
const FAULTS_MAX = 64;

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
  /** Set by an error after which nothing can be trusted. */
  broken: boolean;
  readonly faults: JsonFault[];
  readonly starts: Map<string, number>;
  readonly inexact: Map<string, string>;
}

/** Reads one JSON text. Total: every input gives a value or at least one placed fault. */
export function readJson(text: string): JsonRead {
  const reader: Reader = {
    text,
    at: 0,
    depth: 0,
    broken: false,
    faults: [],
    starts: new Map(),
    inexact: new Map(),
  };
  if (text.length > JSON_LENGTH_MAX) {
    return { ok: false, faults: [tooLarge(text.length)] };
  }
  const value = readValue(reader, '');
  if (!reader.broken) {
    skipSpace(reader);
    if (reader.at < text.length) stop(reader, '', 'json_syntax', 'text after the end of the value');
  }
  const [first, ...rest] = reader.faults;
  if (first !== undefined) return { ok: false, faults: [first, ...rest] };
  const { starts, inexact } = reader;
  return { ok: true, value, inexact, place: (path) => placeAt(text, nearestStart(starts, path)) };
}

/** Appends one key or index to a JSON pointer. */
export function pointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function tooLarge(length: number): JsonFault {
  const message = `document has ${length} characters, at most ${JSON_LENGTH_MAX} are read`;
  return { path: '', place: { line: 1, column: 1 }, rule: 'too_large', message };
}

function nearestStart(starts: ReadonlyMap<string, number>, path: string): number {
  let at = path;
  while (true) {
    const start = starts.get(at);
    if (start !== undefined) return start;
    const cut = at.lastIndexOf('/');
    if (cut < 0) return 0;
    at = at.slice(0, cut);
  }
}

function placeAt(text: string, offset: number): Place {
  let line = 1;
  let lineStart = 0;
  let newline = text.indexOf('\n');
  while (newline !== -1 && newline < offset) {
    line += 1;
    lineStart = newline + 1;
    newline = text.indexOf('\n', lineStart);
  }
  return { line, column: offset - lineStart + 1 };
}

function note(
  reader: Reader,
  path: string,
  offset: number,
  rule: JsonFault['rule'],
  message: string,
): void {
  if (reader.faults.length >= FAULTS_MAX) return;
  reader.faults.push({ path, place: placeAt(reader.text, offset), rule, message });
}

function stop(reader: Reader, path: string, rule: JsonFault['rule'], message: string): null {
  if (!reader.broken) note(reader, path, reader.at, rule, message);
  reader.broken = true;
  return null;
}

function skipSpace(reader: Reader): void {
  while (reader.at < reader.text.length) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at += 1;
  }
}

function readValue(reader: Reader, path: string): JsonValue {
  skipSpace(reader);
  reader.starts.set(path, reader.at);
  const head = reader.text.charAt(reader.at);
  if (head === '{') return nested(reader, path, readObject);
  if (head === '[') return nested(reader, path, readArray);
  if (head === '"') return readString(reader, path);
  if (head === 't') return readWord(reader, path, 'true', true);
  if (head === 'f') return readWord(reader, path, 'false', false);
  if (head === 'n') return readWord(reader, path, 'null', null);
  if (head === '-' || isDigit(head)) return readNumber(reader, path);
  return stop(reader, path, 'json_syntax', head === '' ? 'text ends early' : `unexpected ${head}`);
}

function nested(
  reader: Reader,
  path: string,
  read: (reader: Reader, path: string) => JsonValue,
): JsonValue {
  if (reader.depth >= JSON_DEPTH_MAX) {
    return stop(reader, path, 'too_deep', `nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  reader.depth += 1;
  reader.at += 1;
  const value = read(reader, path);
  reader.depth -= 1;
  return value;
}

function readObject(reader: Reader, path: string): JsonValue {
  const object: Record<string, JsonValue> = {};
  if (take(reader, '}')) return object;
  while (!reader.broken) {
    skipSpace(reader);
    const keyStart = reader.at;
    if (reader.text.charAt(reader.at) !== '"') {
      return stop(reader, path, 'json_syntax', 'expected a key in double quotes');
    }
    const key = readString(reader, path);
    if (reader.broken || key === null) return null;
    const child = pointer(path, key);
    if (Object.hasOwn(object, key)) {
      note(reader, child, keyStart, 'duplicate_key', `the key ${JSON.stringify(key)} stands twice`);
    }
    if (!take(reader, ':')) return stop(reader, child, 'json_syntax', 'expected : after the key');
    define(object, key, readValue(reader, child));
    if (reader.broken) return null;
    if (take(reader, '}')) return object;
    if (!take(reader, ',')) return stop(reader, path, 'json_syntax', 'expected , or }');
  }
  return null;
}

/** `__proto__` is a key like any other and must not become a prototype. */
function define(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function readArray(reader: Reader, path: string): JsonValue {
  const array: JsonValue[] = [];
  if (take(reader, ']')) return array;
  while (!reader.broken) {
    array.push(readValue(reader, pointer(path, array.length)));
    if (reader.broken) return null;
    if (take(reader, ']')) return array;
    if (!take(reader, ',')) return stop(reader, path, 'json_syntax', 'expected , or ]');
  }
  return null;
}

function take(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.text.charAt(reader.at) !== character) return false;
  reader.at += 1;
  return true;
}

function readWord<T extends JsonValue>(
  reader: Reader,
  path: string,
  word: string,
  value: T,
): T | null {
  if (!reader.text.startsWith(word, reader.at)) {
    return stop(reader, path, 'json_syntax', `expected ${word}`);
  }
  reader.at += word.length;
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(reader: Reader, path: string): string | null {
  const { text } = reader;
  reader.at += 1;
  let value = '';
  let from = reader.at;
  while (reader.at < text.length) {
    const code = text.charCodeAt(reader.at);
    if (code === 0x22) {
      value += text.slice(from, reader.at);
      reader.at += 1;
      return value;
    }
    if (code < 0x20) return stop(reader, path, 'json_syntax', 'control character in a string');
    if (code !== 0x5c) {
      reader.at += 1;
      continue;
    }
    value += text.slice(from, reader.at);
    const escaped = readEscape(reader, path);
    if (escaped === null) return null;
    value += escaped;
    from = reader.at;
  }
  return stop(reader, path, 'json_syntax', 'string without an end');
}

function readEscape(reader: Reader, path: string): string | null {
  const letter = reader.text.charAt(reader.at + 1);
  if (letter !== 'u') {
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) return stop(reader, path, 'json_syntax', 'unknown escape in a string');
    reader.at += 2;
    return plain;
  }
  const digits = reader.text.slice(reader.at + 2, reader.at + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    return stop(reader, path, 'json_syntax', 'a \\u escape needs four hex digits');
  }
  reader.at += 6;
  return String.fromCharCode(Number.parseInt(digits, 16));
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumber(reader: Reader, path: string): number | null {
  NUMBER.lastIndex = reader.at;
  const token = NUMBER.exec(reader.text)?.[0];
  if (token === undefined) return stop(reader, path, 'json_syntax', 'malformed number');
  const after = reader.text.charAt(reader.at + token.length);
  if (isDigit(after) || after === '.') {
    return stop(reader, path, 'json_syntax', 'malformed number');
  }
  const value = Number(token);
  if (!Number.isFinite(value)) {
    note(
      reader,
      path,
      reader.at,
      'number_not_finite',
      `${token} is beyond every number we can hold`,
    );
  }
  const digits = significantDigits(token);
  if (digits > EXACT_DIGITS || (value === 0 && digits > 0)) reader.inexact.set(path, token);
  reader.at += token.length;
  return value;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

/** Digits of the mantissa without the zeros that only place the point; 0 for zero itself. */
function significantDigits(token: string): number {
  const exponent = token.search(/[eE]/);
  const mantissa = exponent === -1 ? token : token.slice(0, exponent);
  const digits = mantissa.replace('-', '').replace('.', '').replace(/^0+/, '');
  return digits.replace(/0+$/, '').length;
}
