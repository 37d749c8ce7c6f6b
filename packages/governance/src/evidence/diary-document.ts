/**
 * `decision_diary.json` (section 1.2): written from the chain, whose end it names (D-41), and read
 * back, ours and those of others. What is malformed is told by its place and stops the import.
 */
import { type Parsed, pointer, readJson, type Violation } from '@holdfast/core/parse';
import type { ChainHead, Fact } from '../store/event.ts';
import type { Archive, KeptGap } from './archive.ts';
import type { Diary } from './diary.ts';
import { feedGapFact, parseFeedGap } from './diary-events.ts';
import { type Making, makeEntry, sealFaults } from './entry.ts';
import { FOREIGN_SIGNATURE } from './entry-reading.ts';
import { type DiaryEntry, isObject, type Open, parseEntry } from './entry-schema.ts';
import { itemsOf, membersOf, type Span } from './json-spans.ts';
import { parseMoment, spellMoment } from './moment.ts';
import { parseProbeDefinition, type ProbeDefinition, type ProbeRegistry } from './probe.ts';
import { record, type Recording } from './record.ts';

interface DiaryDocument {
  readonly generated_at: string;
  /** By time; those that are not what was written stand at the end, unchanged. */
  readonly entries: readonly unknown[];
  readonly probe_registry: {
    readonly generated_at: string;
    readonly probes: Readonly<Record<string, ProbeDefinition>>;
  };
  readonly chain_head: ChainHead;
  /** Only where decisions are missing. */
  readonly feed_gaps?: readonly KeptGap[];
}

/** The whole of the file; `now` in epoch ms. */
export function diaryDocument(
  { entries, quarantined, gaps, head }: Archive,
  probes: ProbeRegistry,
  now: number,
): DiaryDocument {
  const generated_at = spellMoment(now);
  return {
    generated_at,
    entries: [...entries, ...quarantined],
    probe_registry: { generated_at, probes: Object.fromEntries(probes) },
    chain_head: head,
    ...(gaps.length === 0 ? {} : { feed_gaps: gaps }),
  };
}

export interface Window {
  /** Epoch ms; entries of that moment are in. */
  readonly since?: number;
}

/** `{generated_at, entries}` of a window (section 1.6). */
export function exportJson(
  entries: readonly DiaryEntry[],
  now: number,
  { since, indent = 2 }: Window & { readonly indent?: number } = {},
): string {
  const shown = { generated_at: spellMoment(now), entries: within(entries, since) };
  return JSON.stringify(shown, null, indent);
}

export function within(
  entries: readonly DiaryEntry[],
  since: number | undefined,
): readonly DiaryEntry[] {
  if (since === undefined) return entries;
  return entries.filter(({ recorded_at: at }) => (parseMoment(at) ?? since) >= since);
}

export interface DiaryImport {
  /** Ours, with the end of its chain; null: another program's, or one without it. */
  readonly chainHead: ChainHead | null;
  readonly entries: readonly DiaryEntry[];
  readonly probes: ProbeRegistry;
  readonly gaps: readonly KeptGap[];
}

export type DocumentRead =
  | { readonly ok: true; readonly document: DiaryImport }
  | {
      readonly ok: false;
      readonly code: 'not_json' | 'payload_not_mapping' | 'entries_not_list' | 'document_faulty';
      readonly message: string;
      /** By JSON pointer into the document. */
      readonly faults: readonly Violation[];
    };

const KEYS = ['generated_at', 'entries', 'probe_registry', 'chain_head', 'feed_gaps'] as const;

/** Blank is empty. `making.probes` are overwritten by those of the document. */
export function readDiaryDocument(text: string, making: Making): DocumentRead {
  if (text.trim() === '') return { ok: true, document: emptyImport(making) };
  const payload = parsedJson(text);
  if (typeof payload === 'string') return no('not_json', payload);
  if (!isObject(payload.value)) {
    return no('payload_not_mapping', 'Decision diary payload must be a mapping');
  }
  const { entries: list = [] } = payload.value;
  if (!Array.isArray(list)) {
    return no('entries_not_list', "Decision diary 'entries' field must be a list");
  }
  return readMembers(text, making);
}

function no(
  code: Extract<DocumentRead, { ok: false }>['code'],
  message: string,
  faults: readonly Violation[] = [],
): DocumentRead {
  return { ok: false, code, message, faults };
}

function emptyImport({ probes }: Making): DiaryImport {
  return { chainHead: null, entries: [], probes, gaps: [] };
}

function parsedJson(text: string): { readonly value: unknown } | string {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return error instanceof Error ? error.message : 'not JSON';
  }
}

function readMembers(text: string, making: Making): DocumentRead {
  const faults: Violation[] = [];
  const members = new Map<string, Span>();
  for (const { key, at } of membersOf(text)) {
    const path = pointer('', key);
    if (!KEYS.some((known) => known === key)) {
      faults.push({ path, rule: 'unknown_key', message: `unknown key ${JSON.stringify(key)}` });
    } else if (members.has(key)) {
      faults.push({ path, rule: 'duplicate_key', message: `${key} comes twice` });
    } else members.set(key, at);
  }
  const reader: Reader = { text, members, faults };
  const chainHead = headOf(reader);
  const probes = new Map([...making.probes, ...probesOf(reader)]);
  const gaps = listOf(reader, 'feed_gaps', parseFeedGap);
  const read =
    chainHead === null ? (value: unknown) => foreignEntry(value, { ...making, probes }) : ownEntry;
  const entries = listOf(reader, 'entries', read);
  if (faults.length > 0) {
    return no('document_faulty', `${faults.length} faults; nothing is imported`, faults);
  }
  return { ok: true, document: { chainHead, entries, probes, gaps } };
}

interface Reader {
  readonly text: string;
  readonly members: ReadonlyMap<string, Span>;
  readonly faults: Violation[];
}

/** Strictly, by itself; undefined where it is not there or cannot be read. */
function valueAt({ text, faults }: Reader, span: Span | undefined, path: string): unknown {
  if (span === undefined) return undefined;
  const read = readJson(text.slice(span.start, span.end));
  if (!read.ok) {
    faults.push(...read.faults.map((fault) => ({ ...fault, path: `${path}${fault.path}` })));
    return undefined;
  }
  for (const [at, token] of read.inexact) {
    if (digitsOf(token) === digitsOf(JSON.stringify(Number(token)))) continue;
    const message = `${token} has more digits than can be kept exactly`;
    faults.push({ path: `${path}${at}`, rule: 'number_not_exact', message });
  }
  return read.value;
}

/** Whatever the place of the point: other programs write other exponents for the same number. */
function digitsOf(token: string): string {
  const [mantissa = ''] = token.toLowerCase().split('e');
  return mantissa.replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
}

function listOf<T>(reader: Reader, key: string, read: (value: unknown) => Parsed<T>): readonly T[] {
  const { text, members, faults } = reader;
  const span = members.get(key);
  if (span === undefined) return [];
  const path = pointer('', key);
  if (text[span.start] !== '[') {
    faults.push({ path, rule: 'type', message: 'must be array' });
    return [];
  }
  return itemsOf(text, span).flatMap((item, index) => {
    const place = pointer(path, index);
    const value = valueAt(reader, item, place);
    if (value === undefined) return [];
    const parsed = read(value);
    if (parsed.ok) return [parsed.value];
    faults.push(...parsed.violations.map((one) => ({ ...one, path: `${place}${one.path}` })));
    return [];
  });
}

function headOf(reader: Reader): ChainHead | null {
  const head = valueAt(reader, reader.members.get('chain_head'), '/chain_head');
  if (head === undefined) return null;
  if (isObject(head)) {
    const { seq, hash } = head;
    if (typeof seq === 'number' && typeof hash === 'string') return { seq, hash };
  }
  reader.faults.push({ path: '/chain_head', rule: 'type', message: 'must be {seq, hash}' });
  return null;
}

function probesOf(reader: Reader): readonly (readonly [string, ProbeDefinition])[] {
  const registry = valueAt(reader, reader.members.get('probe_registry'), '/probe_registry');
  if (registry === undefined) return [];
  const probes = isObject(registry) ? registry['probes'] : undefined;
  if (!isObject(probes)) {
    const message = 'must be object';
    reader.faults.push({ path: '/probe_registry/probes', rule: 'type', message });
    return [];
  }
  return Object.entries(probes).flatMap(([id, value]) => {
    const path = pointer('/probe_registry/probes', id);
    const parsed = parseProbeDefinition(value);
    if (parsed.ok) return [[id, parsed.value] as const];
    reader.faults.push(...parsed.violations.map((one) => ({ ...one, path: `${path}${one.path}` })));
    return [];
  });
}

/** Of our own making: signed as we sign. */
function ownEntry(value: unknown): Parsed<DiaryEntry> {
  const parsed = parseEntry(value);
  if (!parsed.ok) return parsed;
  const [first, ...rest] = sealFaults(parsed.value);
  return first === undefined ? parsed : { ok: false, violations: [first, ...rest] };
}

/** Signed anew; the signature it came with is kept and proves nothing (section 1.7). */
function foreignEntry(value: unknown, making: Making): Parsed<DiaryEntry> {
  if (!isObject(value)) return makeEntry(value, making);
  const { signature = 'none', recorded_at, ...draft } = value;
  // Without a time of its own it would get ours (G-18).
  const timed =
    recorded_at === undefined || recorded_at === null ? { recorded_at: '' } : { recorded_at };
  const metadata: unknown = draft['metadata'] ?? {};
  const kept: Open = isObject(metadata) ? { ...metadata, [FOREIGN_SIGNATURE]: signature } : {};
  const given = isObject(metadata) ? kept : metadata;
  return makeEntry({ policy_id: 'unknown', ...draft, ...timed, metadata: given }, making);
}

export type ImportDecided =
  | { readonly ok: true; readonly facts: readonly Fact[] }
  | { readonly ok: false; readonly faults: readonly Violation[] };

/** All of the document or nothing of it. */
export function importDocument(
  diary: Diary,
  { entries, gaps }: DiaryImport,
  recording: Recording,
): ImportDecided {
  const facts: Fact[] = [];
  const faults: Violation[] = [];
  const seen = new Map<string, string>();
  entries.forEach((entry, index) => {
    const path = pointer('/entries', index);
    const { entry_id: id, signature } = entry;
    const before = seen.get(id);
    const decided = record(diary, entry, recording);
    seen.set(id, signature);
    if (before !== undefined && before !== signature) {
      const message = `${id} stands for something else`;
      faults.push({ path, rule: 'duplicate_entry_id', message });
    } else if (!decided.ok) faults.push({ path, rule: decided.code, message: decided.detail });
    else if (before === undefined) facts.push(...decided.facts);
  });
  if (faults.length > 0) return { ok: false, faults };
  const missing = gaps.map(({ policy_id = null, ...gap }) =>
    feedGapFact(gap, recording.actor, policy_id),
  );
  return { ok: true, facts: [...facts, ...missing] };
}
