import type {
  PublicTrade,
  PublicTradeObserved,
  PublicTradesObserved,
} from '../market/public-trade.ts';
import type { TradesView } from '../gates/gate.ts';
import type { SelfNotional } from '../guard/self-impact.ts';
import { RECENT_FILLS_MAX } from '../facts.ts';
import type { Instrument } from '../instrument/instrument.ts';
import { notionalOf } from '../instrument/sizing.ts';
import { TradeFlow } from '../market/trade-flow.ts';
import { isSameFlow, tradeFlowKey, tradeMarketKey, tradeMarketOf } from '../market/trade-market.ts';
import type { State, TradeFeed, TradeHole } from '../state.ts';
import { type InstrumentName, microUsd, type MonoMs, monoMs } from '../values/index.ts';
import { freshIndexE8 } from './index-price.ts';
import { noteTrade } from './monitors.ts';
import type { Output } from './output.ts';
import { nextRequestId } from './request-id.ts';
import { block, raiseRisk } from './safety.ts';

/** Longer than an answer is waited for. */
const HOLE_RETRY_MS = 4_000;
/** After an answer that was no answer. */
const HOLE_AGAIN_MS = 1_000;
/** More than these, and this feed is none: a new connection begins it anew. */
const HOLES_MAX = 64;
/** Trades of one hole that are asked for: what is older is in no window any more. */
const HOLE_TRADES_MAX = 10_000;

/** A list names an instrument: its market is heard from now on. */
export function openTradeFeed({ observations }: State, instrument: Instrument): void {
  const { feeds } = observations.publicTrades;
  const market = tradeMarketOf(instrument);
  const key = tradeMarketKey(market);
  if (feeds.has(key)) return;
  const never = monoMs(0);
  feeds.set(key, { market, updatedAt: null, askedAt: never, isBegun: false, unheard: 0 });
}

/** Trades of one instrument are numbered without a hole; a hole is a trade we did not hear of. */
export function onPublicTrade(state: State, event: PublicTradeObserved, output: Output): void {
  const { listings, lastTradeSeq } = state.observations;
  const instrument = listings.get(event.instrument)?.instrument;
  if (instrument === undefined) return;
  state.observations.marketAt = event.at;
  const feed = feedOf(state, instrument);
  if (feed !== undefined) {
    feed.updatedAt = latest(feed.updatedAt, event.at);
    feed.unheard = 0;
  }
  const last = lastTradeSeq.get(event.instrument);
  if (last !== undefined && event.tradeSeq <= last) return;
  lastTradeSeq.set(event.instrument, event.tradeSeq);
  noteTrade(state, event.instrument, event.priceE8, event.at);
  countTrade(state, instrument, { ...event, tradedAt: event.at });
  if (last === undefined || event.tradeSeq === last + 1) return;
  missTrades(state, event.instrument, last + 1, event.tradeSeq - 1, output);
}

/**
 * Trades we did not hear of: OPEN is latched, and the venue is asked for them, so that the feed is
 * whole again (AT-272). Whether a fill of ours hid among them, reconciliation finds.
 */
export function missTrades(
  state: State,
  instrument: InstrumentName,
  fromSeq: number,
  toSeq: number,
  output: Output,
): void {
  const { holes } = state.observations.publicTrades;
  raiseRisk(state, 'ws_trades_gap', output);
  block(state, 'WS_TRADES_GAP_RECONCILE_REQUIRED', output);
  if (holes.length >= HOLES_MAX) {
    holes.length = 0;
    output.add({ kind: 'reconnect', cause: 'public_trades_unheard' });
    return;
  }
  const from = Math.max(fromSeq, toSeq - HOLE_TRADES_MAX + 1);
  const hole: TradeHole = {
    instrument,
    fromSeq: from,
    toSeq,
    requestId: null,
    askAt: state.observations.now,
  };
  holes.push(hole);
  askForHole(state, hole, output);
}

/** A request for trades that was not answered in time is made again; of what ended, it is moot. */
export function askForHoles(state: State, output: Output): void {
  const { connected, now, publicTrades } = state.observations;
  if (!connected || publicTrades.holes.length === 0) return;
  const { holes } = publicTrades;
  const left = holes.filter(({ instrument }) => isTradable(state, instrument));
  holes.splice(0, holes.length, ...left);
  for (const hole of holes) if (now >= hole.askAt) askForHole(state, hole, output);
}

function isTradable({ observations }: State, name: InstrumentName): boolean {
  const listing = observations.listings.get(name);
  if (listing === undefined || listing.closed) return false;
  const { expiry } = listing.instrument;
  return expiry === null || observations.now < expiry;
}

function askForHole(state: State, hole: TradeHole, output: Output): void {
  const { instrument, fromSeq, toSeq } = hole;
  hole.requestId = nextRequestId(state);
  hole.askAt = monoMs(state.observations.now + HOLE_RETRY_MS);
  const { requestId } = hole;
  output.add({ kind: 'fetch', requestId, what: 'missed_trades', instrument, fromSeq, toSeq });
}

/** @returns false when the answer is to no hole. */
export function fillHole(state: State, event: PublicTradesObserved, output: Output): boolean {
  const { holes } = state.observations.publicTrades;
  const hole = holes.find(({ requestId }) => requestId === event.requestId);
  if (hole === undefined) return false;
  const instrument = state.observations.listings.get(hole.instrument)?.instrument;
  let told = hole.fromSeq - 1;
  for (const trade of event.trades) {
    const { tradeSeq } = trade;
    if (trade.instrument !== hole.instrument || instrument === undefined) continue;
    if (tradeSeq <= told || tradeSeq > hole.toSeq) continue;
    told = tradeSeq;
    countTrade(state, instrument, trade);
  }
  // A page without end that tells nothing new would be asked for, for ever.
  const isDone = event.isComplete || told >= hole.toSeq || told < hole.fromSeq;
  if (isDone) holes.splice(holes.indexOf(hole), 1);
  else {
    hole.fromSeq = told + 1;
    askForHole(state, hole, output);
  }
  return true;
}

export function onTradesUnanswered({ observations }: State, requestId: number): void {
  const { asked, holes } = observations.publicTrades;
  asked.delete(requestId);
  const hole = holes.find((each) => each.requestId === requestId);
  if (hole === undefined) return;
  hole.requestId = null;
  hole.askAt = monoMs(observations.now + HOLE_AGAIN_MS);
}

/** The session is gone, and what is missing with it: its latch covers both (AT-409). */
export function forgetTradeFeeds({ observations }: State): void {
  const { asked, feeds, holes } = observations.publicTrades;
  observations.lastTradeSeq.clear();
  asked.clear();
  holes.length = 0;
  for (const feed of feeds.values()) {
    feed.updatedAt = null;
    feed.askedAt = monoMs(0);
    feed.isBegun = false;
    feed.unheard = 0;
  }
}

type Counted = Pick<PublicTrade, 'amountE8' | 'tradedAt'>;

function countTrade(state: State, instrument: Instrument, { amountE8, tradedAt }: Counted): void {
  const { observations } = state;
  const { flows } = observations.publicTrades;
  const index = freshIndexE8(observations, instrument.underlying);
  const key = tradeFlowKey(instrument);
  const flow = flows.get(key) ?? new TradeFlow();
  flows.set(key, flow);
  flow.add(tradedAt, notionalOf(instrument, amountE8, index), observations.now);
}

function feedOf({ observations }: State, instrument: Instrument): TradeFeed | undefined {
  return observations.publicTrades.feeds.get(tradeMarketKey(tradeMarketOf(instrument)));
}

export function latest(known: MonoMs | null, at: MonoMs): MonoMs {
  return known !== null && known > at ? known : at;
}

/** What the self-impact gate may look at. */
export function tradesView(state: State): TradesView {
  const { now, publicTrades } = state.observations;
  const { flows, pauses } = publicTrades;
  return {
    updatedAt: (instrument) => feedOf(state, instrument)?.updatedAt ?? null,
    publicNotional: (instrument, windowMs) =>
      flows.get(tradeFlowKey(instrument))?.sum(now, windowMs) ?? microUsd(0),
    selfNotional: (instrument, windowMs) => selfNotional(state, instrument, windowMs),
    pausedUntil: (key) => pauses.get(key) ?? null,
  };
}

/**
 * Our own trades in the instrument's market, as they stand in the ledger: a restart forgets none.
 * Null where the window holds more of them than are remembered, or one that cannot be valued.
 */
function selfNotional(
  { facts, observations }: State,
  instrument: Instrument,
  windowMs: number,
): SelfNotional | null {
  const { listings, now } = observations;
  const { recentFills } = facts;
  let gross = 0;
  let net = 0;
  for (const fill of recentFills) {
    // Every one is asked: a process that went before may have had another clock.
    if (now - fill.at >= windowMs) continue;
    const traded = listings.get(fill.instrument)?.instrument;
    if (traded === undefined) return null;
    if (!isSameFlow(traded, instrument)) continue;
    const notional = notionalOf(traded, fill.amountE8, fill.indexPriceE8);
    if (!(notional >= 0)) return null;
    gross += notional;
    net += fill.side === 'buy' ? notional : 0 - notional;
  }
  const [oldest] = recentFills;
  const isWhole = recentFills.length < RECENT_FILLS_MAX || now - (oldest?.at ?? now) >= windowMs;
  return isWhole ? { gross: microUsd(gross), net } : null;
}

/** From the trip on, nothing more of this key opens for a while (section 26). */
export function pauseStructure({ observations }: State, key: string, forMs: number): void {
  observations.publicTrades.pauses.set(key, monoMs(observations.now + forMs));
}
