import { E8, type InstrumentName } from '@holdfast/core/values';
import type {
  Bar,
  BarContext,
  DecisionHooks,
  EntryDecision,
  ExitDecision,
  HeldPosition,
  RuntimeEvent,
} from '../src/backtest/index.ts';

/** What a bar loop that knows no engine would have done. Amounts and prices as decimals. */
export type NaiveEvent = Pick<
  RuntimeEvent,
  'bar' | 'side' | 'kind' | 'price' | 'reason_code' | 'position_before' | 'position_after'
>;

type Decision = EntryDecision | ExitDecision;

/**
 * The oracle of the runtime: one plain loop over the bars in the order of RX-2, in which an order
 * is filled whole at the touch it was decided for. There is no exchange, no gate and no time.
 */
export function naiveLoop<S>(bars: readonly Bar[], hooks: DecisionHooks<S>): readonly NaiveEvent[] {
  const loop = new NaiveLoop(hooks.initialState(bars.slice(0, 1)));
  for (const [index, bar] of bars.entries()) loop.play(bar, index, bars.slice(0, index + 1), hooks);
  return loop.events;
}

class NaiveLoop<S> {
  readonly events: NaiveEvent[] = [];
  #state: S;
  #held: HeldPosition | null = null;
  #carried: Decision | null = null;

  constructor(state: S) {
    this.#state = state;
  }

  play(bar: Bar, index: number, history: readonly Bar[], hooks: DecisionHooks<S>): void {
    const context = (): BarContext<S> => ({
      bar,
      index,
      history,
      position: this.#held,
      state: this.#state,
    });
    const first = this.events.length;
    const carried = this.#carried;
    this.#carried = null;
    if (carried !== null) this.#do(carried, bar, index);
    if (this.#held !== null) this.#decide(hooks.exit(context()), bar, index);
    if (this.#held === null && this.#carried === null) {
      this.#decide(hooks.entry(context()), bar, index);
    }
    const filled = this.events.slice(first);
    for (const { side, reasonCode, instrument } of hooks.auxiliary(context())) {
      const price = touch(bar, instrument, side === 'BUY' ? 'buy' : 'sell');
      const held = this.#held?.amount ?? 0;
      const positions = { position_before: held, position_after: held };
      this.events.push({
        bar: index,
        side,
        kind: 'aux',
        price,
        reason_code: reasonCode,
        ...positions,
      });
    }
    for (const event of filled) this.#state = hooks.onFilled(context(), event as RuntimeEvent);
  }

  #decide(answer: Decision | { readonly none: string } | null, bar: Bar, index: number): void {
    if (answer === null || 'none' in answer) return;
    if (answer.basis === 'next_bar') this.#carried = answer;
    else this.#do(answer, bar, index);
  }

  #do(decision: Decision, bar: Bar, index: number): void {
    const held = this.#held;
    if ('side' in decision) {
      const { instrument, side, amount, reasonCode } = decision;
      this.#move(instrument, side === 'buy' ? amount : -amount, reasonCode, bar, index);
    } else if (held !== null) {
      this.#move(held.instrument, -held.amount, decision.reasonCode, bar, index);
    }
  }

  #move(name: InstrumentName, signed: number, reason_code: string, bar: Bar, index: number): void {
    const price = touch(bar, name, signed > 0 ? 'buy' : 'sell');
    if (price === null) return;
    const before = this.#held?.amount ?? 0;
    const after = Math.round((before + signed) * E8) / E8;
    this.#held = after === 0 ? null : { instrument: name, amount: after };
    const side = signed > 0 ? 'BUY' : 'SELL';
    const positions = { position_before: before, position_after: after };
    this.events.push({ bar: index, side, kind: 'real', price, reason_code, ...positions });
  }
}

function touch(bar: Bar, name: InstrumentName, side: 'buy' | 'sell'): number | null {
  const quote = bar.quotes.find(({ instrument }) => instrument.name === name);
  return (side === 'buy' ? quote?.ask : quote?.bid) ?? null;
}
