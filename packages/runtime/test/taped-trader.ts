/** A trader on the paper venue whose run folder holds a ledger and an event tape. For tests. */
import { join } from 'node:path';
import { createClock } from '../src/clock.ts';
import { openFileLedger } from '../src/ledger/index.ts';
import type { OpenLedger } from '../src/ports.ts';
import { EventTape } from '../src/replay/event-tape.ts';
import type { OpenTape } from '../src/replay/index.ts';
import { tapePath } from '../src/replay/run-tapes.ts';
import { startTrader, type Trader, type TraderOptions } from './trader-fixture.ts';

const TAPE_BYTES_MAX = 64 * 1024 * 1024;

export function openLedgerIn(folder: string, runId: string): OpenLedger {
  return (post, onRecord) =>
    openFileLedger({
      folder: join(folder, 'ledger'),
      post,
      clock: createClock(),
      runId,
      queueCapacity: 1_000,
      commitDeadlineMs: 5_000,
      segmentBytes: 65_536,
      onRecord,
    });
}

/** `maxBytes`: a tape that is to run full. */
export function openTapeIn(folder: string, maxBytes = TAPE_BYTES_MAX): OpenTape {
  return (opening) =>
    EventTape.open({
      path: tapePath(folder, opening.epoch, opening.session.runId),
      maxBytes,
      opening,
      onGap: () => undefined,
    });
}

export function startTaped(
  folder: string,
  runId: string,
  options: Partial<TraderOptions> & { readonly maxBytes?: number } = {},
): Promise<Trader> {
  const { maxBytes, ...rest } = options;
  return startTrader({
    runId,
    journal: join(folder, 'venue.jsonl'),
    telemetry: { report: () => undefined },
    openLedger: openLedgerIn(folder, runId),
    openTape: openTapeIn(folder, maxBytes),
    ...rest,
  });
}
