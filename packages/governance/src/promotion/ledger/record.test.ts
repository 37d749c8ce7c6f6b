import { describe, expect, it } from 'vitest';
import { LedgerDesk } from './ledger.fixture.ts';
import { readRecord, signedRecord } from './record.ts';

const signed = () => signedRecord(new LedgerDesk().upTo('pilot').record());

describe('a record in a file', () => {
  it('NON-TRIP: is read as it was written', () => {
    expect(readRecord(signed())).toEqual({ ok: true, record: signed() });
  });

  it.each([
    [null, 'record_malformed', 'a record must be a mapping'],
    [['alpha'], 'record_malformed', 'a record must be a mapping'],
    [{ policy_id: ' ' }, 'policy_id_required', 'policy_id is required for policy ledger records'],
    [{ policy_id: 7 }, 'policy_id_required', 'policy_id is required for policy ledger records'],
    [{ tactic_id: '' }, 'tactic_id_required', 'tactic_id is required for policy ledger records'],
    [{ stage: 'live' }, 'stage_unknown', 'Unknown policy ledger stage: live'],
    [{ stage: 3 }, 'stage_unknown', 'Unknown policy ledger stage: 3'],
    [
      { policy_delta: 'x' },
      'policy_delta_malformed',
      'policy_delta must be a mapping or PolicyDelta instance',
    ],
    [{ stage: 'Pilot' }, 'record_malformed', '/stage'],
    [{ approvals: 'risk' }, 'record_malformed', '/approvals'],
    [{ history: [] }, 'record_malformed', '/history'],
    [{ surprise: 1 }, 'record_malformed', '/surprise'],
    [{ evidence_id: 'dd-other' }, 'record_signature_mismatch', 'its signature is'],
    [{ tactic_id: 'al\ud800' }, 'record_signature_mismatch', 'its signature is'],
    [{ signature: 'f'.repeat(64) }, 'record_signature_mismatch', 'written is ffff'],
  ])('L-08 L-16 with %j is none: %s', (change, code, words) => {
    const value = Array.isArray(change) || change === null ? change : { ...signed(), ...change };
    const read = readRecord(value);
    expect(read).toMatchObject({ ok: false, code });
    expect(!read.ok && read.detail).toContain(words);
  });
});
