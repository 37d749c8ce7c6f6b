import { constant, type Kind } from './kind.ts';
import { type Entry, LAYOUTS } from './layout.ts';
import type { LedgerRecord } from './record.ts';

/**
 * The version every record of this table carries. A change of any released name or kind is a new
 * one.
 */
export const SCHEMA_VERSION = 1;

/** One JSON member on its way between `"wire":` and a field. */
export interface Member {
  readonly wire: string;
  /** `{"wire":` for the first of an object, `,"wire":` after it; ASCII. */
  readonly opening: Uint8Array;
  /** The field's name; empty for a constant that no field holds. */
  readonly name: string;
  /** The field belongs to the part that is spread over the record, not to the record itself. */
  readonly flat: boolean;
  readonly kind: Kind<unknown>;
  /** Set when the member is an object with members of its own; then `kind` is not asked. */
  readonly nested: Plan | null;
}

/** A table row, sorted the way RFC 8785 sorts members. */
export interface Plan {
  readonly members: readonly Member[];
  /** The field whose own fields are spread over the record. */
  readonly flatName: string | null;
  /** Every field, still empty: a copy of it has its final shape at once. */
  readonly blank: Blank;
  readonly flatBlank: Blank;
}

export type Blank = Readonly<Record<string, unknown>>;

export type RecordType = LedgerRecord['type'];

/** Never asked: the members of an object of its own are. */
const NOTHING = constant(0, null);

type Draft = Omit<Member, 'opening'>;
/** A layout of whatever record. */
type Rows = Readonly<Record<string, Entry<unknown>>>;

function draft(rows: Rows, flat: boolean): { drafts: Draft[]; flatName: string | null } {
  const drafts: Draft[] = [];
  let flatName: string | null = null;
  for (const [name, entry] of Object.entries(rows)) {
    if ('spread' in entry) {
      flatName = name;
      drafts.push(...draft(entry.spread, true).drafts);
    } else if ('nested' in entry) {
      const nested = compile(draft(entry.nested, false));
      drafts.push({ wire: entry.wire, name, flat, kind: NOTHING, nested });
    } else {
      drafts.push({ wire: entry[0], name, flat, kind: entry[1], nested: null });
    }
  }
  return { drafts, flatName };
}

function compile(from: { drafts: Draft[]; flatName: string | null }): Plan {
  // `<` on strings compares UTF-16 code units, as RFC 8785 asks.
  const sorted = from.drafts.toSorted((a, b) => (a.wire < b.wire ? -1 : 1));
  return {
    members: sorted.map((member, index) => {
      const opening = `${index === 0 ? '{' : ','}${JSON.stringify(member.wire)}:`;
      return { ...member, opening: Uint8Array.from(opening, (byte) => byte.charCodeAt(0)) };
    }),
    flatName: from.flatName,
    blank: blankOf(sorted.filter((member) => !member.flat && member.name !== '')),
    flatBlank: blankOf(sorted.filter((member) => member.flat)),
  };
}

function blankOf(members: readonly Draft[]): Blank {
  return Object.fromEntries(members.map((member) => [member.name, null]));
}

function planOf(type: RecordType): Plan {
  const { drafts, flatName } = draft(LAYOUTS[type], false);
  const own: Draft[] = [
    {
      wire: 'record_type',
      name: 'type',
      flat: false,
      kind: constant(wireType(type), type),
      nested: null,
    },
    {
      wire: 'schema_version',
      name: '',
      flat: false,
      kind: constant(SCHEMA_VERSION, null),
      nested: null,
    },
  ];
  return compile({ drafts: [...own, ...drafts], flatName });
}

/** `intentRecorded` is `intent_recorded` on disk. */
function wireType(type: string): string {
  return type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every type of record there is. */
export const LEDGER_RECORD_TYPES: readonly RecordType[] = Object.keys(LAYOUTS) as RecordType[];

export const PLAN_BY_TYPE: ReadonlyMap<unknown, Plan> = new Map(
  LEDGER_RECORD_TYPES.map((type) => [type, planOf(type)]),
);

/** The same plans, by the name a record has on disk. */
export const PLAN_BY_WIRE_TYPE: ReadonlyMap<unknown, Plan> = new Map(
  LEDGER_RECORD_TYPES.map((type) => [wireType(type), planOf(type)]),
);
