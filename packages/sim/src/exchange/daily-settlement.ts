import type { Instrument } from '@holdfast/core/instrument';
import { credit } from './account.ts';
import { cancelWhere } from './cancelling.ts';
import { settleFunding } from './fills.ts';
import { accrue } from './funding.ts';
import { type Marks, marksOf } from './margin.ts';
import { logSettlement, unsettledOf } from './transaction-log.ts';
import type { Trader } from './trader.ts';
import { closeValueE8 } from './valuation.ts';
import type { VenueState } from './venue-state.ts';

const DAY_MS = 86_400_000;
/** Deribit settles at 08:00 UTC. */
const SETTLED_AT_MS = 28_800_000;

/**
 * The daily settlement: `good_til_day` orders go, what futures have earned since the last one
 * becomes cash, funding is paid, and sessions begin anew. Options keep their premium as it is.
 */
export function settleDay(state: VenueState): void {
  if (state.now < state.nextDailySettlement) return;
  state.nextDailySettlement = nextSettlement(state.now);
  for (const trader of state.traders.values()) {
    cancelWhere(
      state,
      trader,
      ({ request }) => request.timeInForce === 'good_til_day',
      'settlement',
    );
    settlePositions(state, trader);
    trader.holdings.session.clear();
  }
  for (const listing of state.listings.values()) {
    listing.settledMarkE8 = listing.ticker?.markPriceE8 ?? listing.settledMarkE8;
    const { interest } = listing;
    if (interest === null) continue;
    accrue(interest, state.now, interest.rateE8);
    interest.accrued = 0;
  }
}

/** The first 08:00 UTC after a time. */
export function nextSettlement(now: number): number {
  const today = now - (now % DAY_MS) + SETTLED_AT_MS;
  return today > now ? today : today + DAY_MS;
}

function settlePositions(state: VenueState, trader: Trader): void {
  const { holdings } = trader;
  for (const position of holdings.positions.values()) {
    const { instrument, steps } = position;
    const listing = state.listings.get(instrument.name);
    const marks = listing === undefined ? null : marksOf(state, listing);
    if (instrument.kind === 'option' || listing === undefined || marks === null) continue;
    settleFunding(state, trader, listing);
    position.interestPaidTo = 0;
    const fundingE8 = position.fundingE8;
    const valueE8 = closeValueE8(instrument, steps, marks.markE8);
    const profitE8 = valueE8 - position.costE8;
    // Cash and cost move together: what the account holds of the world stays the same.
    position.costE8 = valueE8;
    position.realisedE8 += profitE8;
    position.fundingE8 = 0;
    credit(holdings.cash, instrument.settlement, profitE8);
    credit(holdings.realised, instrument.settlement, profitE8);
    paySession(state, trader, { instrument, steps, marks, floatingE8: profitE8 });
    trader.settlements.push({
      kind: 'settlement',
      instrument,
      timestamp: state.now,
      amountE8: steps * instrument.amountStepE8,
      indexPriceE8: marks.indexE8,
      markPriceE8: marks.markE8,
      profitE8,
      fundingE8,
    });
  }
  payClosed(state, trader);
}

/** What was traded and closed again since the last settlement is paid as well. */
function payClosed(state: VenueState, trader: Trader): void {
  for (const { instrument } of trader.unsettled.values()) {
    const listing = state.listings.get(instrument.name);
    const marks = listing === undefined ? null : marksOf(state, listing);
    if (marks === null || trader.holdings.positions.has(instrument.name)) continue;
    paySession(state, trader, { instrument, steps: 0, marks, floatingE8: 0 });
  }
}

interface Session {
  readonly instrument: Instrument;
  readonly steps: number;
  readonly marks: Marks;
  readonly floatingE8: number;
}

function paySession(state: VenueState, trader: Trader, session: Session): void {
  const { instrument, steps, marks, floatingE8 } = session;
  const { profitE8, fundingE8 } = unsettledOf(trader, instrument);
  trader.unsettled.delete(instrument.name);
  logSettlement(state, trader, {
    instrument,
    steps,
    markE8: marks.markE8,
    indexE8: marks.indexE8,
    realisedE8: profitE8,
    floatingE8,
    fundingE8,
  });
}
