import { milliseconds, type NumberRules, whole } from './document.ts';
import type { PairRules } from './pair-book.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS_MAX = 400 * DAY_MS;

/** Without a document: how two legs are kept, whatever they were opened for. */
export const PAIR_RULES: PairRules = Object.freeze({
  orderAgeMsMax: 1_000,
  groupsMax: 2,
  mixedMs: 5_000,
  holdMsMax: 3 * DAY_MS,
  closeExpiryMs: 2 * DAY_MS,
  retryMs: 10_000,
  reentryMs: 30 * MINUTE_MS,
});

export const PAIR_NUMBERS: NumberRules<PairRules> = {
  orderAgeMsMax: milliseconds(10_000, 'Oldest book an order may be priced from.'),
  groupsMax: whole(100, 'Pairs proposed or held at once, at most; one an expiry.'),
  mixedMs: milliseconds(
    DAY_MS,
    'How long half a pair is left to containment before it is closed from here.',
  ),
  holdMsMax: milliseconds(DAYS_MAX, 'Closed after this time.'),
  closeExpiryMs: milliseconds(DAYS_MAX, 'Closed when no more than this is left to expiry.'),
  retryMs: milliseconds(DAY_MS, 'Pause before the same expiry, or the same close, is tried again.'),
  reentryMs: milliseconds(DAY_MS, 'Pause before an expiry is entered again after a close.'),
};
