import type {
  Bar,
  DecisionHooks,
  EntryDecision,
  ExitDecision,
  HeldPosition,
} from '../src/backtest/index.ts';
import { E8, type InstrumentName } from '@holdfast/core/values';

/** What a bar loop that knows no engine would have done. Amounts and prices as decimals. */
export interface NaiveEvent {
  readonly bar: number;
  readonly side: 'BUY' | 'SELL';
  readonly kind: 'real' | 'aux';
  readonly price: number | null;
  readonly reason_code: string;
  readonly position_before: number;
  readonly position_after: number;
}

type Carried = { readonly entry: EntryDecision } | { readonly exit: ExitDecision };

/**
 * The oracle of the runtime: one plain loop over the bars in the order of RX-2, in which an order is
 * filled at the touch it was decided for, whole, and there is no exchange, no gate and no time.
 */
export function naiveLoop<S>(bars: readonly Bar[], hooks: DecisionHooks<S>): readonly NaiveEvent[] {
  const events: NaiveEvent[] = [];
  let state = hooks.initialState(bars.slice(0, 1));
  let held: HeldPosition | null = null;
  let carried: Carried | null = null;
  for (const [index, bar] of bars.entries()) {
    let fills = 0;
    const context = () => ({
      bar,
      index,
      history: bars.slice(0, index + 1),
      position: held,
      state,
    });
    const touch = (name: InstrumentName, side: 'buy' | 'sell'): number | null => {
      const quote = bar.quotes.find(({ instrument }) => instrument.name === name);
      return (side === 'buy' ? quote?.ask : quote?.bid) ?? null;
    };
    const move = (name: InstrumentName, signed: number, reason_code: string): void => {
      const price = touch(name, signed > 0 ? 'buy' : 'sell');
      if (price === null) return;
      const before = held?.amount ?? 0;
      const after = Math.round((before + signed) * E8) / E8;
      held = after === 0 ? null : { instrument: name, amount: after };
      const side = signed > 0 ? 'BUY' : 'SELL';
      const positions = { position_before: before, position_after: after };
      events.push({ bar: index, side, kind: 'real', price, reason_code, ...positions });
      fills += 1;
    };
    const enter = ({ instrument, side, amount, reasonCode }: EntryDecision): void =>
      move(instrument, side === 'buy' ? amount : -amount, reasonCode);
    const leave = ({ reasonCode }: ExitDecision): void => {
      if (held !== null) move(held.instrument, -held.amount, reasonCode);
    };
    if (carried !== null) {
      if ('entry' in carried) enter(carried.entry);
      else leave(carried.exit);
      carried = null;
    }
    const exit = held === null ? null : hooks.exit(context());
    if (exit !== null && !('none' in exit)) {
      if (exit.basis === 'next_bar') carried = { exit };
      else leave(exit);
    }
    const entry = held !== null || carried !== null ? null : hooks.entry(context());
    if (entry !== null && !('none' in entry)) {
      if (entry.basis === 'next_bar') carried = { entry };
      else enter(entry);
    }
    const filled = events.slice(events.length - fills);
    for (const { side, reasonCode, instrument } of hooks.auxiliary(context())) {
      const price = touch(instrument, side === 'BUY' ? 'buy' : 'sell');
      const at = (held as HeldPosition | null)?.amount ?? 0;
      const positions = { position_before: at, position_after: at };
      events.push({ bar: index, side, kind: 'aux', price, reason_code: reasonCode, ...positions });
    }
    for (const event of filled) state = hooks.onFilled(context(), event as never);
  }
  return events;
}
