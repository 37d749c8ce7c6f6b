import { describe, expect, it } from 'vitest';
import type { Instrument } from '../instrument/instrument.ts';
import { BTC_CALL, BTC_PERPETUAL } from '../instrument/samples.fixture.ts';
import { createBook } from '../market/book.ts';
import type { Listing } from '../market/listing.ts';
import { amountE8, coinE8, currency, monoMs, priceE8 } from '../values/index.ts';
import { Exposure } from './exposure.ts';
import { Reservations } from './reservation.ts';

const BTC = currency('BTC');
const COIN = 100_000_000;

function exposureOf(instrument: Instrument, amount: number, indexE8: number | null): Exposure {
  const { name } = instrument;
  const position = { instrument: name, currency: BTC, amountE8: amountE8(amount) };
  const listing: Listing = {
    instrument,
    fetchedAt: monoMs(0),
    book: createBook(name),
    delta: instrument.kind === 'option' ? 0.5 : 1,
    greeks: null,
    closed: false,
  };
  return new Exposure(
    new Map([[name, { ...position, cashE8: coinE8(0) }]]),
    new Map([[name, listing]]),
    () => (indexE8 === null ? null : priceE8(indexE8)),
    new Reservations(),
  );
}

describe('exposure', () => {
  it('values what is sized in USD through the index, away from zero on both sides', () => {
    // USD 10 at USD 30 000 is 33 333.3… of 1e-8 coin.
    const index = 30_000 * COIN;
    expect(exposureOf(BTC_PERPETUAL, 10 * COIN, index).currentDeltaE8(BTC)).toBe(33_334);
    expect(exposureOf(BTC_PERPETUAL, -10 * COIN, index).currentDeltaE8(BTC)).toBe(-33_334);
    expect(exposureOf(BTC_PERPETUAL, -10 * COIN, index).positionNotional(BTC)).toBe(10_000_000);
  });

  it('values coins through delta and index', () => {
    const held = exposureOf(BTC_CALL, -2 * COIN, 30_000 * COIN);
    expect(held.currentDeltaE8(BTC)).toBe(-COIN);
    expect(held.positionNotional(BTC)).toBe(60_000_000_000);
  });

  it.each([null, 0, -1, Number.NaN])('AMB-04 fits no limit with the index %s', (index) => {
    // Never an exception: what is held was recorded, and is folded whatever the market says.
    expect(exposureOf(BTC_PERPETUAL, -10 * COIN, index).currentDeltaE8(BTC)).toBe(-10 * COIN);
    const held = exposureOf(BTC_CALL, 2 * COIN, index).positionNotional(BTC);
    expect(held).toBe(Number.MAX_SAFE_INTEGER);
  });
});
