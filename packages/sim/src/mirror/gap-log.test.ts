import { instrumentName } from '@holdfast/core/values';
import { GAPS_MAX } from '@holdfast/core/proof';
import { expect, it } from 'vitest';
import { GapLog } from './gap-log.ts';

const BOOK = instrumentName('BTC-PERPETUAL');

it('a gap is told with its beginning, its end and its cause, of the source or of one book', () => {
  const log = new GapLog();
  log.open(null, 'session_lost', 1_000);
  log.open(null, 'silence', 1_500);
  log.open(BOOK, 'chain', 1_200);
  log.close(null, 4_000);
  const source = { scope: 'source', instrument: null, cause: 'session_lost' };
  expect(log.read(9_000)).toEqual({
    gaps: [
      { ...source, started_at: 1_000, ended_at: 4_000 },
      { scope: 'book', instrument: BOOK, cause: 'chain', started_at: 1_200, ended_at: null },
    ],
    gaps_left_out: 0,
    gap_ms: 3_000,
  });
  expect(log.counts()).toEqual({ gaps_session_lost: 1, gaps_chain: 1 });
});

it('one that is open counts up to now', () => {
  const log = new GapLog();
  log.open(null, 'silence', 1_000);
  expect(log.read(3_500).gap_ms).toBe(2_500);
});

it('beyond what is listed they are counted, and their time is, too', () => {
  const log = new GapLog();
  for (let each = 0; each < GAPS_MAX + 3; each += 1) {
    log.open(null, 'late', each * 10);
    log.close(null, each * 10 + 1);
  }
  const told = log.read(1_000_000);
  expect([told.gaps.length, told.gaps_left_out, told.gap_ms]).toEqual([GAPS_MAX, 3, GAPS_MAX + 3]);
});
