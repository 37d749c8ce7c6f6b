/**
 * `policy_ledger.json`: what the chain adds up to, for people and tools (specification 2.1, 2.11,
 * D-41). It is written from the chain and compared with it, and nothing is ever read out of it.
 */
import { canonical } from '@holdfast/runtime/proof';
import type { GovernanceEvent } from '../../store/event.ts';
import {
  foldLedger,
  type LedgerIntegrityError,
  type LedgerState,
  type ViewFaultCode,
} from './fold.ts';
import { isMap } from './json.ts';
import { readRecord, signedRecord } from './record.ts';

/** Sorted keys, two spaces, one line end. The chain it shows is whole. */
export function renderView({ policies, updatedAt, head }: LedgerState): string {
  const records = [...policies].map(([id, { record }]) => [id, signedRecord(record)] as const);
  const view = { records: Object.fromEntries(records), updated_at: updatedAt, chain_head: head };
  return `${JSON.stringify(JSON.parse(canonical(view)), null, 2)}\n`;
}

/** Null where the view is the one of these events; otherwise what is wrong with it. */
export function judgeView(
  text: string | null,
  path: string,
  events: readonly GovernanceEvent[],
): LedgerIntegrityError | null {
  if (text === null) {
    return events.length === 0 ? null : fault('view_missing', `No policy ledger at ${path}`);
  }
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return fault('view_not_json', `Policy ledger payload at ${path} is not valid JSON`);
  }
  const malformed = shapeFault(payload);
  if (malformed !== null) return malformed;
  const state = foldLedger(events);
  if (text === renderView(state)) return null;
  const seq = seqOf(payload);
  const isEarlier = seq !== null && seq < state.head.seq;
  if (isEarlier && text === renderView(foldLedger(events.slice(0, seq + 1)))) {
    return fault('view_behind', `${path} shows event ${seq}, the chain ends at ${state.head.seq}`);
  }
  return fault('view_differs', `${path} differs from its chain at ${differenceOf(payload, state)}`);
}

function shapeFault(payload: unknown): LedgerIntegrityError | null {
  if (!isMap(payload)) {
    return fault('view_not_object', 'Policy ledger file must contain a JSON object');
  }
  const { records } = payload;
  if (!isMap(records)) {
    return fault('view_records_not_mapping', 'Policy ledger records payload must be a mapping');
  }
  for (const [id, value] of Object.entries(records)) {
    const read = readRecord(value);
    if (!read.ok) return fault('view_record_invalid', `${id}: ${read.code} ${read.detail}`);
  }
  return null;
}

function seqOf(payload: unknown): number | null {
  const head = isMap(payload) ? payload['chain_head'] : null;
  const seq = isMap(head) ? head['seq'] : null;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : null;
}

/** The first place a person should look at. */
function differenceOf(payload: unknown, state: LedgerState): string {
  const wanted: unknown = JSON.parse(renderView(state));
  return firstDifference(payload, wanted, '') ?? 'its spelling';
}

function firstDifference(found: unknown, wanted: unknown, path: string): string | null {
  if (!isMap(found) || !isMap(wanted)) {
    return JSON.stringify(found) === JSON.stringify(wanted) ? null : path;
  }
  for (const key of [...new Set([...Object.keys(found), ...Object.keys(wanted)])].sort()) {
    const place = `${path}/${key}`;
    if (!Object.hasOwn(found, key) || !Object.hasOwn(wanted, key)) return place;
    const deeper = firstDifference(found[key], wanted[key], place);
    if (deeper !== null) return deeper;
  }
  return null;
}

function fault(code: ViewFaultCode, detail: string): LedgerIntegrityError {
  return { error: 'LedgerIntegrityError', code, detail };
}
