import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALL, openBench } from '../exchange/exchange.fixture.ts';
import type { Levels } from '../exchange/levels.ts';
import { toBookData } from '../exchange/wire.ts';
import { BookTopic, rawBookTopic } from './book-topic.ts';
import type { Topic } from './topic.ts';

type Message = Readonly<Record<string, unknown>>;
type Row = readonly [action: string, price: number, amount: number];

/** Strictly from best to worst on a coarse grid, so that levels come, change and go. */
const side = (sign: 1 | -1, from: number): fc.Arbitrary<Levels> =>
  fc
    .uniqueArray(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 2 })), {
      selector: ([level]) => level,
      maxLength: 2,
    })
    .map((levels) =>
      levels
        .toSorted(([a], [b]) => a - b)
        .flatMap(([level, steps]) => [from + sign * level * 5, steps]),
    );

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ bids: side(-1, 900), asks: side(1, 1_000) }) },
  { weight: 3, arbitrary: fc.constant('speak' as const) },
  { weight: 2, arbitrary: fc.constant('join' as const) },
  { weight: 1, arbitrary: fc.constant('withdraw' as const) },
  // A level comes and goes: merged, that is nothing.
  { weight: 1, arbitrary: fc.constant('blink' as const) },
);

/** What one listener knows; throws where a message does not fit what came before. */
class Kept {
  #last: unknown = null;
  readonly #levels = new Map<string, number>();

  take(message: Message): void {
    if (message['type'] === 'snapshot') this.#levels.clear();
    else expect(message['prev_change_id']).toBe(this.#last);
    this.#last = message['change_id'];
    for (const name of ['bids', 'asks']) {
      for (const [what, price, amount] of message[name] as readonly Row[]) {
        const key = `${name} ${price}`;
        expect(this.#levels.has(key)).toBe(what !== 'new');
        if (what === 'delete') this.#levels.delete(key);
        else this.#levels.set(key, amount);
      }
    }
  }

  levels(): readonly (readonly [string, number])[] {
    return [...this.#levels].toSorted(([a], [b]) => a.localeCompare(b));
  }
}

it.each(['merged', 'raw'] as const)('every listener of a %s book ends with the book', (kind) => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      const bench = openBench();
      const { exchange } = bench;
      const topic: Topic =
        kind === 'raw'
          ? rawBookTopic(exchange, CALL.name)
          : new BookTopic(exchange, CALL.name, 100);
      const listeners: Kept[] = [];
      let told = bench.notices.length;
      const speak = (): void => {
        for (const notice of bench.notices.slice(told)) topic.hear(...notice);
        told = bench.notices.length;
        for (const message of topic.say()) {
          for (const listener of listeners) listener.take(message as Message);
        }
      };
      const join = (): void => {
        speak();
        const listener = new Kept();
        for (const message of topic.greet()) listener.take(message as Message);
        listeners.push(listener);
      };
      join();
      for (const each of actions) {
        if (each === 'speak') speak();
        else if (each === 'join') join();
        else if (each === 'withdraw') exchange.withdrawQuotes(bench.at);
        else if (each === 'blink') {
          const { bids = [], asks = [] } = exchange.bookSnapshot(CALL.name) ?? {};
          bench.quote(CALL, [...bids, 100, 1], [...asks]);
          bench.quote(CALL, [...bids], [...asks]);
        } else bench.quote(CALL, [...each.bids], [...each.asks]);
      }
      // Quotes that were withdrawn are gone without a word; the next publication says so.
      bench.quote(CALL, [850, 7], [1_100, 7]);
      speak();
      const book = exchange.bookSnapshot(CALL.name);
      const truth = new Kept();
      if (book !== null) truth.take(toBookData(book));
      for (const listener of listeners) expect(listener.levels()).toEqual(truth.levels());
    }),
    { numRuns: 300 },
  );
});
