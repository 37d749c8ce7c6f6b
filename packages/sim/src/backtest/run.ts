import type { Policy } from '@holdfast/core';
import { currentMode } from '@holdfast/core/step';
import type { Strategy, StrategyView } from '@holdfast/core/strategy';
import { type Currency, currency, E8 } from '@holdfast/core/values';
import { QUIET } from '../fuzz/quiet.ts';
import { createPrng } from '../prng.ts';
import { World } from '../world.ts';
import { type Bar, barIndexAt } from './bar.ts';
import { BarMarket } from './bar-market.ts';
import { hookStrategy } from './hook-strategy.ts';
import type { DecisionHooks } from './hooks.ts';
import { LookLog } from './look-log.ts';
import { type ReasonCatalog, reasonOf } from './reasons.ts';
import type { RunFaultCode, RunOutcome, RuntimeEvent, RuntimeResult } from './result.ts';
import { LedgerFills, type LedgerFill } from './ledger-fills.ts';
import { type FillCause, RowDesk } from './row-desk.ts';

/** From a process's start until it is Active: connected, told everything, reconciled. */
const WARM_UP_MS = 10_000;
/** From a bar's time until everything it quotes has been heard. */
const SHOWN_MS = 500;
/** For so long after its time a strategy is asked about a bar; then it waits for the next. */
const ASKED_MS = 2_500;
/** Then what it asked for last has been answered, and the bar's row is written. */
const LOOK_MS = 3_000;
const CONSULT_MS = 500;
const PART_MS = 600_000;

/** Bars may be no nearer to each other. */
export const BAR_MS_MIN = LOOK_MS + SHOWN_MS;

const DEPOSITS: ReadonlyMap<Currency, number> = new Map([
  [currency('BTC'), 1 * E8],
  [currency('ETH'), 20 * E8],
  [currency('USDC'), 100_000 * E8],
]);

export interface RuntimeOptions {
  /** Goes into every row, and nothing else depends on it. */
  readonly branch: string;
  readonly policy: Policy;
  /** What the account brings, by currency at 1e-8. */
  readonly deposits?: ReadonlyMap<Currency, number>;
}

/**
 * Plays bars to decision hooks: the real core with its gates and guard, the real client, ledger and
 * exchange in virtual time, every checker of the proving ground watching. Time between bars is
 * played, too: bars are seconds or minutes apart, not days. Pure: the same bars and
 * hooks give the same bytes (RX-7). For each bar the hooks are asked in this order, once each: what
 * the bar before decided for this one's prices leaves first; exit; entry; auxiliary; state update
 * by `onFilled`; then the bar's row (RX-2).
 */
export function run<S>(
  bars: readonly Bar[],
  hooks: DecisionHooks<S>,
  catalog: ReasonCatalog,
  options: RuntimeOptions,
): Promise<RunOutcome> {
  return play(bars, catalog, options, (player) => player.hooked(hooks));
}

/** The same for a strategy of the core, as it is; its orders are `strategy_open` and `…_close`. */
export function runStrategy(
  bars: readonly Bar[],
  strategy: Strategy<unknown>,
  catalog: ReasonCatalog,
  options: RuntimeOptions,
): Promise<RunOutcome> {
  return play(bars, catalog, options, (player) => player.watched(strategy));
}

async function play(
  bars: readonly Bar[],
  catalog: ReasonCatalog,
  options: RuntimeOptions,
  strategyOf: (player: Player) => Strategy<unknown>,
): Promise<RunOutcome> {
  for (const [index, { at }] of bars.entries()) {
    const before = bars[index - 1]?.at ?? -Infinity;
    if (!(at > before)) return no('bars_not_ascending', `bar ${index}`);
    if (at - before < BAR_MS_MIN) return no('bars_too_close', `bar ${index}: ${at - before} ms`);
  }
  const player = new Player(bars, catalog, options);
  return player.play(strategyOf(player));
}

const no = (code: RunFaultCode, detail: string): RunOutcome => ({ ok: false, code, detail });

/** One run: a world, and what is written down of it. */
class Player {
  readonly #bars: readonly Bar[];
  readonly #catalog: ReasonCatalog;
  readonly #options: RuntimeOptions;
  readonly #rows: RowDesk;
  readonly #looks = new LookLog();
  readonly #warnings: string[] = [];
  readonly #untaken: RuntimeEvent[] = [];
  #world: World | null = null;
  #fills: LedgerFills | null = null;
  /** Of the order a hooked strategy has sent last. */
  #cause: FillCause | null = null;
  #unknownCode: string | null = null;

  constructor(bars: readonly Bar[], catalog: ReasonCatalog, options: RuntimeOptions) {
    this.#bars = bars;
    this.#catalog = catalog;
    this.#options = options;
    this.#rows = new RowDesk(bars, catalog, options.branch);
  }

  hooked<S>(hooks: DecisionHooks<S>): Strategy<unknown> {
    const inner: Strategy<unknown> = hookStrategy(this.#options.branch, hooks, {
      bars: this.#bars,
      barIndex: (now) => barIndexAt(this.#bars, now),
      knows: (code) => {
        const isKnown = reasonOf(this.#catalog, code) !== null;
        if (!isKnown) this.#unknownCode ??= code;
        return isKnown;
      },
      send: (cause) => {
        this.#cause = cause;
      },
      takeFills: () => {
        this.#book();
        return this.#untaken.splice(0);
      },
      held: () => this.#rows.held(),
      mark: (signal, at) => this.#rows.mark(at, signal, signal.reasonCode, signal.price),
      warn: (code) => this.#warnings.push(code),
      outcome: (_step, code) => this.#looks.note(code === null ? [] : [code]),
    });
    return this.#guarded(inner, (memory, view) => {
      const proposals = inner.propose(memory, view);
      this.#looks.proposed(proposals.length);
      return proposals;
    });
  }

  watched(strategy: Strategy<unknown>): Strategy<unknown> {
    return this.#guarded(strategy, (memory, view) => {
      const proposals = strategy.propose(memory, view);
      this.#looks.proposed(proposals.length);
      this.#looks.note(namesOf(strategy, memory, view, proposals.length));
      return proposals;
    });
  }

  async play(strategy: Strategy<unknown>): Promise<RunOutcome> {
    const [first] = this.#bars;
    if (first === undefined) return { ok: true, result: this.#result() };
    const world = this.#open(first, strategy);
    for (const [index, bar] of this.#bars.entries()) {
      await runUntil(world, bar.at + LOOK_MS - first.at + WARM_UP_MS);
      const fault = this.#faultOf(world, strategy);
      if (fault !== null) return fault;
      this.#endBar(index, bar, world);
    }
    this.#warnRefusals(world);
    return { ok: true, result: this.#result() };
  }

  /** Asked in the time of a bar only, and never after a fault. */
  #guarded(strategy: Strategy<unknown>, propose: Strategy<unknown>['propose']): Strategy<unknown> {
    return {
      ...strategy,
      propose: (memory, view) => {
        const bar = this.#bars[barIndexAt(this.#bars, view.now)];
        const sinceMs = bar === undefined ? -1 : view.now - bar.at;
        const isAsked = sinceMs >= SHOWN_MS && sinceMs <= ASKED_MS;
        return isAsked && this.#unknownCode === null ? propose(memory, view) : [];
      },
    };
  }

  #open(first: Bar, strategy: Strategy<unknown>): World {
    const { workload: _, ...quiet } = QUIET;
    const startAt = first.at - WARM_UP_MS;
    const world = new World({
      ...quiet,
      seed: 'backtest',
      policy: this.#options.policy,
      market: 'still',
      cancels: 0,
      crash: {},
      restartMsMax: 1_000,
      settleMs: 1_000,
      queueCapacity: 1_024,
      commitDeadlineMs: 250,
      consultMs: CONSULT_MS,
      strategies: () => [strategy],
      staged: {
        market: {
          startAt,
          drive: ({ clock, exchange }) =>
            new BarMarket(this.#bars, clock, exchange, createPrng('bars')),
        },
        deposits: this.#options.deposits ?? DEPOSITS,
      },
    });
    this.#world = world;
    this.#fills = new LedgerFills(world.disk);
    return world;
  }

  #book(): void {
    for (const each of this.#fills?.take(this.#world?.state ?? null) ?? []) {
      this.#untaken.push(...this.#rows.fill(each.fill, this.#causeOf(each)));
    }
  }

  #causeOf({ cause, reduces }: LedgerFill): FillCause {
    if (cause !== null) return cause;
    return this.#cause ?? { code: reduces ? 'strategy_close' : 'strategy_open', basis: 'this_bar' };
  }

  #endBar(index: number, bar: Bar, world: World): void {
    this.#book();
    const { looks, proposals, outcome } = this.#looks.endBar();
    const mode = world.state === null ? 'Unknown' : currentMode(world.state).mode;
    this.#rows.day({ bar: index, mode, looks, proposals, outcome }, bar.at);
  }

  #faultOf({ finding, decisions }: World, { id }: Strategy<unknown>): RunOutcome | null {
    if (finding !== null) return no('invariant_broken', `${finding.checker}: ${finding.detail}`);
    if (this.#unknownCode !== null) return no('unknown_reason_code', this.#unknownCode);
    for (const decision of decisions) {
      if (decision.kind !== 'strategyFailed' || decision.strategyId !== id) continue;
      return no('strategy_failed', decision.message);
    }
    return null;
  }

  #warnRefusals({ decisions }: World): void {
    for (const decision of decisions) {
      if (decision.kind !== 'intentRejected') continue;
      const bar = barIndexAt(this.#bars, decision.at);
      this.#warnings.push(`rejected:${bar}:${decision.reject.code}:${decision.instrument ?? ''}`);
    }
  }

  #result(): RuntimeResult {
    return Object.freeze<RuntimeResult>({
      events: [...this.#rows.events],
      trades: this.#rows.trades(),
      daily: [...this.#rows.daily],
      warnings: [...this.#warnings],
      looks: this.#looks.counts(),
    });
  }
}

/** In parts, because a world that is never done at one go is taken for one that stands still. */
async function runUntil(world: World, elapsedMs: number): Promise<void> {
  while (world.elapsedMs < elapsedMs && world.finding === null) {
    await world.run(Math.min(elapsedMs, world.elapsedMs + PART_MS));
  }
}

/** What a look came to, by name: none where nobody has said. */
function namesOf(
  strategy: Strategy<unknown>,
  memory: unknown,
  { mode, working }: StrategyView,
  proposals: number,
): readonly string[] {
  if (proposals > 0) return ['proposed'];
  const codes = new Set((strategy.abstentions?.(memory) ?? []).map(({ code }) => code));
  if (codes.size > 0) return [...codes].sort();
  if (mode !== 'Active') return ['mode_not_active'];
  return working.size > 0 ? ['in_flight'] : [];
}
