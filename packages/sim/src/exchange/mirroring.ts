import type { InstrumentName } from '@holdfast/core/values';
import { matchHandler } from './fills.ts';
import { type Levels, NO_LEVELS } from './levels.ts';
import type { PrintedTrade } from './printed-trade.ts';
import { type Listing, tellBook, type VenueState } from './venue-state.ts';

/** When something was said: by the source's clock, and when it is brought here. */
export interface Said {
  readonly at: number;
  readonly now: number;
}

/**
 * What a followed book shows now, whole. Nothing rests on it that was not there: an order is filled
 * by taking of it, or by a trade of the followed market (`printTrade`). Ignored when not listed.
 */
export function mirrorBook(
  state: VenueState,
  name: InstrumentName,
  bids: Levels,
  asks: Levels,
  saidAt: number,
): void {
  const followed = followedOf(state, name);
  if (followed === null) return;
  const { listing, mirror } = followed;
  listing.book.mirror(bids, asks, mirror.isVoid);
  mirror.isVoid = false;
  mirror.saidAt = saidAt;
  tellBook(state, listing);
}

/**
 * Nobody knows the book of the source now: every quote is deleted, told so, and orders are refused
 * until it is known again. What rests stays, and can be cancelled.
 */
export function voidBook(state: VenueState, name: InstrumentName): void {
  const followed = followedOf(state, name);
  if (followed === null || followed.mirror.isVoid) return;
  const { listing, mirror } = followed;
  listing.book.mirror(NO_LEVELS, NO_LEVELS, false);
  mirror.isVoid = true;
  mirror.saidAt = state.now;
  tellBook(state, listing);
}

/**
 * Everybody is told of a trade of the source, and resting orders take part in it, unless it was
 * made off the book or the book is not known.
 * @returns steps that met orders of accounts.
 */
export function printTrade(
  state: VenueState,
  name: InstrumentName,
  trade: PrintedTrade,
  isOffBook: boolean,
): number {
  const followed = followedOf(state, name);
  if (followed === null) return 0;
  const { listing, mirror } = followed;
  const handler = matchHandler(state, listing, undefined, trade.at);
  if (isOffBook || mirror.isVoid) {
    handler.print(trade.ticks, trade.steps, trade.side);
    return 0;
  }
  const filled = listing.book.printed(trade, handler);
  tellBook(state, listing);
  return filled;
}

interface Followed {
  readonly listing: Listing;
  readonly mirror: NonNullable<Listing['mirror']>;
}

/** Null when not listed. That a book that is made here should follow is the caller's mistake. */
function followedOf(state: VenueState, name: InstrumentName): Followed | null {
  const listing = state.listings.get(name);
  if (listing === undefined) return null;
  if (listing.mirror === null) throw new RangeError(`${name} follows no market`);
  return { listing, mirror: listing.mirror };
}
