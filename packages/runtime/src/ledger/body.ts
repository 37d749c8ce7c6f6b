import {
  decodeRecord,
  encodeRecord,
  type LedgerRecord,
  type RecordFault,
} from '@holdfast/core/ledger';
import { BODY_BYTES_MAX } from './segment.ts';

/** Why the body of a sound frame is no record. */
export type BodyFault = { readonly rule: 'not_json' | 'not_canonical' } | RecordFault;

export type Body =
  | { readonly ok: true; readonly record: LedgerRecord }
  | { readonly ok: false; readonly fault: BodyFault };

/**
 * Bytes back to a record. `strict` also writes it again and compares: what a JSON or UTF-8 decoder
 * forgives is found too. Opening a ledger trusts checksum and chain for that; `verify` does not.
 */
export function decodeBody(bytes: Buffer, start: number, end: number, strict: boolean): Body {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return { ok: false, fault: { rule: 'not_json' } };
  }
  const decoded = decodeRecord(json);
  if (strict && decoded.ok && !isCanonical(decoded.record, bytes, start, end)) {
    return { ok: false, fault: { rule: 'not_canonical' } };
  }
  return decoded;
}

const scratch = Buffer.alloc(BODY_BYTES_MAX);

function isCanonical(record: LedgerRecord, bytes: Buffer, start: number, end: number): boolean {
  const length = encodeRecord(record, scratch, 0);
  return length >= 0 && scratch.compare(bytes, start, end, 0, length) === 0;
}
