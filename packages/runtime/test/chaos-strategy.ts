/** Strategies that do what they are told, once for each word, and ask to open again and again. */
import {
  E8,
  type IntentProposal,
  type LegProposal,
  type Quote,
  type Strategy,
  strategyId,
  type StrategyView,
} from '@holdfast/core/strategy';

/** `pair`: sells one call and buys another, so that one leg can be refused. */
export type Wish = 'buy' | 'pair' | 'close' | 'probe' | 'quiet';

interface Memory {
  turn: number;
}

const CREW = 10;
const AMOUNT = 0.1;
const DAY_MS = 86_400_000;
const BOOK_AGE_MS_MAX = 700;
/** Gross, of one order: what its fee and the launch policy's minimum take, and more. */
const EDGE_USD = 60;
const NEAR_MONEY = 12;

/**
 * Ten that share what is still to be done. They take turns at pairs, so that the churn breaker,
 * which shuts a strategy after its third broken one, leaves room for a measurement.
 * @param wishes taken from its front. A probe stays until `quiet`.
 */
export function obedientCrew(wishes: Wish[]): readonly Strategy<Memory>[] {
  const pairs = { asked: 0 };
  return Array.from({ length: CREW }, (_, ordinal) => obedient(wishes, ordinal, pairs));
}

function obedient(wishes: Wish[], ordinal: number, pairs: { asked: number }): Strategy<Memory> {
  return Object.freeze({
    id: strategyId(ordinal === 0 ? 'drill' : `drill-${ordinal}`),
    remember: (): Memory => ({ turn: 0 }),
    propose(memory: Memory, view: StrategyView): readonly IntentProposal[] {
      memory.turn += 1;
      if (wishes[0] === 'quiet') wishes.shift();
      const [wish] = wishes;
      if (wish === undefined) return [];
      if (ordinal !== (wish === 'pair' ? pairs.asked % CREW : 0)) return [];
      if (wish === 'close') {
        const closes = closing(view);
        if (closes.length > 0) wishes.shift();
        return closes;
      }
      const proposals = proposalsFor(wish, memory.turn, view);
      // A probe asks whatever the mode is; the rest waits until something can be opened.
      if (wish === 'probe') {
        if (wishes.length > 1) wishes.shift();
        return proposals;
      }
      if (view.mode !== 'Active' || proposals.length === 0) return [];
      wishes.shift();
      if (wish === 'pair') pairs.asked += 1;
      return proposals;
    },
  });
}

function proposalsFor(wish: Wish, turn: number, view: StrategyView): readonly IntentProposal[] {
  const quotes = callsNearMoney(
    view,
    wish === 'probe' ? Number.POSITIVE_INFINITY : BOOK_AGE_MS_MAX,
  );
  // Another one each time, so that no pair is tried again and again.
  const one = quotes[wish === 'pair' ? turn % quotes.length : 0];
  if (one === undefined) return [];
  if (wish === 'pair') {
    const other = quotes.find(
      ({ instrument }) =>
        instrument.expiry === one.instrument.expiry && instrument !== one.instrument,
    );
    return other === undefined ? [] : [placed([sold(one, view), bought(other, view)])];
  }
  return [placed([bought(quotes[turn % quotes.length] ?? one, view)])];
}

/** All that is held, at what is bid. */
function closing(view: StrategyView): readonly IntentProposal[] {
  return view.positions.flatMap(({ instrument, amount }): IntentProposal[] => {
    const quote = view.quote(instrument);
    if (quote?.bid == null || !(amount > 0)) return [];
    const { fairPrice: _, grossEdgeUsd: __, ...terms } = leg(quote, 'sell', quote.bid, quote.bid);
    const sale = { ...terms, quantity: amount, fairPrice: null, grossEdgeUsd: null };
    return [{ action: 'Close', reduceOnly: true, legs: [sale], target: null }];
  });
}

function callsNearMoney(view: StrategyView, ageMsMax: number): readonly Quote[] {
  const index = view.index('BTC') ?? Number.NaN;
  const found: { readonly quote: Quote; readonly away: number }[] = [];
  for (const quote of view.quotes) {
    const { underlying, option, expiry, quote: unit } = quote.instrument;
    if (underlying !== 'BTC' || option?.type !== 'call' || expiry === null || unit !== 'coin')
      continue;
    if (expiry - view.now < 2 * DAY_MS || expiry - view.now > 40 * DAY_MS) continue;
    const { ask, bid, askAmount, bidAmount, ageMs } = quote;
    if (ask === null || bid === null || !(askAmount >= AMOUNT) || !(bidAmount >= AMOUNT)) continue;
    if (!(ageMs < ageMsMax)) continue;
    found.push({ quote, away: Math.abs(option.strikeE8 / E8 / index - 1) });
  }
  found.sort((one, other) => one.away - other.away);
  return found.slice(0, NEAR_MONEY).map(({ quote }) => quote);
}

const placed = (legs: readonly LegProposal[]): IntentProposal => ({
  action: 'Place',
  reduceOnly: false,
  legs: [...legs],
  target: null,
});

function bought(quote: Quote, view: StrategyView): LegProposal {
  const price = quote.ask ?? Number.NaN;
  return leg(quote, 'buy', price, price + gap(view));
}

function sold(quote: Quote, view: StrategyView): LegProposal {
  const price = quote.bid ?? Number.NaN;
  return leg(quote, 'sell', price, price - gap(view));
}

function gap(view: StrategyView): number {
  return EDGE_USD / (AMOUNT * (view.index('BTC') ?? Number.NaN));
}

function leg(
  { instrument, delta }: Quote,
  side: LegProposal['side'],
  limitPrice: number,
  fairPrice: number,
): LegProposal {
  return {
    instrument: instrument.name,
    side,
    quantity: AMOUNT,
    contracts: null,
    limitPrice,
    fairPrice,
    grossEdgeUsd: EDGE_USD,
    delta,
    orderType: 'limit',
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
  };
}
