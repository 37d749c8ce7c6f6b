import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { folderSource, verifyLedger } from '../src/ledger/index.ts';
import { memorySource, replayTape } from '../src/replay/index.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { contentOf } from './tape-edit.ts';

const GOLDEN = join(import.meta.dirname, '../../..', 'fixtures/golden/v1');
/**
 * Of the ledgers. These files are never written again. Where the core is meant to decide otherwise
 * from now on, a new run is recorded beside them (`write-golden-replay.ts`), and the ones before
 * show that the old format is still read up to the first turn that is decided otherwise.
 */
const FOLDER = join(GOLDEN, 'replay-2');
const HEAD = 'ffd701b35fb3a3f4af0a4d045247fa770904c183ac114507cdfbe9df42af7c2b';
const COUNTS = [
  { events: 486, effects: 142, records: 23 },
  { events: 153, effects: 50, records: 7 },
];
/** Before public trades had to be known whole. */
const EARLIER = join(GOLDEN, 'replay');
const EARLIER_HEAD = '89eb5f5328a9981a0f72a433306b3a8da662b21ad6818a4b3e47384b5681e7e0';
const EARLIER_COUNTS = [
  { events: 27, effects: 17, records: 3 },
  { events: 20, effects: 15, records: 2 },
];

function replayed(folder: string): ReturnType<typeof replayTape>[] {
  return listTapes(folder).map((path) =>
    replayTape({
      tape: memorySource(readFileSync(path)),
      ledger: folderSource(join(folder, 'ledger')),
      versions: null,
    }),
  );
}

describe('golden run of tape format 1', () => {
  const tapes = listTapes(FOLDER);

  it('D-28 is decided to the last bit as it was, on any engine and by any build', () => {
    expect(verifyLedger(join(FOLDER, 'ledger'))).toMatchObject({ ok: true, head: { hash: HEAD } });
    const counts = replayed(FOLDER).map(
      ({ verdict, events, effects, records, difference, doubt }) => {
        return { verdict, events, effects, records, difference, doubt };
      },
    );
    const equal = { verdict: 'equal', difference: null, doubt: null };
    expect(counts).toEqual(COUNTS.map((count) => ({ ...equal, ...count })));
  });

  it('an earlier one is read, and decided as it was up to the first order', () => {
    const head = { hash: EARLIER_HEAD };
    expect(verifyLedger(join(EARLIER, 'ledger'))).toMatchObject({ ok: true, head });
    const found = replayed(EARLIER).map(({ events, effects, records, difference, doubt }) => {
      return { events, effects, records, at: difference?.kind, doubt };
    });
    const expected = { at: 'intentProposed', doubt: null };
    expect(found).toEqual(EARLIER_COUNTS.map((count) => ({ ...count, ...expected })));
  });

  it('holds a trading day in small: opened, refused, rested, cancelled, stopped, restarted', () => {
    const kinds = new Set<Event['kind']>();
    const said = new Set<string>();
    for (const path of tapes) {
      for (const { event, effects } of contentOf(readFileSync(path)).turns) {
        kinds.add(event.kind);
        for (const effect of effects) {
          said.add(effect.kind === 'report' ? effect.decision.kind : effect.kind);
        }
      }
    }
    for (const kind of ['fillObserved', 'venueSnapshotObserved', 'operatorCommanded'] as const) {
      expect(kinds).toContain(kind);
    }
    for (const word of ['submit', 'cancel', 'append', 'intentRejected', 'modeChanged']) {
      expect(said).toContain(word);
    }
  });
});
