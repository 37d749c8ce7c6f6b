/** The ledger for people: monthly YAML (B) and the changelog (A), both made from its events. */
import { entryDocument, monthlyDocuments, monthOf } from '@holdfast/runtime/proof';
import { parseAllDocuments } from 'yaml';
import { entriesOf, type LedgerEntry, type LedgerEvent, latestOutcome } from './ledger-event.ts';

export const LEDGER_FOLDER = 'ops/ledger';
export const CHANGELOG = 'docs/OPS_CHANGELOG.md';

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
  for (const [name, text] of monthlyDocuments(entries)) views.set(`${LEDGER_FOLDER}/${name}`, text);
  const months = Map.groupBy(entries, monthOf);
  const newestFirst = [...months.keys()].toSorted().toReversed();
  const sections = newestFirst.map((month) => {
    const own = (months.get(month) ?? []).toReversed();
    return [`## ${month}`, ...own.map(changelogEntry)].join('\n\n');
  });
  const head = '# Operations\n\nMade from `ops/ledger/events.jsonl`; what is edited here is found.';
  views.set(CHANGELOG, `${[head, ...sections].join('\n\n')}\n`);
  return views;
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
