import { type Ink, putAscii, putBytes } from './ink.ts';
import { BAD, type FieldRule } from './kind.ts';
import { type Plan, PLAN_BY_TYPE, PLAN_BY_WIRE_TYPE, SCHEMA_VERSION } from './plan.ts';
import type { LedgerRecord } from './record.ts';

/**
 * Records as canonical JSON (RFC 8785: members sorted, shortest numbers, no spaces) in UTF-8, and
 * back. One table (`layout.ts`) drives every way, so that encoding what was decoded gives the same
 * bytes, and a record of any released version reads the same for ever. Nothing here defaults,
 * rounds, guesses or throws.
 */

/**
 * Which member broke which rule. Nested ones are dotted: `context.fee_usd`; empty is the record as
 * a whole.
 */
export interface RecordFault {
  readonly recordType: string | null;
  readonly field: string;
  readonly rule: FieldRule | StructureRule;
}

export type StructureRule =
  | 'not_an_object'
  | 'unknown_record_type'
  | 'unsupported_schema_version'
  | 'unknown_field'
  | 'missing_field'
  | 'not_in_canonical_order'
  | 'too_long';

export type Decoded =
  | { readonly ok: true; readonly record: LedgerRecord }
  | { readonly ok: false; readonly fault: RecordFault };

type Bag = { [name: string]: unknown };

/**
 * Writes a record's bytes into `into` from `at` on.
 * @returns the index after the last one; -1 when the record is none or does not fit, and
 * `findFault` says why.
 */
export function encodeRecord(record: LedgerRecord, into: Uint8Array, at: number): number {
  const plan = PLAN_BY_TYPE.get(record.type);
  if (plan === undefined) return -1;
  const ink: Ink = { bytes: into, at };
  const done = put(plan, ink, record as unknown as Bag);
  return done && ink.at <= into.length ? ink.at : -1;
}

/** Why `encodeRecord` refused a record. */
export function findFault(record: LedgerRecord): RecordFault {
  const plan = PLAN_BY_TYPE.get(record.type);
  if (plan === undefined) return { recordType: null, field: '', rule: 'unknown_record_type' };
  const finding = findUnwritable(plan, record as unknown as Bag, '');
  return { recordType: record.type, ...(finding ?? { field: '', rule: 'too_long' }) };
}

/**
 * A record out of parsed JSON, or what is wrong with it. Members must be exactly those of the
 * table, in canonical order. Spellings that a parser forgives (spaces, escapes, `1.0`, a member
 * twice) show when it is encoded again.
 */
export function decodeRecord(json: unknown): Decoded {
  if (!isObject(json)) return refusal(null, '', 'not_an_object');
  const type = json['record_type'];
  const plan = PLAN_BY_WIRE_TYPE.get(type);
  const named = typeof type === 'string' ? type : null;
  if (plan === undefined) return refusal(named, 'record_type', 'unknown_record_type');
  const record = read(plan, json);
  if (record !== null) return { ok: true, record: record as unknown as LedgerRecord };
  const { field, rule } = findUnreadable(plan, json, '');
  return refusal(named, field, rule);
}

function refusal(
  recordType: string | null,
  field: string,
  rule: RecordFault['rule'],
): { readonly ok: false; readonly fault: RecordFault } {
  return { ok: false, fault: { recordType, field, rule } };
}

function isObject(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(plan: Plan, ink: Ink, record: Bag): boolean {
  const flat = plan.flatName === null ? record : record[plan.flatName];
  if (!isObject(flat)) return false;
  for (const { opening, flat: isFlat, name, nested, kind } of plan.members) {
    putBytes(ink, opening);
    const value = isFlat ? flat[name] : record[name];
    if (nested === null) {
      if (!kind.put(ink, value)) return false;
    } else if (!isObject(value) || !put(nested, ink, value)) return false;
  }
  putAscii(ink, '}');
  return true;
}

/** One walk, members and plan side by side; null on the first thing amiss. */
function read(plan: Plan, json: Bag): Bag | null {
  const { members, flatName } = plan;
  const record: Bag = { ...plan.blank };
  let flat = record;
  if (flatName !== null) {
    flat = { ...plan.flatBlank };
    record[flatName] = flat;
  }
  let index = 0;
  for (const wire in json) {
    const member = members[index];
    if (member === undefined || member.wire !== wire) return null;
    const found = json[wire];
    let value: unknown = BAD;
    if (member.nested === null) value = member.kind.read(found);
    else if (isObject(found)) value = read(member.nested, found) ?? BAD;
    if (value === BAD) return null;
    if (member.flat) flat[member.name] = value;
    else if (member.name !== '') record[member.name] = value;
    index += 1;
  }
  return index === members.length ? record : null;
}

interface Finding {
  readonly field: string;
  readonly rule: RecordFault['rule'];
}

/** The slow walk that names what the quick one only noticed. */
function findUnreadable(plan: Plan, json: Bag, path: string): Finding {
  const known = new Set(plan.members.map((member) => member.wire));
  for (const wire of Object.keys(json)) {
    if (!known.has(wire)) return { field: path + wire, rule: 'unknown_field' };
  }
  for (const { wire, kind, nested } of plan.members) {
    const field = path + wire;
    if (!Object.hasOwn(json, wire)) return { field, rule: 'missing_field' };
    const found = json[wire];
    if (nested !== null) {
      if (!isObject(found)) return { field, rule: 'wrong_type' };
      if (read(nested, found) === null) return findUnreadable(nested, found, `${field}.`);
    } else if (kind.read(found) === BAD) {
      const version = wire === 'schema_version' && found !== SCHEMA_VERSION;
      return { field, rule: version ? 'unsupported_schema_version' : kind.rule(found) };
    }
  }
  return { field: path.slice(0, -1), rule: 'not_in_canonical_order' };
}

/** Longer than any record: what does not fit here was not refused for its length. */
const ROOM = 262_144;

function findUnwritable(plan: Plan, record: Bag, path: string): Finding | null {
  const flat = plan.flatName === null ? record : record[plan.flatName];
  const ink: Ink = { bytes: new Uint8Array(ROOM), at: 0 };
  for (const member of plan.members) {
    const field = path + member.wire;
    const owner = member.flat ? flat : record;
    if (!isObject(owner)) return { field, rule: 'missing_field' };
    const value = owner[member.name];
    if (value === undefined && member.name !== '') return { field, rule: 'missing_field' };
    ink.at = 0;
    if (member.nested !== null) {
      if (!isObject(value)) return { field, rule: 'wrong_type' };
      const finding = findUnwritable(member.nested, value, `${field}.`);
      if (finding !== null) return finding;
    } else if (!member.kind.put(ink, value)) return { field, rule: member.kind.rule(value) };
  }
  return null;
}
