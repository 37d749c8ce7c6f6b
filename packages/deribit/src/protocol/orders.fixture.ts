import type { Cancel } from '@holdfast/core';
import type { OrderTerms } from '@holdfast/core/order';
import {
  amountE8,
  groupId,
  instrumentName,
  intentHash,
  label,
  priceE8,
  strategyId,
  venueOrderId,
} from '@holdfast/core/values';
import type { OrderChange } from './order-request.ts';

export const LABEL = label('s4:a1b2c3d4:0123456789ab:0:0123456789abcdef');

export const TERMS: OrderTerms = {
  label: LABEL,
  intentHash: intentHash('0123456789abcdef'),
  groupId: groupId('00000000-0000-4000-8000-000000000001'),
  legIndex: 0,
  strategyId: strategyId('cheap-option'),
  intentClass: 'OPEN',
  instrument: instrumentName('BTC-27MAR26-100000-C'),
  side: 'buy',
  amountE8: amountE8(30_000_000),
  limitPriceE8: priceE8(4_550_000),
  timeInForce: 'immediate_or_cancel',
  postOnly: false,
  reduceOnly: false,
};

export const CHANGE: OrderChange = {
  label: LABEL,
  venueOrderId: venueOrderId('BTC-1'),
  amountE8: amountE8(20_000_000),
  limitPriceE8: priceE8(4_500_000),
  postOnly: true,
  reduceOnly: true,
};

const BY_LABEL: Cancel = {
  kind: 'cancel',
  label: LABEL,
  venueOrderId: null,
  instrument: TERMS.instrument,
};
export const CANCELS: readonly Cancel[] = [
  BY_LABEL,
  { ...BY_LABEL, venueOrderId: venueOrderId('BTC-1') },
];
