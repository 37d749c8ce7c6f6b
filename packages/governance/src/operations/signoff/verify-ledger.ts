/** Whether ledger, views, logs and anchors tell the same, without any process that wrote them. */
import { join } from 'node:path';
import { canonical, NO_HASH } from '@holdfast/runtime/proof';
import { verifyAudit } from '../audit/verify-audit.ts';
import { anchorName, compare, listAnchors, readAnchor } from './anchor.ts';
import { amendmentFromLog, entryFromLog } from './entry-from-log.ts';
import { RUNS_FOLDER } from './ledger.ts';
import { entriesOf, type LedgerEntry, type LedgerEvent } from './ledger-event.ts';
import { readLedger, viewsThere } from './ledger-file.ts';
import { viewsOf } from './ledger-views.ts';

export type LedgerFindingCode =
  | 'ledger_edited'
  | 'ledger_torn'
  | 'entry_repeated'
  /** Sealed, and its process ended before it was entered: `resume` does it. */
  | 'entry_missing'
  | 'id_repeated'
  | 'id_not_allocated'
  | 'rollback_of_unknown'
  | 'view_edited'
  | 'audit_invalid'
  /** The log ends before the record the ledger knows: it was cut. */
  | 'audit_truncated'
  /** The log tells of a rollback that the ledger does not. */
  | 'audit_beyond_ledger'
  | 'entry_not_from_log'
  /** The log does not follow an operation that was sealed before it in its environment. */
  | 'audit_not_chained'
  | 'anchor_missing'
  | 'anchor_differs'
  | 'anchor_not_annotated'
  | 'anchor_without_entry'
  | 'anchors_unreadable';

export interface LedgerFinding {
  readonly code: LedgerFindingCode;
  /** The operation, view, event or tag. */
  readonly operand: string;
  readonly detail: string;
}

/** `anchors`: whether the project is a git repository whose tags are to be held against it. */
export function verifyLedger(
  root: string,
  { anchors }: { readonly anchors: boolean },
): readonly LedgerFinding[] {
  const { events, faults, torn } = readLedger(root);
  const findings: LedgerFinding[] = faults.map((detail) => {
    return finding('ledger_edited', detail.split(' ')[0] ?? '', detail);
  });
  if (torn.length > 0)
    findings.push(finding('ledger_torn', 'events.jsonl', `${torn.length} bytes`));
  findings.push(...storyFindings(events), ...viewFindings(root, events));
  const entries = entriesOf(events);
  for (const entry of entries) findings.push(...entryFindings(root, events, entry));
  findings.push(...missingFindings(root, events));
  if (anchors) findings.push(...anchorFindings(root, entries));
  return findings;
}

/** What is wrong with one operation: its entry, its log, and how the two hang together. */
export function verifyOperation(root: string, id: string): readonly LedgerFinding[] {
  const { events } = readLedger(root);
  const entry = entriesOf(events).find((each) => each.operation_id === id);
  return entry === undefined ? [] : entryFindings(root, events, entry);
}

function finding(code: LedgerFindingCode, operand: string, detail: string): LedgerFinding {
  return { code, operand, detail };
}

function storyFindings(events: readonly LedgerEvent[]): readonly LedgerFinding[] {
  const findings: LedgerFinding[] = [];
  const allocated = new Set<string>();
  const entered = new Set<string>();
  for (const event of events) {
    const at = `event ${event.seq}`;
    if (event.event === 'allocated') {
      const { operation_id: id } = event;
      if (allocated.has(id)) findings.push(finding('id_repeated', id, at));
      allocated.add(id);
    } else if (event.event === 'entry') {
      const { operation_id: id } = event;
      if (!allocated.has(id)) findings.push(finding('id_not_allocated', id, at));
      if (entered.has(id)) findings.push(finding('entry_repeated', id, at));
      entered.add(id);
    } else if (event.event === 'amendment' && !entered.has(event.of)) {
      findings.push(finding('rollback_of_unknown', event.of, at));
    }
  }
  return findings;
}

function missingFindings(root: string, events: readonly LedgerEvent[]): readonly LedgerFinding[] {
  const entered = new Set(entriesOf(events).map(({ operation_id: id }) => id));
  return events.flatMap((event) => {
    if (event.event !== 'allocated' || entered.has(event.operation_id)) return [];
    const { operation_id: id } = event;
    const { records } = verifyAudit(join(root, RUNS_FOLDER, id));
    const isSealed = records.some(({ payload }) => payload.event === 'sealed');
    return isSealed ? [finding('entry_missing', id, 'its log is sealed')] : [];
  });
}

function viewFindings(root: string, events: readonly LedgerEvent[]): readonly LedgerFinding[] {
  const wanted = viewsOf(events);
  const there = viewsThere(root);
  return [...new Set([...wanted.keys(), ...there.keys()])]
    .filter((path) => wanted.get(path) !== there.get(path))
    .map((path) => finding('view_edited', path, 'it does not say what the events say'));
}

function entryFindings(
  root: string,
  events: readonly LedgerEvent[],
  entry: LedgerEntry,
): readonly LedgerFinding[] {
  const { operation_id: id } = entry;
  const log = verifyAudit(join(root, RUNS_FOLDER, id));
  const findings = log.findings.map(({ code, record, detail }) =>
    finding('audit_invalid', id, `${code}:${record} ${detail}`),
  );
  const head = entry.amendments.at(-1)?.audit_head ?? entry.audit_head;
  const at = log.records.findIndex(({ hash }) => hash === head);
  if (at === -1) {
    return [...findings, finding('audit_truncated', id, `no record has the hash ${head}`)];
  }
  const beyond = log.records.slice(at + 1).find(({ payload }) => !MAY_FOLLOW.has(payload.event));
  if (beyond !== undefined) {
    const detail = `record ${beyond.seq}: ${beyond.payload.event}`;
    findings.push(finding('audit_beyond_ledger', id, detail));
  }
  findings.push(...comparedWithLog(entry, log.records.slice(0, at + 1)));
  const first = log.records[0]?.prev_hash ?? '';
  if (!predecessorsOf(events, entry).has(first)) {
    findings.push(finding('audit_not_chained', id, `it begins after ${first}`));
  }
  return findings;
}

/** What may stand behind the seal without the ledger: the late approval of broken glass. */
const MAY_FOLLOW: ReadonlySet<string> = new Set(['approval', 'approval_rejected', 'torn_line_cut']);

function comparedWithLog(
  entry: LedgerEntry,
  records: Parameters<typeof entryFromLog>[0],
): readonly LedgerFinding[] {
  const { amendments, seq: _seq, prev_hash: _prev, hash: _hash, ...own } = entry;
  const fact = entryFromLog(records);
  const findings: LedgerFinding[] = [];
  if (fact === null || canonical(fact) !== canonical({ event: 'entry', ...own })) {
    findings.push(finding('entry_not_from_log', entry.operation_id, 'the log says otherwise'));
  }
  const last = amendments.at(-1);
  if (last === undefined) return findings;
  const { hash: _own, ...told } = last;
  const amended = { event: 'amendment', of: entry.operation_id, ...told };
  if (canonical(amendmentFromLog(records)) !== canonical(amended)) {
    findings.push(finding('entry_not_from_log', entry.operation_id, 'another rollback'));
  }
  return findings;
}

/** Seals its log may follow; none at all where it was declared before the first of them. */
function predecessorsOf(events: readonly LedgerEvent[], entry: LedgerEntry): ReadonlySet<string> {
  const earlier = events.flatMap((event) =>
    event.event === 'entry' && event.environment === entry.environment && event.seq < entry.seq
      ? [event]
      : [],
  );
  const allocated = events.find(
    (event) => event.event === 'allocated' && event.operation_id === entry.operation_id,
  );
  const heads = new Set(earlier.map(({ audit_head: head }) => head));
  const [first] = earlier;
  if (first === undefined || (allocated?.seq ?? 0) < first.seq) heads.add(NO_HASH);
  return heads;
}

function anchorFindings(root: string, entries: readonly LedgerEntry[]): readonly LedgerFinding[] {
  const tags = listAnchors(root);
  if (tags === null) return [finding('anchors_unreadable', 'git', 'the tags cannot be listed')];
  const findings: LedgerFinding[] = [];
  for (const entry of entries) {
    const there = readAnchor(root, anchorName(entry));
    if (there === null) {
      findings.push(finding('anchor_missing', entry.operation_id, anchorName(entry)));
      continue;
    }
    const compared = compare(there, entry);
    if (!compared.ok && compared.code !== 'anchor_not_made') {
      findings.push(finding(compared.code, entry.operation_id, compared.detail));
    }
  }
  const known = new Set(entries.map(anchorName));
  const more = tags.filter((tag) => !known.has(tag));
  return [
    ...findings,
    ...more.map((tag) => finding('anchor_without_entry', tag, 'its entry is gone')),
  ];
}
