/**
 * One instrument of each shape, as Deribit lists them. For tests of these rooms; not product code.
 */
import { amountE8, currency, instrumentName, monoMs, priceE8, quantity } from '../values/index.ts';
import type { Instrument } from './instrument.ts';

const BTC = currency('BTC');
const USDC = currency('USDC');
const EXPIRY = monoMs(1_774_598_400_000);

/** Priced in BTC, tick 0.0001 and 0.0005 above 0.005, step 0.1. */
export const BTC_CALL: Instrument = Object.freeze<Instrument>({
  name: instrumentName('BTC-27MAR26-100000-C'),
  kind: 'option',
  underlying: BTC,
  settlement: BTC,
  quote: 'coin',
  amountUnit: 'coin',
  tickE8: priceE8(10_000),
  tickLadder: [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(50_000) }],
  amountStepE8: amountE8(10_000_000),
  minAmount: quantity(1),
  contractMultiplierE8: amountE8(100_000_000),
  expiry: EXPIRY,
  option: { type: 'call', strikeE8: priceE8(10_000_000_000_000) },
  isActive: true,
  makerFeeE8: 30_000,
  takerFeeE8: 30_000,
});

export const BTC_PUT: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('BTC-27MAR26-100000-P'),
  option: { type: 'put', strikeE8: priceE8(10_000_000_000_000) },
});

/** Priced and settled in USDC, tick 5, step 0.01. */
export const USDC_CALL: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('BTC_USDC-27MAR26-100000-C'),
  settlement: USDC,
  quote: 'usd',
  tickE8: priceE8(500_000_000),
  tickLadder: [],
  amountStepE8: amountE8(1_000_000),
  contractMultiplierE8: amountE8(1_000_000),
});

export const USDC_PUT: Instrument = Object.freeze<Instrument>({
  ...USDC_CALL,
  name: instrumentName('BTC_USDC-27MAR26-100000-P'),
  option: { type: 'put', strikeE8: priceE8(10_000_000_000_000) },
});

/** Inverse: sized in USD by 10, tick 0.5. */
export const BTC_PERPETUAL: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('BTC-PERPETUAL'),
  kind: 'perpetual',
  quote: 'usd',
  amountUnit: 'usd',
  tickE8: priceE8(50_000_000),
  tickLadder: [],
  amountStepE8: amountE8(1_000_000_000),
  contractMultiplierE8: amountE8(1_000_000_000),
  expiry: null,
  option: null,
  makerFeeE8: 0,
  takerFeeE8: 50_000,
});

export const BTC_FUTURE: Instrument = Object.freeze<Instrument>({
  ...BTC_PERPETUAL,
  name: instrumentName('BTC-27MAR26'),
  kind: 'inverse_future',
  expiry: EXPIRY,
});

/** Linear, sized in BTC by 0.0001, settled in USDC. */
export const USDC_PERPETUAL: Instrument = Object.freeze<Instrument>({
  ...BTC_PERPETUAL,
  name: instrumentName('BTC_USDC-PERPETUAL'),
  kind: 'linear_future',
  settlement: USDC,
  amountUnit: 'coin',
  amountStepE8: amountE8(10_000),
  contractMultiplierE8: amountE8(10_000),
});
