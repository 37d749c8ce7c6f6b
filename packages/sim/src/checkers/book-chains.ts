import type { Event } from '@holdfast/core';
import type { MonoMs } from '@holdfast/core/values';

type BookNews = Extract<Event, { kind: 'bookChanged' | 'instrumentsListed' }>;

interface Chain {
  changeId: number;
  at: MonoMs;
}

/**
 * The checkers' own memory of every book: sound while each change has continued the one before,
 * back to a snapshot of the same session (AT-271). What is in the books is nothing to them.
 */
export class BookChains {
  readonly #listed = new Set<string>();
  readonly #sound = new Map<string, Chain>();

  /** `broken`: the change does not follow; the book counts again from its next snapshot. */
  hear(event: BookNews): 'sound' | 'broken' | 'unlisted' {
    if (event.kind === 'instrumentsListed') {
      for (const { name } of event.instruments) this.#listed.add(name);
      return 'sound';
    }
    const { instrument, changeId, prevChangeId, at } = event;
    if (!this.#listed.has(instrument)) return 'unlisted';
    const chain = this.#sound.get(instrument);
    const follows = prevChangeId === null || chain?.changeId === prevChangeId;
    if (follows && Number.isSafeInteger(changeId)) {
      this.#sound.set(instrument, { changeId, at });
      return 'sound';
    }
    this.#sound.delete(instrument);
    return 'broken';
  }

  /** The session is gone, and every book with it. */
  forget(): void {
    this.#sound.clear();
  }

  isListed(instrument: string): boolean {
    return this.#listed.has(instrument);
  }

  /** When the venue said it last, by our clock; null where there is no sound book. */
  saidAt(instrument: string): MonoMs | null {
    return this.#sound.get(instrument)?.at ?? null;
  }
}
