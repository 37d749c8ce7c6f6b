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
import type { Prng } from '../prng.ts';
import { oddity } from './oddities.ts';
import { type SmileAppetite, SmileAsker } from './smile-asker.ts';

/** What a workload does, as shares of its turns. */
export interface WorkloadModel extends SmileAppetite {
  readonly eagerness: number;
  /** Of its purchases, those that are of two legs. */
  readonly pairs: number;
  /** Of its purchases, those that may rest; needs a policy of style `Any`. */
  readonly resting: number;
  /** Turns in which it throws. */
  readonly throws: number;
  /** Turns in which it proposes many things at once, now and then too many. */
  readonly flood: number;
  /** Of its purchases, those that this build does not do. */
  readonly oddity: number;
  /** Turns in which it thinks for up to so many ms. */
  readonly slow: number;
  readonly slowMsMax: number;
  /** Turns in which what it answers is no list of proposals. */
  readonly babble: number;
}

export const NO_WORKLOAD: WorkloadModel = Object.freeze({
  eagerness: 0,
  pairs: 0,
  resting: 0,
  throws: 0,
  flood: 0,
  oddity: 0,
  slow: 0,
  slowMsMax: 100,
  babble: 0,
  smiles: 0,
  madSmileMs: 0,
});

/** Whether there is anything for it to do. */
export function isAtWork({ eagerness, smiles }: WorkloadModel): boolean {
  return eagerness > 0 || smiles > 0;
}

/** More than any strategy may propose at once. */
const FLOOD_MAX = 40;

/**
 * Proposes without sense and without pause: opens, closes, sizes and prices at random, and now and
 * then plain nonsense. It stands for any strategy; what it must not be able to do is the checkers'
 * business.
 */
export function randomWorkload(
  prng: Prng,
  model: WorkloadModel,
  think: (ms: number) => void,
): Strategy<Prng> {
  const asker = new SmileAsker(prng, model);
  return {
    id: strategyId('random-workload'),
    remember: () => prng,
    propose: (random, view) => {
      const { throws, eagerness, flood, slow, slowMsMax, babble } = model;
      if (happens(random, throws)) throw new Error('lost its mind');
      if (happens(random, babble)) return random.pick(BABBLE) as unknown as IntentProposal[];
      if (happens(random, slow)) think(random.int(1, slowMsMax));
      asker.ask(view);
      if (!random.chance(eagerness)) return [];
      const count = happens(random, flood) ? random.int(2, FLOOD_MAX) : 1;
      return Array.from({ length: count }, () => proposal(random, view, model));
    },
  };
}

const BABBLE = ['buy', 7, { length: 1 }, [null], [{}], [{ action: 'Place' }]] as const;

function happens(random: Prng, share: number): boolean {
  return share > 0 && random.chance(share);
}

function proposal(random: Prng, view: StrategyView, model: WorkloadModel): IntentProposal {
  const all = [...view.quotes];
  const options = all.filter(({ instrument }) => instrument.option !== null);
  // What may not be opened is asked for now and then, too.
  const quotes = options.length === 0 || random.chance(0.1) ? all : options;
  const held = view.positions.filter(({ amount }) => amount !== 0);
  const position = held.length > 0 && random.chance(0.4) ? random.pick(held) : null;
  if (position !== null) {
    const quote = view.quote(position.instrument);
    if (quote !== null) return sale(random, quote, position.amount, happens(random, model.resting));
  }
  if (quotes.length === 0) return nonsense(random, null);
  const quote = random.pick(quotes);
  if (random.chance(0.04)) return nonsense(random, quote);
  if (quotes.length > 1 && happens(random, model.pairs)) return pair(random, quote, quotes);
  const sensible = purchase(random, quote, happens(random, model.resting));
  return happens(random, model.oddity) ? oddity(random, sensible, quote) : sensible;
}

function purchase(random: Prng, quote: Quote, rests: boolean): IntentProposal {
  const ask = quote.ask ?? 0.05;
  const quantity = lots(random, quote, 6);
  const terms = {
    fairPrice: ask * (1 + 0.5 * random.float()),
    // A large edge makes the pricer patient and the order miss; a small one crosses the spread.
    grossEdgeUsd: random.pick([2, 40, 200, 2_000]) * quantity,
    limitPrice: rests ? (quote.bid ?? ask) : ask,
    timeInForce: rests ? 'good_til_cancelled' : 'immediate_or_cancel',
  } as const;
  return {
    action: 'Place',
    reduceOnly: false,
    target: null,
    legs: [leg(quote, 'buy', quantity, terms)],
  };
}

/** Two legs that belong together: a spread, or two purchases, of which one then often misses. */
function pair(random: Prng, first: Quote, quotes: readonly Quote[]): IntentProposal {
  const others = quotes.filter(({ instrument }) => instrument !== first.instrument);
  const second = random.pick(others);
  const [bought] = purchase(random, first, false).legs;
  const other = random.chance(0.6)
    ? written(random, second)
    : purchase(random, second, false).legs[0];
  const legs = [bought, other].filter((each) => each !== undefined);
  return { action: 'Place', reduceOnly: false, target: null, legs: legs };
}

/** An option sold that is not held. */
function written(random: Prng, quote: Quote): LegProposal {
  const bid = quote.bid ?? 0.03;
  const quantity = lots(random, quote, 6);
  return leg(quote, 'sell', quantity, {
    fairPrice: bid / (1 + 0.5 * random.float()),
    grossEdgeUsd: random.pick([2, 40, 200, 2_000]) * quantity,
    limitPrice: bid,
  });
}

function sale(random: Prng, quote: Quote, amount: number, rests: boolean): IntentProposal {
  const quantity = random.chance(0.5) ? Math.abs(amount) : lots(random, quote, 4);
  const side = amount > 0 ? 'sell' : 'buy';
  const [near, far] = side === 'sell' ? [quote.bid, quote.ask] : [quote.ask, quote.bid];
  return {
    action: random.chance(0.8) ? 'Close' : 'Hedge',
    reduceOnly: true,
    target: null,
    legs: [
      leg(quote, side, quantity, {
        limitPrice: rests ? far : near,
        timeInForce: rests ? 'good_til_cancelled' : 'immediate_or_cancel',
      }),
    ],
  };
}

const NONSENSE: readonly Partial<LegProposal>[] = [
  { quantity: Number.NaN },
  { quantity: -1 },
  { quantity: 1e12 },
  { limitPrice: Number.POSITIVE_INFINITY, fairPrice: 1 },
  { orderType: 'market' },
  { orderType: 'stop_limit', triggerPrice: 1 },
  { linkedOrderType: 'one_cancels_other' },
  { postOnly: true },
  { contracts: 17 },
  { grossEdgeUsd: null },
];

function nonsense(random: Prng, quote: Quote | null): IntentProposal {
  if (quote === null) return { action: 'Fly', reduceOnly: null, legs: [], target: null };
  return {
    action: random.pick(['Place', 'Close', 'Fly', '']),
    reduceOnly: random.chance(0.3) ? null : random.chance(0.5),
    target: null,
    legs: [{ ...leg(quote, random.pick(['buy', 'sell']), 0.1, {}), ...random.pick(NONSENSE) }],
  };
}

function lots(random: Prng, { instrument }: Quote, lotsMax: number): number {
  return (random.int(1, lotsMax) * instrument.minAmount * instrument.amountStepE8) / E8;
}

function leg(
  quote: Quote,
  side: 'buy' | 'sell',
  quantity: number,
  parts: Partial<LegProposal>,
): LegProposal {
  return limitLeg(quote.instrument.name, side, quantity, null, { delta: quote.delta, ...parts });
}
