import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { folderSource, verifyLedger } from '../src/ledger/index.ts';
import { memorySource, replayTape } from '../src/replay/index.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { contentOf } from './tape-edit.ts';

const GOLDEN = join(import.meta.dirname, '../../..', 'fixtures/golden/v1');
const FOLDER = join(GOLDEN, 'replay-3');
/**
 * Of the ledger. These files are never written again. Where the core is meant to decide otherwise
 * from now on, a new run is recorded beside them (`write-golden-replay.ts`), and the old one shows
 * that the old format is still read up to the first turn that is decided otherwise.
 */
const HEAD = '20c8dd1df604fb09065b1ae18f9fcd8250e5b505529156b2f009f1c700f63729';
const COUNTS = [
  { events: 912, effects: 158, records: 28 },
  { events: 274, effects: 53, records: 9 },
];
/** Runs of earlier cores, and the first tick of each that is another core's. */
const EARLIER = [
  {
    what: 'before monitors looked and losses were measured',
    folder: 'replay',
    head: '89eb5f5328a9981a0f72a433306b3a8da662b21ad6818a4b3e47384b5681e7e0',
    differsAt: [6, 6],
  },
  {
    what: 'before a reconciliation asked for the account of our cash',
    folder: 'replay-2',
    head: '18d95e7cc5271c89e1c8a360c79a42fef05b8172c489509a3d4e18dba3295b4c',
    differsAt: [25, 25],
  },
];

const replayed = (folder: string) =>
  listTapes(folder).map((path) =>
    replayTape({
      tape: memorySource(readFileSync(path)),
      ledger: folderSource(join(folder, 'ledger')),
      versions: null,
    }),
  );

describe('golden run of tape format 1', () => {
  const tapes = listTapes(FOLDER);
  const ledger = join(FOLDER, 'ledger');

  it('D-28 is decided to the last bit as it was, on any engine and by any build', () => {
    expect(verifyLedger(ledger)).toMatchObject({ ok: true, head: { hash: HEAD } });
    const counts = replayed(FOLDER).map((found) => {
      const { verdict, events, effects, records, difference, doubt } = found;
      return { verdict, events, effects, records, difference, doubt };
    });
    const equal = { verdict: 'equal', difference: null, doubt: null };
    expect(counts).toEqual(COUNTS.map((count) => ({ ...equal, ...count })));
  });

  it.each(EARLIER)('$what: is read, and decided as it was up to a tick', (earlier) => {
    const folder = join(GOLDEN, earlier.folder);
    const old = verifyLedger(join(folder, 'ledger'));
    expect(old).toMatchObject({ ok: true, head: { hash: earlier.head } });
    const found = replayed(folder).map(({ difference }) => difference);
    expect(found).toEqual(
      earlier.differsAt.map((event): unknown =>
        expect.objectContaining({ event, kind: 'ticked', what: 'effect' }),
      ),
    );
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
