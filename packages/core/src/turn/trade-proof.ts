import type { PublicTradesObserved } from '../market/public-trade.ts';
import { tradeMarketKey } from '../market/trade-market.ts';
import type { Observations, State, TradeFeed } from '../state.ts';
import type { MonoMs } from '../values/index.ts';
import type { Output } from './output.ts';
import { askForHoles, fillHole, latest, missTrades } from './public-trades.ts';
import { nextRequestId } from './request-id.ts';
import { block, raiseRisk } from './safety.ts';
import { isTraded } from './trade-feed.ts';

/** Parts of the age a feed may have: when it is asked for, and when it is asked for again. */
const ASKED_AFTER_SHARE = 0.3;
const ASKED_AGAIN_SHARE = 0.2;
/** A trade this young may still be on its way to us. */
const IN_FLIGHT_MS = 1_000;
/** An answer that has not come by then says nothing of now. */
const ASKED_KEPT_MS = 5_000;
/** So often trades were made that it did not tell: this feed is dead and its line is not. */
const UNHEARD_MAX = 3;

/**
 * A market in which nobody trades is silent, and so is a feed that died. Before a silence grows too
 * old the venue is asked for the latest trades: where it names none that we have not heard, the
 * feed was whole up to the question, however quiet (decision 0020). What has no such proof in time
 * is stale: OPEN is latched until it has one (AT-953).
 */
export function watchPublicTrades(state: State, output: Output): void {
  const { observations } = state;
  const { connected, heardSince, now, policy, publicTrades } = observations;
  forget(publicTrades, now);
  if (!connected || policy === null) return;
  askForHoles(state, output);
  const maxAgeMs = policy.parameters.publicTradeFeedMaxAgeMs;
  let isStale = false;
  for (const feed of publicTrades.feeds.values()) {
    if (!isTraded(policy, feed.market)) continue;
    const age = feed.updatedAt === null ? maxAgeMs : now - feed.updatedAt;
    if (age >= maxAgeMs * ASKED_AFTER_SHARE) ask(state, feed, maxAgeMs, output);
    // A new connection is given time to bring its first.
    if (now - Math.max(feed.updatedAt ?? heardSince, heardSince) > maxAgeMs) isStale = true;
  }
  if (isStale) latchStaleTrades(state, output);
}

/** Missing news of the market is a gap in it, and no reason of its own (section 26). */
function latchStaleTrades(state: State, output: Output): void {
  raiseRisk(state, 'public_trades_stale', output);
  block(state, 'WS_TRADES_GAP_RECONCILE_REQUIRED', output);
}

function ask(state: State, feed: TradeFeed, maxAgeMs: number, output: Output): void {
  const { now, publicTrades } = state.observations;
  if (now - feed.askedAt < maxAgeMs * ASKED_AGAIN_SHARE) return;
  feed.askedAt = now;
  const requestId = nextRequestId(state);
  publicTrades.asked.set(requestId, { key: tradeMarketKey(feed.market), at: now });
  output.add({ kind: 'fetch', requestId, what: 'latest_trades', ...feed.market });
}

export function onPublicTrades(state: State, event: PublicTradesObserved, output: Output): void {
  if (fillHole(state, event, output)) return;
  const { asked, feeds } = state.observations.publicTrades;
  const question = asked.get(event.requestId);
  const feed = question === undefined ? undefined : feeds.get(question.key);
  asked.delete(event.requestId);
  if (question === undefined || feed === undefined) return;
  if (!feed.isBegun) return begin(state, feed, event, question.at);
  const found = unheardOf(state, event, question.at);
  if (found.missed.size === 0) {
    if (found.isWhole) feed.updatedAt = latest(feed.updatedAt, question.at);
    return;
  }
  for (const [instrument, { fromSeq, toSeq }] of found.missed) {
    state.observations.lastTradeSeq.set(instrument, toSeq);
    missTrades(state, instrument, fromSeq, toSeq, output);
  }
  feed.unheard += 1;
  if (feed.unheard < UNHEARD_MAX) return;
  feed.unheard = 0;
  output.add({ kind: 'reconnect', cause: 'public_trades_unheard' });
}

/** The first answer of a session is the baseline: what is in it was traded before we listened. */
function begin(state: State, feed: TradeFeed, event: PublicTradesObserved, askedAt: MonoMs): void {
  const { lastTradeSeq, listings } = state.observations;
  feed.isBegun = true;
  feed.updatedAt = latest(feed.updatedAt, askedAt);
  for (const { instrument, tradeSeq } of event.trades) {
    if (!listings.has(instrument)) continue;
    lastTradeSeq.set(instrument, Math.max(lastTradeSeq.get(instrument) ?? 0, tradeSeq));
  }
}

interface Unheard {
  /** Nothing is missing, and nothing may still be on its way. */
  readonly isWhole: boolean;
  readonly missed: ReadonlyMap<
    PublicTradesObserved['trades'][number]['instrument'],
    { readonly fromSeq: number; readonly toSeq: number }
  >;
}

function unheardOf(state: State, event: PublicTradesObserved, askedAt: MonoMs): Unheard {
  const { lastTradeSeq, listings } = state.observations;
  const missed = new Map<
    PublicTradesObserved['trades'][number]['instrument'],
    { fromSeq: number; toSeq: number }
  >();
  let isWhole = true;
  for (const { instrument, tradeSeq, tradedAt } of event.trades) {
    const last = lastTradeSeq.get(instrument);
    if (!listings.has(instrument) || (last !== undefined && tradeSeq <= last)) continue;
    isWhole = false;
    if (tradedAt > askedAt - IN_FLIGHT_MS) continue;
    const known = missed.get(instrument);
    const fromSeq = last === undefined ? Math.min(known?.fromSeq ?? tradeSeq, tradeSeq) : last + 1;
    missed.set(instrument, { fromSeq, toSeq: Math.max(known?.toSeq ?? tradeSeq, tradeSeq) });
  }
  return { isWhole, missed };
}

function forget({ asked, pauses }: Observations['publicTrades'], now: MonoMs): void {
  for (const [requestId, { at }] of asked) {
    if (now - at >= ASKED_KEPT_MS) asked.delete(requestId);
  }
  for (const [key, until] of pauses) if (now >= until) pauses.delete(key);
}
