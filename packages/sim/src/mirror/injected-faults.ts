import type { Exchange } from '../exchange/exchange.ts';
import type { ExchangeServer } from '../server/server.ts';
import type { MirrorDrive } from './mirror-drive.ts';

/** What a fault is done with. */
export interface Hands {
  readonly drive: MirrorDrive;
  readonly exchange: Pick<Exchange, 'announce'>;
  readonly server: Pick<ExchangeServer, 'endSessions' | 'endTokens' | 'connections'>;
}

/** How long the source is not heard, and books stay locked. */
const SPELL_MS = 10_000;
const MINUTE_MS = 60_000;
const MAINTENANCE_ID = 900_001;

/**
 * Faults a paper venue can make on purpose (D-19). Each says whether it came about: one that met
 * nobody proves nothing and is not recorded.
 */
export const INJECTED_FAULTS: Readonly<Record<string, (hands: Hands) => boolean>> = Object.freeze({
  /** The line to the source breaks; everything begins anew. */
  source_dropped: ({ drive }: Hands) => {
    const wasLive = drive.desk.isLive;
    drive.source.drop();
    return wasLive;
  },
  /** The source is not heard for ten seconds. */
  source_silent: ({ drive }: Hands) => {
    const wasLive = drive.desk.isLive;
    drive.desk.deafen(SPELL_MS);
    return wasLive;
  },
  /** One book loses its chain. */
  book_broken: ({ drive }: Hands) => breakBooks(drive, 1),
  every_book_broken: ({ drive }: Hands) => breakBooks(drive, Number.POSITIVE_INFINITY),
  /** Every client is cut off without a word. */
  sessions_cut: ({ server }: Hands) => server.endSessions('slow_reader') > 0,
  /** As after 10028. */
  sessions_rate_limited: ({ server }: Hands) => server.endSessions('too_many_requests') > 0,
  /** Connections stand, and are nobody's. */
  tokens_ended: ({ server }: Hands) => {
    server.endTokens();
    return server.connections() > 0;
  },
  /** Every coin is locked for ten seconds. */
  platform_locked: ({ drive }: Hands) => {
    const { desk, source } = drive;
    const wasLive = desk.isLive;
    desk.platform({ indexName: null, locked: true });
    const { clock } = source;
    clock.wake(clock.now() + SPELL_MS, () => desk.platform({ indexName: null, locked: false }));
    return wasLive;
  },
  /** Maintenance is announced, from this minute to the next. */
  maintenance_announced: ({ drive, exchange, server }: Hands) => {
    const at = drive.desk.now();
    const from = new Date(at).toISOString();
    const until = new Date(at + MINUTE_MS).toISOString();
    exchange.announce({
      id: MAINTENANCE_ID,
      title: 'Scheduled maintenance',
      body: `On ${from.slice(0, 10)} from ${from.slice(11, 16)} to ${until.slice(11, 16)} UTC.`,
      at,
      important: true,
    });
    return server.connections() > 0;
  },
});

function breakBooks({ desk }: MirrorDrive, most: number): boolean {
  const books = desk.known().slice(0, most);
  for (const book of books) desk.breakBook(book, 'injected');
  return books.length > 0 && desk.isLive;
}

/** A fault and how long after the start it comes, ms. */
export interface PlannedFault {
  readonly name: string;
  readonly afterMs: number;
}

/** Makes each when its time has come, and tells those that came about. */
export function planFaults(
  planned: readonly PlannedFault[],
  hands: Hands,
  tell: (name: string, at: number) => void,
): void {
  const { clock } = hands.drive.source;
  const start = clock.now();
  for (const { name, afterMs } of planned) {
    clock.wake(start + afterMs, () => {
      if (INJECTED_FAULTS[name]?.(hands) === true) tell(name, hands.drive.desk.now());
    });
  }
}
