/** The ledger for people: monthly YAML (B) and the changelog (A), both made from its events. */
import { parseAllDocuments, stringify } from 'yaml';
import {
  ENTRY_KEYS,
  entriesOf,
  type LedgerEntry,
  type LedgerEvent,
  latestOutcome,
} from './ledger-event.ts';

export const LEDGER_FOLDER = 'ops/ledger';
export const CHANGELOG = 'docs/OPS_CHANGELOG.md';

/** Every text is quoted, so that none is taken for a number, a date, a key or a comment. */
const QUOTED = {
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** One entry as a YAML document. */
export function entryDocument(entry: LedgerEntry): string {
  const ordered = Object.fromEntries(
    ENTRY_KEYS.filter((key) => entry[key] !== undefined).map((key) => [key, entry[key]]),
  );
  // Signs that YAML does not print stand inside of quotes, where an escape means the same.
  return stringify(ordered, QUOTED).replaceAll(
    /[\u007f-\u009f\u00ad\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a month's file says; throws where it is no YAML. */
export function readDocuments(text: string): readonly unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS();
  });
}

/** Every view there must be, by its path in the project; nothing where nothing was sealed. */
export function viewsOf(events: readonly LedgerEvent[]): ReadonlyMap<string, string> {
  const entries = entriesOf(events).toSorted((a, b) => (a.operation_id < b.operation_id ? -1 : 1));
  const views = new Map<string, string>();
  if (entries.length === 0) return views;
  const months = Map.groupBy(entries, monthOf);
  for (const [month, own] of months) {
    const documents = own.map((entry) => `---\n${entryDocument(entry)}`);
    views.set(`${LEDGER_FOLDER}/${month}.yaml`, documents.join(''));
  }
  const newestFirst = [...months.keys()].toSorted().toReversed();
  const sections = newestFirst.map((month) => {
    const own = (months.get(month) ?? []).toReversed();
    return [`## ${month}`, ...own.map(changelogEntry)].join('\n\n');
  });
  const head = '# Operations\n\nMade from `ops/ledger/events.jsonl`; what is edited here is found.';
  views.set(CHANGELOG, `${[head, ...sections].join('\n\n')}\n`);
  return views;
}

/** `OPS-2026-03-01-001` is of `2026-03`. */
function monthOf({ operation_id: id }: LedgerEntry): string {
  return id.slice(4, 11);
}

function changelogEntry(entry: LedgerEntry): string {
  const history = [
    `sealed as ${entry.outcome}`,
    ...entry.amendments.map((made) => `${made.outcome} at ${made.rollback_timestamp}`),
  ];
  return [
    `### ${entry.operation_id}: ${latestOutcome(entry)}`,
    '',
    `${history.join(', then ')}.`,
    '',
    '```yaml',
    entryDocument(entry).trimEnd(),
    '```',
  ].join('\n');
}
