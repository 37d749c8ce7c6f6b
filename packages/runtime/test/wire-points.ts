/** Where a trader over the wire dies: places in the life of an order, and of a start. */
import type { Effect, Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';

type Seen = Event | Effect;

interface Place {
  readonly isHere: (seen: Seen) => boolean;
  /** Not before it is carried out but right after, with the rest of its turn. */
  readonly after?: true;
  /** Neither hears nor does anything for so long, and dies then. */
  readonly deafMs?: number;
  /** Met before anything can be sent; the others count only what this process itself has begun. */
  readonly ofAStart?: true;
}

const isIntent = ({ type }: LedgerRecord): boolean => type === 'intentRecorded';
const isPutRight = (record: LedgerRecord): boolean =>
  'source' in record && record.source === 'reconciliation';

const PLACES = {
  admitted: { isHere: (seen) => seen.kind === 'append' && seen.records.some(isIntent) },
  'handed to the ledger': {
    isHere: (seen) => seen.kind === 'append' && seen.records.some(isIntent),
    after: true,
  },
  durable: { isHere: (seen) => seen.kind === 'recorded' && seen.records.some(isIntent) },
  'about to be sent': { isHere: (seen) => seen.kind === 'submit' },
  sent: { isHere: (seen) => seen.kind === 'submit', after: true },
  /** Long enough for the exchange to have the order, and for its answer to lie unread. */
  'at the exchange': { isHere: (seen) => seen.kind === 'submit', after: true, deafMs: 400 },
  answered: {
    isHere: (seen) =>
      seen.kind === 'orderReported' && seen.source === 'reply' && seen.cause !== 'canceled_by_us',
  },
  /** For the first time: the account feed tells of it after the reply. */
  'a fill is heard': { isHere: (seen) => seen.kind === 'fillObserved' && seen.source === 'reply' },
  'a cancel left': { isHere: (seen) => seen.kind === 'cancel', after: true },
  /** The venue's truth has come and nothing has been made of it. */
  reconciling: { isHere: (seen) => seen.kind === 'venueSnapshotObserved', ofAStart: true },
  /** What the venue proved is on its way to the disk. */
  'put right': {
    isHere: (seen) => seen.kind === 'append' && seen.records.some(isPutRight),
    after: true,
    ofAStart: true,
  },
} as const satisfies Record<string, Place>;

/** Nobody ever wakes who waits for it. */
const NOTHING = new Int32Array(new SharedArrayBuffer(4));

export type Point = keyof typeof PLACES;

export function isPoint(word: string): word is Point {
  return Object.hasOwn(PLACES, word);
}

export function isOfAStart(point: Point): boolean {
  const place: Place = PLACES[point];
  return place.ofAStart === true;
}

/**
 * Watches events and effects, and dies by SIGKILL the `nth` time it sees the point.
 * @param lastWords told, by a synchronous write, just before.
 */
export function trap(
  point: Point,
  nth: number,
  lastWords: (label: string | null) => void,
): (seen: Seen) => void {
  const place: Place = PLACES[point];
  let left = nth;
  return (seen) => {
    if (!place.isHere(seen)) return;
    left -= 1;
    if (left !== 0) return;
    const label = labelOf(seen);
    const die = (): void => {
      lastWords(label);
      if (place.deafMs !== undefined) Atomics.wait(NOTHING, 0, 0, place.deafMs);
      process.kill(process.pid, 'SIGKILL');
    };
    // The turn is synchronous: what is asked for in it has been done when the microtask runs, and
    // nothing has been heard from outside.
    if (place.after === true) queueMicrotask(die);
    else die();
  };
}

/** The order it is about; null where it is about none. */
function labelOf(seen: Seen): string | null {
  switch (seen.kind) {
    case 'submit':
      return seen.order.terms.label;
    case 'cancel':
    case 'orderReported':
      return seen.label;
    case 'fillObserved':
      return seen.fill.label;
    case 'append':
    case 'recorded': {
      const named = seen.records.find((record) => 'label' in record || 'terms' in record);
      if (named === undefined) return null;
      if ('terms' in named) return named.terms.label;
      return 'label' in named ? named.label : null;
    }
    default:
      return null;
  }
}
