import { beforeEach, describe, expect, it } from 'vitest';
import { LedgerDesk } from './ledger.fixture.ts';
import { foldLedger } from './fold.ts';
import { type SignedRecord, signedRecord } from './record.ts';
import { judgeView, renderView } from './view.ts';

const PATH = 'artifacts/governance/policy_ledger.json';
let desk = new LedgerDesk();
let { events, state } = desk;
let text = '';
beforeEach(() => {
  desk = new LedgerDesk().upTo('pilot');
  ({ events, state } = desk);
  text = renderView(state);
});
const judged = (view: string | null) => {
  const fault = judgeView(view, PATH, events);
  return fault === null ? 'ok' : `${fault.code}: ${fault.detail}`;
};
/** As loose as whoever edits it. */
interface View {
  records: Record<string, SignedRecord>;
  chain_head: { seq: number; hash: string } | null;
  note?: string;
}
const changed = (change: (view: View) => void): string => {
  const view: View = JSON.parse(text);
  change(view);
  return `${JSON.stringify(view, null, 2)}\n`;
};

describe('the view', () => {
  it('has the shape of section 2.1, sorted, and names the end of its chain', () => {
    const view = JSON.parse(text);
    expect(Object.keys(view)).toEqual(['chain_head', 'records', 'updated_at']);
    expect(view.chain_head).toEqual({ hash: events.at(-1)?.hash, seq: 2 });
    expect(view.updated_at).toBe('2026-03-01T10:00:00.000Z');
    const { alpha } = view.records;
    expect(Object.keys(alpha)).toEqual(Object.keys(alpha).sort());
    expect(alpha).toEqual(signedRecord(desk.record()));
    expect(text).toBe(`${JSON.stringify(view, null, 2)}\n`);
    expect(renderView(foldLedger([]))).toBe(
      `{
  "chain_head": {
    "hash": "${'0'.repeat(64)}",
    "seq": -1
  },
  "records": {},
  "updated_at": null
}
`,
    );
  });

  it('NON-TRIP: of the chain is believed', () => {
    expect(judged(text)).toBe('ok');
    expect(judgeView(null, PATH, [])).toBeNull();
    expect(judgeView(renderView(foldLedger([])), PATH, [])).toBeNull();
  });

  it('L-14 that is no JSON, no object or has no records is told in these words', () => {
    expect(judged('{"records":')).toBe(
      `view_not_json: Policy ledger payload at ${PATH} is not valid JSON`,
    );
    for (const view of ['[]', '"x"', 'null', '7']) {
      expect(judged(view)).toBe('view_not_object: Policy ledger file must contain a JSON object');
    }
    for (const view of ['{}', '{"records":[]}', '{"records":null}']) {
      expect(judged(view)).toBe(
        'view_records_not_mapping: Policy ledger records payload must be a mapping',
      );
    }
  });

  it.each<readonly [string, (view: View) => void, string]>([
    [
      'a tampered record',
      (view) => {
        view.records['alpha'] = { ...signedRecord(desk.record()), stage: 'limited_live' };
      },
      'view_record_invalid: alpha: record_signature_mismatch',
    ],
    [
      'an unparsable record',
      (view) => {
        view.records['beta'] = { policy_id: 'beta' } as SignedRecord;
      },
      'view_record_invalid: beta: tactic_id_required tactic_id is required',
    ],
    [
      'a record signed anew',
      (view) => {
        view.records['alpha'] = signedRecord({ ...desk.record(), evidence_id: 'dd-other' });
      },
      `view_differs: ${PATH} differs from its chain at /records/alpha/evidence_id`,
    ],
    [
      'a record left out',
      (view) => {
        view.records = {};
      },
      `view_differs: ${PATH} differs from its chain at /records/alpha`,
    ],
    [
      'a record more',
      (view) => {
        view.records['beta'] = signedRecord(desk.record());
      },
      `view_differs: ${PATH} differs from its chain at /records/beta`,
    ],
    [
      'another end of the chain',
      (view) => {
        view.chain_head = { seq: 2, hash: 'f'.repeat(64) };
      },
      `view_differs: ${PATH} differs from its chain at /chain_head/hash`,
    ],
    [
      'an earlier end that it does not show',
      (view) => {
        view.chain_head = { ...state.head, seq: 1 };
      },
      `view_differs: ${PATH} differs from its chain at /chain_head/seq`,
    ],
    [
      'no end of the chain',
      (view) => {
        view.chain_head = null;
      },
      `view_differs: ${PATH} differs from its chain at /chain_head`,
    ],
    [
      'an impossible end of the chain',
      (view) => {
        view.chain_head = { ...state.head, seq: -4 };
      },
      `view_differs: ${PATH} differs from its chain at /chain_head/seq`,
    ],
    [
      'another key',
      (view) => {
        view.note = 'x';
      },
      `view_differs: ${PATH} differs from its chain at /note`,
    ],
  ])('L-16 with %s is found', (_what, change, words) => {
    expect(judged(changed(change)).startsWith(words)).toBe(true);
  });

  it('L-16 in another spelling is found', () => {
    const words = `view_differs: ${PATH} differs from its chain at its spelling`;
    expect(judged(JSON.stringify(JSON.parse(text)))).toBe(words);
    expect(judged(text.trimEnd())).toBe(words);
  });

  it('of an earlier end of the chain is behind, and one that is gone is missing', () => {
    const before = renderView(foldLedger(events.slice(0, 2)));
    expect(judged(before)).toBe(`view_behind: ${PATH} shows event 1, the chain ends at 2`);
    expect(judged(null)).toBe(`view_missing: No policy ledger at ${PATH}`);
    expect(judgeView(text, PATH, events.slice(0, 2))?.code).toBe('view_differs');
  });
});
