import type { LookCounts } from './result.ts';

/** What the looks of one run came to; a look that nobody named is unclassified (RM 8.4, 4). */
export class LookLog {
  readonly #outcomes = new Map<string, number>();
  #looks = 0;
  #unclassified = 0;
  #bar = { looks: 0, proposals: 0, names: new Set<string>() };

  /** One look, by the names of what it came to. */
  note(names: readonly string[]): void {
    this.#looks += 1;
    this.#bar.looks += 1;
    if (names.length === 0) this.#unclassified += 1;
    for (const name of names) {
      this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1);
      this.#bar.names.add(name);
    }
    if (names.length === 0) this.#bar.names.add('unclassified');
  }

  proposed(count: number): void {
    this.#bar.proposals += count;
  }

  /** Of the bar that is over; where nobody looked, that is its name. */
  endBar(): { readonly looks: number; readonly proposals: number; readonly outcome: string } {
    const { looks, proposals, names } = this.#bar;
    this.#bar = { looks: 0, proposals: 0, names: new Set() };
    if (looks === 0) this.#outcomes.set('not_asked', (this.#outcomes.get('not_asked') ?? 0) + 1);
    return { looks, proposals, outcome: looks === 0 ? 'not_asked' : [...names].sort().join('+') };
  }

  counts(): LookCounts {
    const sorted = [...this.#outcomes].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.freeze({
      looks: this.#looks,
      outcomes: Object.freeze(Object.fromEntries(sorted)),
      unclassified: this.#unclassified,
    });
  }
}
