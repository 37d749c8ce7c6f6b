import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { BookChains } from './book-chains.ts';
import { type Checker, demand } from './checker.ts';
import { OpenDecisions } from './open-decisions.ts';

/** Contract-1 section 13; what the launch policy of every world says. */
const BOOK_AGE_MS_MAX = 1_000;

/**
 * What could add risk is decided on a book whose changes follow each other without a gap since its
 * snapshot, and that is no older than a second by its own time; and it leaves within a second of
 * that, its book still whole (AT-931).
 */
export function openOnASoundBook(): Checker {
  const name = 'open-on-a-sound-book';
  const decisions = new OpenDecisions();
  let chains = new BookChains();
  return {
    name,
    onBoot() {
      decisions.forget();
      chains = new BookChains();
    },
    onEvent(event: Event) {
      decisions.hear(event);
      if (event.kind === 'bookChanged' || event.kind === 'instrumentsListed') chains.hear(event);
      if (endsFeeds(event)) chains.forget();
    },
    onEffect(effect, state: State) {
      for (const { label, instrument, at } of decisions.see(effect, state)) {
        const saidAt = chains.saidAt(instrument);
        demand(saidAt !== null, name, () => `${label} was decided on no whole book`);
        const ageMs = saidAt === null ? Number.NaN : at - saidAt;
        demand(
          ageMs >= 0 && ageMs <= BOOK_AGE_MS_MAX,
          name,
          () => `${label} was decided on a book ${ageMs} ms old`,
        );
      }
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      const { label, instrument } = effect.order.terms;
      const decidedMs = decisions.ageMs(label);
      demand(
        decidedMs <= BOOK_AGE_MS_MAX,
        name,
        () => `${label} left ${decidedMs} ms after it was decided`,
      );
      demand(
        chains.saidAt(instrument) !== null,
        name,
        () => `${label} left and its book is broken`,
      );
    },
  };
}

function endsFeeds(event: Event): boolean {
  return (
    event.kind === 'sessionTerminated' || (event.kind === 'sessionChanged' && !event.connected)
  );
}
