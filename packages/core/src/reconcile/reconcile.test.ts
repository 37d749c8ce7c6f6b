import { describe, expect, it } from 'vitest';
import { apply } from '../apply.ts';
import type { ObservedFill, VenueOrder, VenueSnapshotObserved } from '../event.ts';
import { createFacts, type Facts } from '../facts.ts';
import type { FillRecorded, IntentRecorded, OrderClosed } from '../ledger/record.ts';
import { termsFixture } from '../order/order.fixture.ts';
import {
  amountE8,
  coinE8,
  currency,
  instrumentName,
  label as toLabel,
  type Label,
  microUsd,
  monoMs,
  priceE8,
  tradeId,
  venueOrderId,
  wallMs,
} from '../values/index.ts';
import { reconcile, type ReconcileInputs, type ReconcilePlan } from './reconcile.ts';

const TERMS = termsFixture();
const LABEL = TERMS.label;
const AT = wallMs(1_000);

const INTENT: IntentRecorded = {
  type: 'intentRecorded',
  at: AT,
  terms: TERMS,
  deltaE8: coinE8(1),
  notional: microUsd(1),
  context: {
    tradingMode: 'Active',
    policyHash: 'p',
    bookAgeMs: 1,
    bestBidE8: null,
    bestAskE8: null,
    indexPriceE8: null,
    fairPriceE8: null,
    grossEdge: null,
    fee: microUsd(0),
    expectedSlippage: microUsd(0),
    minEdge: null,
    slippageBps: 0,
    marginUtilization: null,
    currentDeltaE8: coinE8(0),
    pendingDeltaE8: coinE8(0),
  },
};

const FILL: ObservedFill = {
  tradeId: tradeId('T1'),
  label: LABEL,
  venueOrderId: venueOrderId('V1'),
  instrument: TERMS.instrument,
  side: 'buy',
  amountE8: TERMS.amountE8,
  priceE8: TERMS.limitPriceE8,
  feeE8: coinE8(1),
  feeCurrency: currency('BTC'),
  indexPriceE8: priceE8(10_000_000_000_000),
  tradedAt: wallMs(1_500),
};

const VENUE_ORDER: VenueOrder = {
  venueOrderId: venueOrderId('V1'),
  label: LABEL,
  instrument: TERMS.instrument,
  side: 'buy',
  amountE8: TERMS.amountE8,
  filledE8: amountE8(0),
  reduceOnly: false,
};

function recordOf(fill: ObservedFill): FillRecorded {
  const { label, ...rest } = fill;
  return {
    type: 'fillRecorded',
    at: AT,
    strategyId: null,
    cashE8: coinE8(0),
    source: 'reconciliation',
    label,
    ...rest,
  };
}

function factsWith(...stages: ('intent' | 'sending' | 'acked' | 'fill')[]): Facts {
  const facts = createFacts();
  for (const stage of stages) {
    if (stage === 'intent') apply(facts, INTENT);
    if (stage === 'sending') apply(facts, { type: 'orderSending', at: AT, label: LABEL });
    if (stage === 'acked') {
      const id = venueOrderId('V1');
      apply(facts, { type: 'orderAcked', at: AT, label: LABEL, venueOrderId: id, source: 'reply' });
    }
    if (stage === 'fill') apply(facts, recordOf(FILL));
  }
  return facts;
}

function plan(
  facts: Facts,
  snapshot: Partial<VenueSnapshotObserved> = {},
  over: Partial<ReconcileInputs> = {},
): ReconcilePlan {
  return reconcile({
    facts,
    snapshot: {
      kind: 'venueSnapshotObserved',
      at: monoMs(9_000),
      requestId: 1,
      openOrders: [],
      positions: [],
      trades: [],
      settlements: [],
      ...snapshot,
    },
    now: monoMs(9_000),
    requestedAt: monoMs(8_000),
    unresolved: new Set<Label>(),
    leftAt: new Map(),
    quiet: true,
    positionEpsilon: 1e-6,
    isKnownTrade: (id) => facts.seenTrades.has(id),
    recordOf,
    ...over,
  });
}

const canceledAt = (at: number): OrderClosed => ({
  type: 'orderClosed',
  at: wallMs(at),
  label: LABEL,
  outcome: 'Canceled',
  cause: 'canceled_by_us',
  venueCode: null,
  source: 'reply',
});

const held = { instrument: TERMS.instrument, amountE8: TERMS.amountE8 };

describe('the restart table (contract-1 section 28.3)', () => {
  it('an empty ledger and an empty venue are equal', () => {
    expect(plan(createFacts())).toMatchObject({ clean: true, corrections: [], unsent: [] });
  });

  it('recorded, never marked, unknown to the venue: provably unsent', () => {
    expect(plan(factsWith('intent'))).toMatchObject({ clean: true, unsent: [LABEL] });
  });

  it('recorded, never marked, but the venue works it: adopted, not sent again', () => {
    const result = plan(factsWith('intent'), { openOrders: [VENUE_ORDER] });
    expect(result.unsent).toEqual([]);
    expect(result.corrections).toMatchObject([{ type: 'orderAcked', venueOrderId: 'V1' }]);
  });

  it('AT-940 sent, the ack lost, the venue works it: acknowledged, never resent', () => {
    const result = plan(factsWith('intent', 'sending'), { openOrders: [VENUE_ORDER] });
    expect(result.corrections).toMatchObject([
      { type: 'orderAcked', label: LABEL, source: 'reconciliation' },
    ]);
    expect(result.unsent).toEqual([]);
  });

  it('AT-234 sent, filled while we were down: the trade is recorded and the order done', () => {
    const facts = factsWith('intent', 'sending');
    const result = plan(facts, { trades: [FILL], positions: [held] });
    // Filled is the sum of fills: a record that closed it would tell of a cancel that never was.
    expect(result.corrections.map(({ type }) => type)).toEqual(['fillRecorded']);
    for (const record of result.corrections) apply(facts, record);
    expect(facts.orders.get(LABEL)?.state).toBe('Filled');
    expect(plan(facts, { trades: [FILL], positions: [held] })).toMatchObject({ clean: true });
  });

  it('AT-234 a part filled while we were down, the rest gone: the trade, then its end', () => {
    const facts = factsWith('intent', 'sending');
    const part = { ...FILL, amountE8: amountE8(TERMS.amountE8 - 10_000_000) };
    const positions = [{ ...held, amountE8: part.amountE8 }];
    const result = plan(facts, { trades: [part], positions });
    expect(result.corrections).toMatchObject([
      { type: 'fillRecorded' },
      { type: 'orderClosed', outcome: 'Canceled', cause: 'canceled_by_venue' },
    ]);
    for (const record of result.corrections) apply(facts, record);
    expect(facts.orders.get(LABEL)?.state).toBe('Canceled');
  });

  it('AT-234 TRIP: a trade that shows in the position alone keeps its order open', () => {
    const result = plan(factsWith('intent', 'sending'), { positions: [held] });
    expect(result).toMatchObject({ clean: false, corrections: [], unsent: [] });
    expect(result.differences[0]).toContain('not told yet');
  });

  it('AT-123 NON-TRIP: a position in another instrument says nothing of this order', () => {
    const other = { ...held, instrument: instrumentName('BTC-27MAR26-90000-P') };
    const result = plan(factsWith('intent', 'sending'), { positions: [other] });
    expect(result.corrections).toMatchObject([{ cause: 'proven_never_existed' }]);
  });

  it('a fill whose record is on its way fills its order as well', () => {
    const known = { isKnownTrade: () => true, quiet: false };
    const result = plan(factsWith('intent', 'sending', 'acked'), { trades: [FILL] }, known);
    expect(result).toMatchObject({ clean: false, corrections: [] });
  });

  it('AT-123 sent, no order and no trade: proven never to have existed', () => {
    const result = plan(factsWith('intent', 'sending'));
    expect(result.corrections).toMatchObject([
      { type: 'orderClosed', outcome: 'Failed', cause: 'proven_never_existed' },
    ]);
  });

  it('acknowledged and gone without a trade: the venue canceled it', () => {
    const result = plan(factsWith('intent', 'sending', 'acked'));
    expect(result.corrections).toMatchObject([{ outcome: 'Canceled', cause: 'canceled_by_venue' }]);
  });

  it('AT-122 an order with our label and no intent is a ghost: canceled, and not clean', () => {
    const ghost = { ...VENUE_ORDER, label: 's4:nttrxjr6:aaaaaaaaaaaa:0:0000000000000000' };
    const result = plan(createFacts(), { openOrders: [ghost] });
    expect(result.cancels).toMatchObject([{ kind: 'cancel', venueOrderId: 'V1' }]);
    expect(result.clean).toBe(false);
  });

  it('AT-122 an order that had ended before we asked and is open there is a ghost as well', () => {
    const facts = factsWith('intent', 'sending', 'acked');
    apply(facts, canceledAt(7_999));
    const result = plan(facts, { openOrders: [VENUE_ORDER] });
    expect(result.cancels).toMatchObject([{ kind: 'cancel', venueOrderId: 'V1' }]);
  });

  it('one that ended while the venue was answering is no ghost, and the pass is not clean', () => {
    const facts = factsWith('intent', 'sending', 'acked');
    apply(facts, canceledAt(8_000));
    const result = plan(facts, { openOrders: [VENUE_ORDER] });
    expect(result).toMatchObject({ clean: false, cancels: [], ambiguous: [] });
    expect(result.differences[0]).toContain('ended since we asked');
    expect(plan(facts, {}, { requestedAt: monoMs(8_500) })).toMatchObject({ clean: true });
  });

  it('D-9 neither is one that left on a waiver and whose record is still on its way', () => {
    const unresolved = new Set([toLabel(LABEL)]);
    const result = plan(createFacts(), { openOrders: [VENUE_ORDER] }, { unresolved });
    expect(result).toMatchObject({ clean: false, cancels: [], ambiguous: [] });
  });

  it('neither is one that was filled meanwhile', () => {
    const facts = factsWith('intent', 'sending', 'acked');
    apply(facts, { ...recordOf(FILL), at: wallMs(8_000) });
    const result = plan(facts, { openOrders: [VENUE_ORDER], trades: [FILL], positions: [held] });
    expect(result).toMatchObject({ clean: false, cancels: [], ambiguous: [] });
  });

  it('somebody else trading the account keeps OPEN shut', () => {
    const result = plan(createFacts(), { openOrders: [{ ...VENUE_ORDER, label: 'by hand' }] });
    expect(result).toMatchObject({ clean: false, cancels: [] });
    expect(result.differences[0]).toContain('not ours');
  });
});

describe('positions', () => {
  it('AT-305 a position no trade explains is a mismatch with both amounts, none invented', () => {
    const result = plan(createFacts(), { positions: [held] });
    expect(result).toMatchObject({ clean: false, inventoryMismatch: true, corrections: [] });
    expect(result.differences).toEqual(['position BTC-27MAR26-100000-C: ledger 0, venue 0.3']);
  });

  it('AT-305 a difference of exactly the epsilon passes', () => {
    const dust = { instrument: instrumentName('BTC-PERPETUAL'), amountE8: amountE8(100) };
    expect(plan(createFacts(), { positions: [dust] }).clean).toBe(true);
    const more = { ...dust, amountE8: amountE8(101) };
    expect(plan(createFacts(), { positions: [more] }).clean).toBe(false);
  });

  it('are not judged while something moved since we asked', () => {
    const result = plan(createFacts(), { positions: [held] }, { quiet: false });
    expect(result).toMatchObject({ clean: false, inventoryMismatch: false });
  });

  it('a position the venue no longer has is a mismatch too', () => {
    const facts = factsWith('intent', 'sending', 'fill');
    expect(plan(facts)).toMatchObject({ inventoryMismatch: true });
  });
});

it('a trade whose record is on its way is not recorded again', () => {
  const result = plan(
    factsWith('intent', 'sending'),
    { trades: [FILL] },
    { isKnownTrade: () => true },
  );
  expect(result.corrections.map(({ type }) => type)).not.toContain('fillRecorded');
});

describe('what cannot be judged yet', () => {
  it('an order sent after we asked is neither closed nor resent', () => {
    const facts = factsWith('intent');
    apply(facts, { type: 'orderSending', at: wallMs(8_000), label: LABEL });
    expect(plan(facts)).toMatchObject({ clean: false, corrections: [], unsent: [] });
  });

  it('an order that left after we asked is not judged, though marked and answered before', () => {
    const leftAt = new Map([[toLabel(LABEL), monoMs(8_000)]]);
    const facts = factsWith('intent', 'sending', 'acked');
    expect(plan(facts, {}, { leftAt })).toMatchObject({ clean: false, corrections: [] });
    const later = { leftAt, requestedAt: monoMs(8_001) };
    expect(plan(facts, {}, later).corrections).toMatchObject([{ outcome: 'Canceled' }]);
  });

  it('an order whose answer is out is left alone', () => {
    const unresolved = new Set([toLabel(LABEL)]);
    const result = plan(factsWith('intent', 'sending'), {}, { unresolved });
    expect(result).toMatchObject({ clean: false, corrections: [] });
  });

  it('a trade in an unknown instrument keeps the pass from being clean', () => {
    const result = plan(createFacts(), { trades: [FILL] }, { recordOf: () => null });
    expect(result).toMatchObject({ clean: false, corrections: [] });
  });
});

it('AT-941 a second pass over corrected facts asks for nothing', () => {
  const facts = factsWith('intent', 'sending');
  const snapshot = { trades: [FILL], positions: [held] };
  for (const record of plan(facts, snapshot).corrections) apply(facts, record);
  const before = JSON.stringify([...facts.positions]);
  const again = plan(facts, snapshot);
  for (const record of again.corrections) apply(facts, record);
  expect(again.corrections).toEqual([]);
  expect(JSON.stringify([...facts.positions])).toBe(before);
});
