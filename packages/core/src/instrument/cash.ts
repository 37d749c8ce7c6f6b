import {
  type AmountE8,
  coinE8,
  type CoinE8,
  E8,
  mulDivDown,
  mulDivUp,
  type PriceE8,
} from '../values/index.ts';
import type { Side } from '../intent/intent.ts';
import type { Instrument } from './instrument.ts';

/**
 * What a fill moves in the settlement currency, at 1e-8 and rounded against us; fees apart.
 * Everything is booked as if it were paid for in full: an option its premium, a linear future its
 * notional, an inverse future the coin its USD are worth. So cash plus `markValueE8` of what is
 * held is profit, for every kind alike. Null when the figures are no trade (no positive amount, no
 * price) or leave the exact range.
 */
export function fillCashE8(
  instrument: Instrument,
  side: Side,
  amountE8: AmountE8,
  priceE8: PriceE8,
): CoinE8 | null {
  if (!(amountE8 > 0)) return null;
  return worthE8(instrument, side === 'buy' ? 0 - amountE8 : amountE8, priceE8);
}

/**
 * What a signed position is worth at a mark price, settlement currency at 1e-8, rounded against us.
 */
export function markValueE8(
  instrument: Instrument,
  positionE8: AmountE8,
  markPriceE8: PriceE8,
): CoinE8 | null {
  return worthE8(instrument, positionE8, markPriceE8);
}

/** The same for a future of which only the unit of its amounts is known. */
export function futureValueE8(
  amountUnit: Instrument['amountUnit'],
  positionE8: AmountE8,
  priceE8: PriceE8,
): CoinE8 | null {
  return worthE8({ amountUnit }, positionE8, priceE8);
}

/**
 * What a signed position pays at expiry, delivery price in USD per coin. An inverse option pays
 * coin: a call 1 - K/S, a put K/S - 1; a linear one USDC. Rounded against us. Null for what does
 * not expire.
 */
export function settlementCashE8(
  instrument: Instrument,
  positionE8: AmountE8,
  deliveryPriceE8: PriceE8,
): CoinE8 | null {
  const { option, expiry, quote } = instrument;
  if (expiry === null || !isCount(deliveryPriceE8)) return null;
  if (instrument.kind !== 'option') return worthE8(instrument, positionE8, deliveryPriceE8);
  if (option === null) return null;
  const inTheMoney =
    option.type === 'call' ? deliveryPriceE8 - option.strikeE8 : option.strikeE8 - deliveryPriceE8;
  if (inTheMoney <= 0) return coinE8(0);
  return floorSigned(positionE8, inTheMoney, quote === 'coin' ? deliveryPriceE8 : E8);
}

/**
 * Signed amount times price; for an inverse future the coin value of a USD amount, which a long is
 * short of.
 */
function worthE8(
  { amountUnit }: Pick<Instrument, 'amountUnit'>,
  signedE8: number,
  priceE8: PriceE8,
): CoinE8 | null {
  if (amountUnit === 'usd') {
    return isCount(priceE8) ? floorSigned(0 - signedE8, E8, priceE8) : null;
  }
  return floorSigned(signedE8, priceE8, E8);
}

/** floor(signed * factor / divisor), exact; null out of range. A factor below zero is no price. */
function floorSigned(signed: number, factor: number, divisor: number): CoinE8 | null {
  const size = Math.abs(signed);
  const value =
    signed < 0 ? 0 - mulDivUp(size, factor, divisor) : mulDivDown(size, factor, divisor);
  if (!Number.isSafeInteger(value)) return null;
  return coinE8(value === 0 ? 0 : value);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
