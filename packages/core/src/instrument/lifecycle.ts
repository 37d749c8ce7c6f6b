import { type Reject, reject } from '../gates/reject.ts';
import type { MonoMs } from '../values/index.ts';
import type { Instrument, InstrumentState } from './instrument.ts';

/** What the cliff rules look at. `closed`: the venue said the instrument is gone. */
export interface Listed {
  readonly instrument: Instrument;
  readonly closed: boolean;
}

/**
 * Where an instrument is in its life (contract-1 section 8). A dated one without a usable buffer,
 * and one whose expiry cannot be read, may be at its end for all we know: `DelistingSoon`.
 * @param bufferS `expiry_delist_buffer_s`, which has no default (AMB-03).
 */
export function instrumentState(
  listed: Listed,
  now: MonoMs,
  bufferS: number | null,
): InstrumentState {
  const { instrument, closed } = listed;
  if (closed || !instrument.isActive) return 'ExpiredOrDelisted';
  const { expiry } = instrument;
  if (isUndated(instrument)) return 'Active';
  if (expiry === null || bufferS === null || !(bufferS >= 0)) return 'DelistingSoon';
  return now < expiry - bufferS * 1000 ? 'Active' : 'DelistingSoon';
}

/** The refusal of an OPEN by the expiry cliff (AT-950), or null. Nothing else is held up by it. */
export function refuseExpiring(listed: Listed, now: MonoMs, bufferS: number | null): Reject | null {
  const { instrument } = listed;
  const { name, expiry } = instrument;
  if (!isUndated(instrument) && !Number.isFinite(expiry ?? Number.NaN)) {
    return reject('InstrumentMetadataMissing', { instrument: name, field: 'expiration_timestamp' });
  }
  if (instrumentState(listed, now, bufferS) === 'Active') return null;
  return reject('InstrumentExpiredOrDelisted', {
    instrument: name,
    msToExpiry: expiry === null ? null : expiry - now,
  });
}

/**
 * Venue errors that mean the instrument itself is gone, by name and by number (phases section 7.2).
 */
const TERMINAL_ERRORS: ReadonlySet<string | number> = new Set<string | number>([
  'invalid_instrument',
  'invalid_or_unsupported_instrument',
  'not_found',
  'book_closed',
  'orderbook_closed',
  'instrument_not_open',
  'outdated_instrument',
  10_012,
  10_020,
  11_046,
  13_019,
  13_020,
]);

/**
 * Whether a venue error ends the instrument. Only at or after a known expiry: the same words
 * earlier, or about a perpetual, are an ordinary error to be reconciled (contract-1 section 8).
 */
export function isTerminalLifecycleError(
  venueError: string | number | null,
  expiry: MonoMs | null,
  now: MonoMs,
): boolean {
  return expiry !== null && now >= expiry && venueError !== null && TERMINAL_ERRORS.has(venueError);
}

/** Only a perpetual has no expiry; an option or a dated future without one is unreadable. */
function isUndated({ kind, expiry }: Instrument): boolean {
  return expiry === null && (kind === 'perpetual' || kind === 'linear_future');
}
