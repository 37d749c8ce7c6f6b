/**
 * YAML as far as JSON goes: one document of maps with text keys, lists and plain values. What makes
 * two readers disagree, or a small file large, is refused and named with its place.
 */
import { type JsonValue, type Place, pointer, readJson } from '@holdfast/core/parse';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** Less than JSON may have: the parser's time grows faster than the text. */
const YAML_LENGTH_MAX = 1 << 17;
const DEPTH_MAX = 64;
const FAULTS_MAX = 64;

export interface TextFault {
  /** JSON pointer; empty for the whole. */
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly place: Place;
}

/** What both readers answer; `readJson` of the core is one of them. */
export type TextRead =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      readonly inexact: ReadonlyMap<string, string>;
      place(path: string): Place;
    }
  | { readonly ok: false; readonly faults: readonly [TextFault, ...TextFault[]] };

interface Reader {
  readonly lines: LineCounter;
  readonly faults: TextFault[];
  readonly starts: Map<string, number>;
  readonly inexact: Map<string, string>;
}

/** Total: every text gives a value or at least one placed fault. */
export function readYaml(text: string): TextRead {
  const lines = new LineCounter();
  const reader: Reader = { lines, faults: [], starts: new Map(), inexact: new Map() };
  const value = text.length > YAML_LENGTH_MAX ? tooLarge(reader, text.length) : read(reader, text);
  const [first, ...rest] = reader.faults;
  if (first !== undefined) return { ok: false, faults: [first, ...rest] };
  const place = (path: string): Place => placeAt(reader, nearest(reader.starts, path));
  return { ok: true, value, inexact: reader.inexact, place };
}

function tooLarge(reader: Reader, length: number): null {
  const most = `at most ${YAML_LENGTH_MAX} are read; write it as JSON`;
  note(reader, '', 0, 'too_large', `the document has ${length} characters, ${most}`);
  return null;
}

function read(reader: Reader, text: string): JsonValue {
  const document = onlyDocument(reader, text);
  if (document === null) return null;
  for (const { message, code, pos } of document.errors.slice(0, FAULTS_MAX)) {
    note(reader, '', pos[0], code.toLowerCase(), firstLine(message));
  }
  const { yaml, tags } = document.directives ?? { yaml: { explicit: true }, tags: {} };
  if (yaml.explicit === true || Object.keys(tags).length > 1) {
    note(reader, '', 0, 'directive', 'a % directive changes how the text is read; leave it out');
  }
  return reader.faults.length > 0 ? null : valueOf(reader, document.contents, '', 0);
}

function onlyDocument(reader: Reader, text: string): Document.Parsed | null {
  try {
    const parsed = parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      strict: true,
      // Its own check compares every key with every other; ours below does not.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter: reader.lines,
    });
    const [first, second] = 'empty' in parsed ? [] : parsed;
    if (first === undefined) note(reader, '', 0, 'empty', 'the text holds no document');
    if (second !== undefined) {
      const at = second.range[0];
      note(
        reader,
        '',
        at,
        'multiple_documents',
        'one text is one declaration; here begins another',
      );
      return null;
    }
    return first ?? null;
  } catch (error) {
    // The parser recurses; what exhausts it is no declaration.
    const why = error instanceof Error ? error.message : 'it cannot be parsed';
    note(reader, '', 0, 'syntax', firstLine(why));
    return null;
  }
}

function valueOf(reader: Reader, node: unknown, path: string, depth: number): JsonValue {
  if (node === null || node === undefined) return null;
  if (isAlias(node)) {
    const why = `*${node.source} stands for another part of the text; write the part out`;
    return refuse(reader, path, node.range?.[0] ?? 0, 'alias', why);
  }
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
    return refuse(reader, path, 0, 'syntax', 'neither a value, a list nor a map');
  }
  const at = node.range?.[0] ?? 0;
  if (!reader.starts.has(path)) reader.starts.set(path, at);
  if (node.anchor !== undefined) {
    return refuse(reader, path, at, 'anchor', `&${node.anchor} is an anchor; write the part out`);
  }
  if (node.tag !== undefined) {
    return refuse(
      reader,
      path,
      at,
      'tag',
      `the tag ${node.tag} changes what is read; leave it out`,
    );
  }
  if (isScalar(node)) return scalarOf(reader, node, path, at);
  if (depth >= DEPTH_MAX) {
    return refuse(reader, path, at, 'too_deep', `nested deeper than ${DEPTH_MAX} levels`);
  }
  return isMap(node) ? mapOf(reader, node, path, depth) : listOf(reader, node, path, depth);
}

function mapOf(reader: Reader, node: YAMLMap, path: string, depth: number): JsonValue {
  const map: Record<string, JsonValue> = {};
  for (const { key, value } of node.items) {
    const isPlain = isScalar(key) && key.anchor === undefined && key.tag === undefined;
    const at = isScalar(key) ? (key.range?.[0] ?? 0) : (node.range?.[0] ?? 0);
    if (!isPlain || typeof key.value !== 'string') {
      refuse(reader, path, at, 'key_not_text', 'a key is text, in quotes where it looks otherwise');
      continue;
    }
    const child = pointer(path, key.value);
    if (Object.hasOwn(map, key.value)) {
      const name = JSON.stringify(key.value);
      refuse(reader, child, at, 'duplicate_key', `the key ${name} stands twice`);
      continue;
    }
    reader.starts.set(child, at);
    // `__proto__` is a key like any other and must not become a prototype.
    Object.defineProperty(map, key.value, {
      value: valueOf(reader, value, child, depth + 1),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return map;
}

function listOf(reader: Reader, node: YAMLSeq, path: string, depth: number): JsonValue {
  return node.items.map((item, index) => valueOf(reader, item, pointer(path, index), depth + 1));
}

function scalarOf(reader: Reader, node: Scalar, path: string, at: number): JsonValue {
  const { value, source } = node;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  const written = source ?? '';
  const number = /^[-0-9]/.test(written) ? readJson(written) : null;
  if (number?.ok !== true || typeof number.value !== 'number') {
    const why = `${written} is read as a number by some and not by others; put it in quotes`;
    return refuse(reader, path, at, 'number_ambiguous', why);
  }
  const inexact = number.inexact.get('');
  if (inexact !== undefined) reader.inexact.set(path, inexact);
  return number.value;
}

function refuse(reader: Reader, path: string, at: number, rule: string, message: string): null {
  note(reader, path, at, rule, message);
  return null;
}

function note(reader: Reader, path: string, at: number, rule: string, message: string): void {
  if (reader.faults.length >= FAULTS_MAX) return;
  reader.faults.push({ path, rule, message, place: placeAt(reader, at) });
}

/** Line 0 means that nothing was read yet, which is the first line. */
function placeAt({ lines }: Reader, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function nearest(starts: ReadonlyMap<string, number>, path: string): number {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const start = starts.get(at);
    if (start !== undefined || at === '') return start ?? 0;
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
