/**
 * The sign-off ledger as far as its files must agree without governance (ARCHITECTURE rule 8): what
 * its events add up to, and how a month of it is written.
 */
import { quotedYaml } from './quoted-yaml.ts';

type Fact = Readonly<Record<string, unknown>>;

export interface SignOffAmendment extends Fact {
  readonly audit_head: string;
}

/** An entry with what happened to it since. */
export interface SignOffEntry extends Fact {
  readonly operation_id: string;
  /** The record that sealed it. */
  readonly audit_head: string;
  readonly amendments: readonly SignOffAmendment[];
}

/** In the order a document has them: those of the seed first, then those that prove it. */
const ENTRY_KEYS = [
  'operation_id',
  'operation_name',
  'requested_by',
  'approved_by',
  'approval_timestamp',
  'execution_timestamp',
  'risk_class',
  'blast_radius',
  'changes_summary',
  'rollback_ref',
  'outcome',
  'notes',
  'environment',
  'declaration_digest',
  'audit_head',
  'report_sha256',
  'approvals',
  'amendments',
  'seq',
  'prev_hash',
  'hash',
] as const;

/** The entries, in the order they were made. An amendment of nothing changes nothing. */
export function foldEntries(facts: readonly Fact[]): readonly SignOffEntry[] {
  const entries = new Map<string, SignOffEntry>();
  for (const fact of facts) {
    const { event, audit_head: head } = fact;
    if (typeof head !== 'string') continue;
    if (event === 'entry') {
      const { event: _, operation_id: id, ...own } = fact;
      if (typeof id !== 'string') continue;
      entries.set(id, { ...own, operation_id: id, audit_head: head, amendments: [] });
    } else if (event === 'amendment') {
      const { event: _event, of, seq: _seq, prev_hash: _prev, ...own } = fact;
      const known = typeof of === 'string' ? entries.get(of) : undefined;
      if (known === undefined) continue;
      const amendments = [...known.amendments, { ...own, audit_head: head }];
      entries.set(known.operation_id, { ...known, amendments });
    }
  }
  return [...entries.values()];
}

/** One entry as a YAML document; a key that is not known stands at its end. */
export function entryDocument(entry: object): string {
  const values = new Map<string, unknown>(Object.entries(entry));
  const known: readonly string[] = ENTRY_KEYS;
  const keys = new Set([...known, ...[...values.keys()].sort()]);
  const there = [...keys].filter((key) => values.get(key) !== undefined);
  return quotedYaml(Object.fromEntries(there.map((key) => [key, values.get(key)])));
}

/** `OPS-2026-03-01-001` is of `2026-03`. */
export function monthOf({ operation_id: id }: { readonly operation_id: string }): string {
  return id.slice(4, 11);
}

/** The file of each month, by its name. */
export function monthlyDocuments(
  entries: readonly { readonly operation_id: string }[],
): ReadonlyMap<string, string> {
  const ordered = entries.toSorted((a, b) => (a.operation_id < b.operation_id ? -1 : 1));
  const texts = new Map<string, string>();
  for (const [month, own] of Map.groupBy(ordered, monthOf)) {
    texts.set(`${month}.yaml`, own.map((entry) => `---\n${entryDocument(entry)}`).join(''));
  }
  return texts;
}
