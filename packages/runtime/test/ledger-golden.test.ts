import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRecord, LEDGER_RECORD_TYPES, SCHEMA_VERSION } from '@holdfast/core/ledger';
import { describe, expect, it } from 'vitest';
import { dumpLedger, folderSource, scanLedger, verifyLedger } from '../src/ledger/index.ts';
import { EVERY_RECORD } from './sample-records.ts';

const FOLDER = join(import.meta.dirname, '../../..', 'fixtures/golden/v1/ledger');
/**
 * Of the last record. These files are never written again: whoever changes this line has broken old
 * ledgers.
 */
const HEAD = '2682a34a1998b050c8543439756899ad5a230f4e4e2fb4a40485d6d4a81f2d7e';

describe('golden ledger of schema version 1', () => {
  it('is read for ever, byte for byte', () => {
    const { ok, records, head } = verifyLedger(FOLDER);
    expect({ ok, records, hash: head.hash }).toEqual({
      ok: true,
      records: EVERY_RECORD.length,
      hash: HEAD,
    });
    const lines = readFileSync(`${FOLDER}/records.jsonl`, 'utf8').trimEnd().split('\n');
    expect([...dumpLedger(FOLDER, 'json')]).toEqual(lines);
  });

  it('holds every record type this version writes, and gives back the same values', () => {
    const found = [...scanLedger(folderSource(FOLDER))].map(({ record }) => record);
    expect(found).toEqual(EVERY_RECORD);
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(LEDGER_RECORD_TYPES));
    expect(SCHEMA_VERSION).toBe(1);
    for (const record of found)
      expect(encodeRecord(record, new Uint8Array(65_536), 0)).toBeGreaterThan(0);
  });
});
