import {
  amountE8,
  coinE8,
  groupId,
  instrumentName,
  intentHash,
  label,
  microUsd,
  priceE8,
  strategyId,
  wallMs,
} from '../values/index.ts';
import type { Order, OrderTerms } from './order.ts';

/**
 * A plain one-coin-tenth buy of an option, for tests that need an order and care about little of
 * it.
 */
export function termsFixture(over: Partial<OrderTerms> = {}): OrderTerms {
  return {
    label: label('s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571'),
    intentHash: intentHash('922c27184cf9a571'),
    groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f'),
    legIndex: 0,
    strategyId: strategyId('strangle_btc_low_vol'),
    intentClass: 'OPEN',
    instrument: instrumentName('BTC-27MAR26-100000-C'),
    side: 'buy',
    amountE8: amountE8(30_000_000),
    limitPriceE8: priceE8(4_550_000),
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    reduceOnly: false,
    ...over,
  };
}

export function orderFixture(over: Partial<Order> = {}): Order {
  return {
    terms: termsFixture(),
    state: 'Created',
    sendingRecorded: false,
    abandoned: false,
    createdAt: wallMs(1_000),
    sentAt: null,
    ackAt: null,
    lastFillAt: null,
    endedAt: null,
    venueOrderId: null,
    lastTradeId: null,
    filledE8: amountE8(0),
    deltaE8: coinE8(15_000_000),
    notional: microUsd(30_000_000_000),
    decision: { fairPriceE8: null, grossEdge: null },
    ...over,
  };
}
