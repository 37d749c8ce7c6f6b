import type {
  Bar,
  DecisionHooks,
  ReasonCatalog,
  RunOutcome,
  RuntimeEvent,
  RuntimeResult,
} from '../src/backtest/index.ts';
import { run } from '../src/backtest/index.ts';
import { CALL_NAME } from '../src/backtest/bars.fixture.ts';
import { testPolicy } from '../src/fuzz/policy.fixture.ts';
import { type NaiveEvent, naiveLoop } from './naive-loop.fixture.ts';

/** What to do in a bar: enter or leave, at its own prices or the next bar's; and what to mark. */
export interface Step {
  readonly exit?: 'this_bar' | 'next_bar';
  readonly entry?: 'this_bar' | 'next_bar';
  readonly aux?: 'BUY' | 'SELL';
}

export const CATALOG: ReasonCatalog = {
  reasons: {
    cheap_entry: { family: 'cheap', layer: 'core' },
    rich_exit: { family: 'rich', layer: 'core' },
    turn_mark: { family: 'turn', layer: 'secondary' },
  },
  outcomes: { nothing_to_do: 'The script has nothing for this bar.' },
  dormant: [],
};

/** How many fills it has heard of is its state. */
export function scripted(
  script: readonly Step[],
  codes: { readonly entry: string } = { entry: 'cheap_entry' },
): DecisionHooks<number> {
  return {
    initialState: () => 0,
    exit: ({ index }) => {
      const basis = script[index]?.exit;
      return basis === undefined ? { none: 'nothing_to_do' } : { reasonCode: 'rich_exit', basis };
    },
    entry: ({ index }) => {
      const basis = script[index]?.entry;
      if (basis === undefined) return { none: 'nothing_to_do' };
      const order = { instrument: CALL_NAME, side: 'buy', amount: 0.5, fairPrice: 0.06 } as const;
      return { reasonCode: codes.entry, basis, ...order };
    },
    auxiliary: ({ index }) => {
      const side = script[index]?.aux;
      return side === undefined ? [] : [{ side, reasonCode: 'turn_mark', instrument: CALL_NAME }];
    },
    onFilled: ({ state }) => state + 1,
  };
}

export function playHooks(
  bars: readonly Bar[],
  hooks: DecisionHooks<unknown>,
): Promise<RunOutcome> {
  return run(bars, hooks, CATALOG, { branch: 'candidate', policy: testPolicy() });
}

export async function resultOfScript(
  bars: readonly Bar[],
  script: readonly Step[],
): Promise<RuntimeResult> {
  const outcome = await playHooks(bars, scripted(script));
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.detail}`);
  return outcome.result;
}

/** The events of a run as the oracle would tell them, and as it does. */
export function comparedWith(
  bars: readonly Bar[],
  script: readonly Step[],
  events: readonly RuntimeEvent[],
): { readonly told: readonly NaiveEvent[]; readonly oracle: readonly NaiveEvent[] } {
  const told = events.map((event) => ({
    bar: event.bar,
    side: event.side,
    kind: event.kind,
    price: event.price,
    reason_code: event.reason_code,
    position_before: event.position_before,
    position_after: event.position_after,
  }));
  return { told, oracle: naiveLoop(bars, scripted(script)) };
}
