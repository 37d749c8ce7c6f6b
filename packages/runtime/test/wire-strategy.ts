/**
 * A strategy that is never idle: it buys what is offered, rests bids that may be met, closes what
 * it holds, and rests offers to close. What it thinks an option is worth is made up so that the
 * gates let it through; every limit of the policy still holds it.
 */
import {
  E8,
  type IntentProposal,
  type LegProposal,
  limitLeg,
  type Quote,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';

/** In the order it does them, over and over. */
const HABITS = ['take', 'rest', 'take', 'close', 'rest to close', 'join', 'close'] as const;
type Habit = (typeof HABITS)[number];
type Opening = 'take' | 'join' | 'rest';
type Closing = Exclude<Habit, Opening>;

interface Memory {
  turn: number;
  /** What it trades in this life: calls and puts near the money. */
  favourites: readonly Quote['instrument'][];
}

/** Smallest order, and what may be held of all options of a coin before it only closes. */
const SIZES = new Map([
  ['BTC', { amount: 0.1, most: 0.8 }],
  ['ETH', { amount: 1, most: 8 }],
]);
const DAY_MS = 86_400_000;
const FAVOURITES_PER_COIN = 6;
/** Younger than the gates ask for, so that it still is when they look. */
const BOOK_AGE_MS_MAX = 700;
/** Gross, of one order: far above what its fee and the launch policy's minimum take. */
const EDGE_USD = 60;

/**
 * @param turn where in its habits it begins, so that lives do not all begin alike.
 * @param protects whether it rests offers to close. Nothing but a fill or the end of the connection
 *   takes those away while something is held (AMB-32).
 */
export function busy(turn: number, protects: boolean): Strategy<Memory> {
  const habits = HABITS.filter((habit) => protects || habit !== 'rest to close');
  return Object.freeze({
    id: strategyId('busy'),
    remember: (): Memory => ({ turn, favourites: [] }),
    propose(memory: Memory, view: StrategyView): readonly IntentProposal[] {
      if (view.mode !== 'Active') return [];
      if (memory.favourites.length === 0) memory.favourites = favourites(view);
      const habit = habits[memory.turn % habits.length] ?? 'take';
      const proposal = propose(habit, memory, view);
      memory.turn += 1;
      return proposal === null ? [] : [proposal];
    },
  });
}

function favourites(view: StrategyView): readonly Quote['instrument'][] {
  const found: Quote['instrument'][] = [];
  for (const coin of SIZES.keys()) {
    const index = view.index(coin) ?? Number.NaN;
    const near: { readonly quote: Quote; readonly away: number }[] = [];
    for (const quote of view.quotes) {
      const { underlying, option, expiry, quote: unit } = quote.instrument;
      if (underlying !== coin || option === null || expiry === null || unit !== 'coin') continue;
      if (expiry - view.now < 2 * DAY_MS || expiry - view.now > 40 * DAY_MS) continue;
      near.push({ quote, away: Math.abs(option.strikeE8 / E8 / index - 1) });
    }
    near.sort((one, other) => one.away - other.away);
    found.push(...near.slice(0, FAVOURITES_PER_COIN).map(({ quote }) => quote.instrument));
  }
  return found;
}

function propose(habit: Habit, memory: Memory, view: StrategyView): IntentProposal | null {
  if (habit === 'close' || habit === 'rest to close') {
    return closing(habit, memory, view) ?? opening('take', memory, view);
  }
  return opening(habit, memory, view) ?? closing('close', memory, view);
}

function opening(habit: Opening, memory: Memory, view: StrategyView): IntentProposal | null {
  const count = memory.favourites.length;
  for (let tried = 0; tried < count; tried += 1) {
    const instrument = memory.favourites[(memory.turn + tried) % count];
    const quote = instrument === undefined ? null : view.quote(instrument.name);
    const bid = quote === null ? null : bidFor(habit, quote, view);
    if (bid !== null) return bid;
  }
  return null;
}

function bidFor(habit: Opening, quote: Quote, view: StrategyView): IntentProposal | null {
  const { instrument, ask, bid, askAmount, ageMs } = quote;
  const size = SIZES.get(instrument.underlying);
  const index = view.index(instrument.underlying);
  if (size === undefined || index === null || ask === null || bid === null) return null;
  if (askAmount < size.amount || !(ageMs < BOOK_AGE_MS_MAX)) return null;
  if (held(view, instrument.underlying) + size.amount > size.most) return null;
  const limitPrice = { take: ask, join: bid, rest: bid / 2 }[habit];
  const leg: LegProposal = {
    ...limitLeg(instrument.name, 'buy', size.amount, limitPrice),
    fairPrice: ask + EDGE_USD / (size.amount * index),
    grossEdgeUsd: EDGE_USD,
    delta: quote.delta,
    timeInForce: habit === 'take' ? 'immediate_or_cancel' : 'good_til_cancelled',
  };
  return { action: 'Place', reduceOnly: false, legs: [leg], target: null };
}

/** Of what is held, a smallest order at the bid, or at twice the ask to rest. */
function closing(habit: Closing, memory: Memory, view: StrategyView): IntentProposal | null {
  const { positions } = view;
  for (let tried = 0; tried < positions.length; tried += 1) {
    const position = positions[(memory.turn + tried) % positions.length];
    const quote = position === undefined ? null : view.quote(position.instrument);
    if (position === undefined || quote === null || !(position.amount > 0)) continue;
    const { ask, bid, bidAmount, ageMs, instrument } = quote;
    const amount = SIZES.get(instrument.underlying)?.amount ?? Number.NaN;
    if (ask === null || bid === null || !(bidAmount >= amount) || !(ageMs < BOOK_AGE_MS_MAX))
      continue;
    const rests = habit === 'rest to close';
    const leg: LegProposal = {
      ...limitLeg(instrument.name, 'sell', amount, rests ? ask * 2 : bid),
      timeInForce: rests ? 'good_til_cancelled' : 'immediate_or_cancel',
    };
    return { action: 'Close', reduceOnly: true, legs: [leg], target: null };
  }
  return null;
}

function held(view: StrategyView, coin: string): number {
  let amount = 0;
  for (const position of view.positions) {
    if (view.quote(position.instrument)?.instrument.underlying === coin) amount += position.amount;
  }
  return amount;
}
