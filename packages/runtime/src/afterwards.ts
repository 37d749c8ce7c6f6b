/** Work that nobody waits for. */
export interface Afterwards<Item> {
  add(item: Item): void;
  /** Does at once what is left. */
  finish(): void;
}

/**
 * Puts work off until the turn it came from is over and what that turn asked for is on its way: an
 * order does not wait for its own log. In the order it came in; no longer than to the next turn of
 * the process's own loop, so that what waits is never more than one turn brought.
 */
export function createAfterwards<Item>(work: (item: Item) => void): Afterwards<Item> {
  let waiting: Item[] = [];
  const finish = (): void => {
    const items = waiting;
    waiting = [];
    for (const item of items) work(item);
  };
  return {
    add(item) {
      if (waiting.length === 0) setImmediate(finish);
      waiting.push(item);
    },
    finish,
  };
}
