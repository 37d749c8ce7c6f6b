/** What became of reading a source. Only a value was there, whole, and of its schema. */
import { createHash } from 'node:crypto';
import { type Parser, parseText } from '@holdfast/core/parse';
import { readTable, type Table } from './csv.ts';

export type Trouble =
  | { readonly status: 'absent' }
  | { readonly status: 'unreadable'; readonly detail: string }
  | {
      readonly status: 'malformed';
      readonly detail: string;
      /** One-based; of a table the column counts cells. Null where it is about the whole. */
      readonly line: number | null;
      readonly column: number | null;
      readonly sha256: string;
    };

export type Reading<T> =
  | { readonly status: 'value'; readonly value: T; readonly sha256: string }
  | Trouble;

/** The bytes of a file, or why there are none. */
export type Bytes =
  | { readonly status: 'bytes'; readonly bytes: Uint8Array }
  | Extract<Trouble, { status: 'absent' | 'unreadable' }>;

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** What a document says that its schema cannot: null where nothing contradicts. */
export type Contradiction<T> = (value: T) => string | null;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function documentOf<T>(
  bytes: Bytes,
  parser: Parser<T>,
  contradiction: Contradiction<T>,
): Reading<T> {
  if (bytes.status !== 'bytes') return bytes;
  const sha256 = sha256Of(bytes.bytes);
  let text: string;
  try {
    text = utf8.decode(bytes.bytes);
  } catch {
    return { status: 'malformed', detail: 'not UTF-8', line: null, column: null, sha256 };
  }
  const parsed = parseText(text, parser);
  if (!parsed.ok) {
    const [{ path, message, place }] = parsed.violations;
    const detail = `${path === '' ? '/' : path} ${message}`;
    return { status: 'malformed', detail, ...place, sha256 };
  }
  const said = contradiction(parsed.value);
  if (said !== null) {
    return { status: 'malformed', detail: said, line: null, column: null, sha256 };
  }
  return { status: 'value', value: parsed.value, sha256 };
}

export function rowsOf<Row>(
  bytes: Bytes,
  table: Table<Row>,
  contradiction: Contradiction<readonly Row[]>,
): Reading<readonly Row[]> {
  if (bytes.status !== 'bytes') return bytes;
  const sha256 = sha256Of(bytes.bytes);
  const read = readTable(table, bytes.bytes);
  if (!read.ok) return { status: 'malformed', ...read.fault, sha256 };
  const said = contradiction(read.rows);
  if (said !== null) {
    return { status: 'malformed', detail: said, line: null, column: null, sha256 };
  }
  return { status: 'value', value: read.rows, sha256 };
}

/** The reason code of a source that gave nothing (DG-14): `daily_manifest_unparseable:3:7`. */
export function troubleCode(source: string, trouble: Trouble): string {
  switch (trouble.status) {
    case 'absent':
      return `${source}_missing`;
    case 'unreadable':
      return `${source}_unreadable`;
    case 'malformed': {
      const { line, column } = trouble;
      return `${source}_unparseable${line === null ? '' : `:${line}:${column ?? 1}`}`;
    }
  }
}
