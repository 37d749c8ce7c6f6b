import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { folderSource, verifyLedger } from '../src/ledger/index.ts';
import { memorySource, replayTape } from '../src/replay/index.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { contentOf } from './tape-edit.ts';

const FOLDER = join(import.meta.dirname, '../../..', 'fixtures/golden/v1/replay');
/**
 * Of the ledger. These files are never written again. Where the core is meant to decide otherwise
 * from now on, a new run is recorded beside them (`write-golden-replay.ts`), and this one shows
 * that the old format is still read up to the first turn that is decided otherwise.
 */
const HEAD = '89eb5f5328a9981a0f72a433306b3a8da662b21ad6818a4b3e47384b5681e7e0';
const COUNTS = [
  { events: 513, effects: 150, records: 24 },
  { events: 158, effects: 51, records: 7 },
];

describe('golden run of tape format 1', () => {
  const tapes = listTapes(FOLDER);
  const ledger = join(FOLDER, 'ledger');

  it('D-28 is decided to the last bit as it was, on any engine and by any build', () => {
    expect(verifyLedger(ledger)).toMatchObject({ ok: true, head: { hash: HEAD } });
    const found = tapes.map((path) =>
      replayTape({
        tape: memorySource(readFileSync(path)),
        ledger: folderSource(ledger),
        versions: null,
      }),
    );
    const counts = found.map(({ verdict, events, effects, records, difference, doubt }) => {
      return { verdict, events, effects, records, difference, doubt };
    });
    const equal = { verdict: 'equal', difference: null, doubt: null };
    expect(counts).toEqual(COUNTS.map((count) => ({ ...equal, ...count })));
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
