import {
  type IntentProposal,
  limitLeg,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';
import type { InstrumentName } from '@holdfast/core/values';
import type { Bar, BarQuote } from './bar.ts';
import type {
  BarContext,
  DecisionHooks,
  EntryDecision,
  ExitDecision,
  HeldPosition,
  NoAction,
} from './hooks.ts';
import type { FillCause } from './row-desk.ts';
import type { RuntimeEvent } from './result.ts';

/**
 * The order of a bar (RX-2). `carried`: what the bar before decided for this one's prices.
 * `exit`, `entry` and `auxiliary` are asked once each; then the state is updated, event by event.
 */
const BAR_STEPS = ['carried', 'exit', 'entry', 'auxiliary', 'state'] as const;
type BarStep = (typeof BAR_STEPS)[number];

/** What the runtime around it does for a hooked strategy. */
export interface HookDesk {
  readonly bars: readonly Bar[];
  /** Number of the bar that is being looked at. */
  barIndex(now: number): number;
  /** Whether the catalog has the code; if not, the run is over. */
  knows(code: string): boolean;
  /** The order that leaves now, and whose fills come next, is for that. */
  send(cause: FillCause): void;
  /** Fills since the last call, as rows. */
  takeFills(): readonly RuntimeEvent[];
  held(): HeldPosition | null;
  mark(signal: AuxRow, at: number): void;
  warn(code: string): void;
  /** What a step came to, by name; null where it has none. */
  outcome(step: BarStep, code: string | null): void;
}

export interface AuxRow {
  readonly side: 'BUY' | 'SELL';
  readonly reasonCode: string;
  readonly instrument: InstrumentName;
  readonly price: number | null;
}

type Decision =
  | { readonly kind: 'entry'; readonly entry: EntryDecision }
  | { readonly kind: 'exit'; readonly exit: ExitDecision };

interface HookMemory<S> {
  state: S;
  bar: number;
  step: number;
  /** Proposed and not yet known to be over. */
  sent: { readonly cause: FillCause; readonly instrument: InstrumentName } | null;
  /** Decided in a bar for the next one's prices. */
  carried: { readonly decision: Decision; readonly bar: number } | null;
  readonly filled: RuntimeEvent[];
}

/** Hooks as a strategy of the core: asked step by step, one order at a time. */
export function hookStrategy<S>(
  name: string,
  hooks: DecisionHooks<S>,
  desk: HookDesk,
): Strategy<HookMemory<S>> {
  return {
    id: strategyId(name),
    remember: () => ({
      state: hooks.initialState(desk.bars.slice(0, 1)),
      bar: -1,
      step: BAR_STEPS.length,
      sent: null,
      carried: null,
      filled: [],
    }),
    propose: (memory, view) => propose(memory, view, hooks, desk),
  };
}

function propose<S>(
  memory: HookMemory<S>,
  view: StrategyView,
  hooks: DecisionHooks<S>,
  desk: HookDesk,
): readonly IntentProposal[] {
  if (!isOver(memory, view, desk)) return [];
  const index = desk.barIndex(view.now);
  if (index !== memory.bar) {
    const [skipped] = BAR_STEPS.slice(memory.step);
    if (skipped !== undefined) desk.warn(`steps_skipped:${memory.bar}:${skipped}`);
    memory.bar = index;
    memory.step = 0;
  }
  while (memory.step < BAR_STEPS.length) {
    const step = BAR_STEPS[memory.step] ?? 'state';
    memory.step += 1;
    const proposal = take(step, memory, view, hooks, desk);
    if (proposal !== null) return [proposal];
  }
  return [];
}

/** Whether nothing is on its way; what became of the last order is taken in. */
function isOver<S>(memory: HookMemory<S>, view: StrategyView, desk: HookDesk): boolean {
  const { sent } = memory;
  if (sent === null) return true;
  if (view.working.has(sent.instrument)) return false;
  const events = desk.takeFills();
  if (events.length === 0) desk.warn(`not_filled:${memory.bar}:${sent.cause.code}`);
  memory.filled.push(...events);
  memory.sent = null;
  return true;
}

function take<S>(
  step: BarStep,
  memory: HookMemory<S>,
  view: StrategyView,
  hooks: DecisionHooks<S>,
  desk: HookDesk,
): IntentProposal | null {
  const context = contextOf(memory, desk);
  if (context === null) return null;
  switch (step) {
    case 'carried':
      return sendCarried(memory, context, view, desk);
    case 'exit': {
      if (context.position === null) return null;
      const answer = named(step, hooks.exit(context), desk);
      return answer === null
        ? null
        : decide(memory, { kind: 'exit', exit: answer }, context, view, desk);
    }
    case 'entry': {
      // What is carried may yet open something.
      if (context.position !== null || memory.carried !== null) return null;
      const answer = named(step, hooks.entry(context), desk);
      return answer === null
        ? null
        : decide(memory, { kind: 'entry', entry: answer }, context, view, desk);
    }
    case 'auxiliary':
      for (const signal of hooks.auxiliary(context)) {
        const quote = quoteIn(context.bar, signal.instrument);
        if (!desk.knows(signal.reasonCode)) return null;
        const price = (signal.side === 'BUY' ? quote?.ask : quote?.bid) ?? null;
        desk.mark({ ...signal, price }, context.bar.at);
      }
      return null;
    case 'state':
      for (const event of memory.filled.splice(0)) {
        memory.state = hooks.onFilled({ ...context, state: memory.state }, event);
      }
      return null;
  }
}

/** The decision, or null where there is none; either way the step has said its name. */
function named<D extends EntryDecision | ExitDecision>(
  step: BarStep,
  answer: D | NoAction | null,
  desk: HookDesk,
): D | null {
  if (answer === null) {
    desk.outcome(step, null);
    return null;
  }
  if ('none' in answer) {
    desk.outcome(step, answer.none);
    return null;
  }
  desk.outcome(step, 'proposed');
  return desk.knows(answer.reasonCode) ? answer : null;
}

function decide<S>(
  memory: HookMemory<S>,
  decision: Decision,
  context: BarContext<S>,
  view: StrategyView,
  desk: HookDesk,
): IntentProposal | null {
  const { basis } = decision.kind === 'entry' ? decision.entry : decision.exit;
  if (basis === 'this_bar') return send(memory, decision, context, view, desk);
  memory.carried = { decision, bar: context.index };
  if (context.index === desk.bars.length - 1) warnMissing(decision, context, desk);
  return null;
}

/** RX-5: at the next bar's prices or not at all, never at those it was decided on. */
function sendCarried<S>(
  memory: HookMemory<S>,
  context: BarContext<S>,
  view: StrategyView,
  desk: HookDesk,
): IntentProposal | null {
  const { carried } = memory;
  memory.carried = null;
  if (carried === null) return null;
  const { decision, bar } = carried;
  // A bar that nobody was asked about lies between: those were the prices.
  if (bar !== context.index - 1) return warnMissing(decision, context, desk);
  return send(memory, decision, context, view, desk);
}

function send<S>(
  memory: HookMemory<S>,
  decision: Decision,
  context: BarContext<S>,
  view: StrategyView,
  desk: HookDesk,
): IntentProposal | null {
  const { position, bar } = context;
  if (decision.kind === 'exit') {
    if (position === null) return null;
    const { instrument, amount } = position;
    const side = amount > 0 ? 'sell' : 'buy';
    const price = touch(bar, instrument, side);
    if (price === null) return warnMissing(decision, context, desk);
    const { reasonCode, basis } = decision.exit;
    note(memory, instrument, { code: reasonCode, basis }, desk);
    const leg = limitLeg(instrument, side, Math.abs(amount), price, {
      timeInForce: 'immediate_or_cancel',
    });
    return { action: 'Close', reduceOnly: true, legs: [leg], target: null };
  }
  const { instrument, side, amount, fairPrice, reasonCode, basis } = decision.entry;
  const price = touch(bar, instrument, side);
  const quote = quoteIn(bar, instrument);
  if (price === null || quote === null) return warnMissing(decision, context, desk);
  const index = view.index(quote.instrument.underlying) ?? 0;
  const edge = (side === 'buy' ? fairPrice - price : price - fairPrice) * amount;
  const grossEdgeUsd = edge * (quote.instrument.quote === 'coin' ? index : 1);
  note(memory, instrument, { code: reasonCode, basis }, desk);
  const leg = limitLeg(instrument, side, amount, price, {
    fairPrice,
    grossEdgeUsd,
    delta: quote.delta,
    timeInForce: 'immediate_or_cancel',
  });
  return { action: 'Place', reduceOnly: false, legs: [leg], target: null };
}

function note<S>(
  memory: HookMemory<S>,
  instrument: InstrumentName,
  cause: FillCause,
  desk: HookDesk,
): void {
  memory.sent = { instrument, cause };
  desk.send(cause);
}

function warnMissing<S>(decision: Decision, { index }: BarContext<S>, desk: HookDesk): null {
  const { reasonCode, basis } = decision.kind === 'entry' ? decision.entry : decision.exit;
  desk.warn(
    `${basis === 'next_bar' ? 'next_bar' : 'this_bar'}_price_missing:${index}:${reasonCode}`,
  );
  return null;
}

function touch(bar: Bar, instrument: InstrumentName, side: 'buy' | 'sell'): number | null {
  const quote = quoteIn(bar, instrument);
  return (side === 'buy' ? quote?.ask : quote?.bid) ?? null;
}

function quoteIn(bar: Bar, name: InstrumentName): BarQuote | null {
  return bar.quotes.find(({ instrument }) => instrument.name === name) ?? null;
}

function contextOf<S>({ bar: index, state }: HookMemory<S>, desk: HookDesk): BarContext<S> | null {
  const bar = desk.bars[index];
  if (bar === undefined) return null;
  const history = desk.bars.slice(0, index + 1);
  return { bar, index, history, position: desk.held(), state };
}
