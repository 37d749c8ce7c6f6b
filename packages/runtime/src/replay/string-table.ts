/** A reader forgets at the same string as the writer, so no word about it is on the tape. */
const STRINGS_MAX = 65_536;

/** Strings by number, in the order in which they were first met; forgets all when it is full. */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  #strings: string[] = [];

  /** @returns -1 when it was not known, and is from now on. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#makeRoom();
    this.#numbers.set(text, this.#numbers.size);
    return -1;
  }

  /** -1 when it is not known. */
  find(text: string): number {
    return this.#numbers.get(text) ?? -1;
  }

  learn(text: string): void {
    if (this.#strings.length >= STRINGS_MAX) this.#strings = [];
    this.#strings.push(text);
  }

  at(index: number): string | undefined {
    return this.#strings[index];
  }

  #makeRoom(): void {
    if (this.#numbers.size >= STRINGS_MAX) this.#numbers.clear();
  }
}
