/** The law of reductions that are taken over, whatever the venue answers and the market does. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_CALL } from '../src/gates/context.fixture.ts';
import { Desk } from './desk.ts';
import { answer, last, refuse } from './group-desk.ts';

const HELD_E8 = 100_000_000;

/** What may happen next: to the newest order, to the market, to the mode, to the process. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('answer' as const), share: fc.constantFrom(0, 0.25, 0.5, 1) }),
  fc.record({ what: fc.constant('refuse' as const) }),
  fc.record({ what: fc.constant('late' as const), share: fc.constantFrom(0.5, 1) }),
  fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(100, 600, 1_100, 2_100) }),
  fc.record({ what: fc.constant('void' as const) }),
  fc.record({
    what: fc.constant('ledger' as const),
    how: fc.constantFrom('instant' as const, 'held' as const, 'queue_full' as const),
  }),
  fc.record({ what: fc.constant('again' as const) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Long of one call, in ReduceOnly, in a market too thin for any gate. */
class Story {
  readonly desk = new Desk().boot();
  readonly #answered = new Set<string>();

  constructor() {
    this.desk.propose({ quantity: 1, grossEdgeUsd: 400 });
    answer(this.desk, last(this.desk), 1);
    this.desk.tick(1_000);
    const stop = { command: 'reduce_only', reason: '', operator: 'me' } as const;
    this.desk.post({ kind: 'operatorCommanded', ...stop });
  }

  ask(quantity: number): void {
    this.#quote();
    this.desk.propose(
      { side: 'sell', quantity, limitPrice: 0.03 },
      { action: 'Close', reduceOnly: true },
      '5b61162e-1138-4d50-a3e2-8d668fb3b2f2',
    );
  }

  play(each: Happening, quantity: number): void {
    const { desk } = this;
    const open = desk.submits.slice(1).findLast(({ order }) => !this.#isOver(order.terms.label));
    if (each.what === 'pass') desk.now += each.ms;
    if (each.what === 'ledger') this.#ledger(each.how);
    if (each.what === 'again') this.ask(quantity);
    if (each.what === 'void') desk.state.observations.listings.get(BTC_CALL.name)?.book.void();
    else this.#quote();
    if (open !== undefined && (each.what === 'answer' || each.what === 'refuse')) {
      this.#answered.add(open.order.terms.label);
      if (each.what === 'answer') answer(desk, open, each.share);
      else refuse(desk, open);
    }
    // Its fill is heard, and its end is not.
    if (open !== undefined && each.what === 'late') {
      desk.fill(open, `late-${desk.now}-${desk.submits.length}`, each.share);
      this.#answered.add(open.order.terms.label);
    }
    desk.now += 100;
    desk.post({ kind: 'ticked' });
  }

  #isOver(label: string): boolean {
    return this.#answered.has(label);
  }

  #ledger(how: 'instant' | 'held' | 'queue_full'): void {
    if (how === 'instant' && this.desk.ledger === 'held') this.desk.release();
    else this.desk.ledger = how;
  }

  #quote(): void {
    this.desk.quote(BTC_CALL, [475, 1, 100, 1_000], [900, 1]);
  }
}

describe('a reduction that is taken over', () => {
  it('AMB-39 never sells more than was asked for, nor than is held, and nothing twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.array(happening, { maxLength: 25 }),
        (tenths, happenings) => {
          const story = new Story();
          story.ask(tenths / 10);
          for (const each of happenings) story.play(each, tenths / 10);
          const asked = Math.min(tenths * 10_000_000, HELD_E8);
          const closes = story.desk.submits.slice(1).map(({ order }) => order.terms);
          const sold = story.desk.recordsOf('fillRecorded').slice(1);
          const total = sold.reduce((sum, { amountE8 }) => sum + amountE8, 0);
          expect(total).toBeLessThanOrEqual(asked);
          expect(closes.length).toBeLessThanOrEqual(3);
          expect(new Set(closes.map(({ label }) => label)).size).toBe(closes.length);
          for (const { amountE8, reduceOnly, side, intentClass } of closes) {
            expect({ reduceOnly, side, intentClass }).toEqual({
              reduceOnly: true,
              side: 'sell',
              intentClass: 'CLOSE',
            });
            expect(amountE8).toBeLessThanOrEqual(asked);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
