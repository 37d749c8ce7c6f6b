import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRecord, LEDGER_RECORD_TYPES, SCHEMA_VERSION } from '@holdfast/core/ledger';
import { describe, expect, it } from 'vitest';
import { dumpLedger, folderSource, scanLedger, verifyLedger } from '../src/ledger/index.ts';
import {
  CASH_RECORDS,
  EVERY_RECORD,
  GROUP_RECORDS,
  LOSS_RECORDS,
  REDUCTION_RECORDS,
} from './sample-records.ts';

const GOLDEN = join(import.meta.dirname, '../../..', 'fixtures/golden/v1');
/**
 * `head`: of the last record. These files are never written again: whoever changes such a line has
 * broken old ledgers. Types of records that were added later have a ledger of their own.
 */
const LEDGERS = [
  {
    folder: 'ledger',
    records: EVERY_RECORD,
    head: '2682a34a1998b050c8543439756899ad5a230f4e4e2fb4a40485d6d4a81f2d7e',
  },
  {
    folder: 'ledger-losses',
    records: LOSS_RECORDS,
    head: '4d0c9929a7b83237213dbb29c927a903b6df6a29b79eddcea27bc3ad15b1eefe',
  },
  {
    folder: 'ledger-groups',
    records: GROUP_RECORDS,
    head: 'eefbc0aaf5d0263d1798bb9d74959804e0455dc3ee50b0b09e33118686d30af2',
  },
  {
    folder: 'ledger-cash',
    records: CASH_RECORDS,
    head: '5c8e530d06387d5bee7d0d387102c38fccd57e836169fb7ddbf9d39c47b9b428',
  },
  {
    folder: 'ledger-reductions',
    records: REDUCTION_RECORDS,
    head: '5376e5e865c9679c81c9562211a5a5d3646c493c1f8c257ec8d3e4dc2d9abd5b',
  },
] as const;

describe('golden ledgers of schema version 1', () => {
  it.each(LEDGERS)('$folder is read for ever, byte for byte', ({ folder, records, head }) => {
    const place = join(GOLDEN, folder);
    const verified = verifyLedger(place);
    expect({ ...verified, hash: verified.head.hash }).toMatchObject({
      ok: true,
      records: records.length,
      hash: head,
    });
    const lines = readFileSync(`${place}/records.jsonl`, 'utf8').trimEnd().split('\n');
    expect([...dumpLedger(place, 'json')]).toEqual(lines);
    const found = [...scanLedger(folderSource(place))].map(({ record }) => record);
    expect(found).toEqual(records);
  });

  it('hold every record type this version writes', () => {
    const all = LEDGERS.flatMap(({ records }) => [...records]);
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(LEDGER_RECORD_TYPES));
    expect(SCHEMA_VERSION).toBe(1);
    for (const record of all)
      expect(encodeRecord(record, new Uint8Array(65_536), 0)).toBeGreaterThan(0);
  });
});
