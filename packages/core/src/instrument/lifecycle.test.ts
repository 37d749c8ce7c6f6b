import { describe, expect, it } from 'vitest';
import { monoMs } from '../values/index.ts';
import type { Instrument } from './instrument.ts';
import {
  instrumentState,
  isTerminalLifecycleError,
  type Listed,
  refuseExpiring,
} from './lifecycle.ts';
import { BTC_CALL, BTC_FUTURE, BTC_PERPETUAL, USDC_PERPETUAL } from './samples.fixture.ts';

const EXPIRY = 1_774_598_400_000;
const at = (offset: number) => monoMs(EXPIRY + offset);
const listed = (parts: Partial<Instrument> = {}, closed = false): Listed => ({
  instrument: { ...BTC_CALL, ...parts },
  closed,
});

describe('expiry cliff', () => {
  it('AT-950 inside the buffer an OPEN is refused', () => {
    expect(instrumentState(listed(), at(-30_000), 60)).toBe('DelistingSoon');
    expect(refuseExpiring(listed(), at(-30_000), 60)).toEqual({
      code: 'InstrumentExpiredOrDelisted',
      operands: { instrument: BTC_CALL.name, msToExpiry: 30_000 },
    });
  });

  it('AT-965 outside the buffer it is not', () => {
    expect(instrumentState(listed(), at(-120_000), 60)).toBe('Active');
    expect(refuseExpiring(listed(), at(-120_000), 60)).toBeNull();
  });

  it('begins exactly at expiry minus the buffer', () => {
    expect(refuseExpiring(listed(), at(-60_001), 60)).toBeNull();
    expect(refuseExpiring(listed(), at(-60_000), 60)).not.toBeNull();
    expect(refuseExpiring(listed(), at(-1), 0)).toBeNull();
    expect(refuseExpiring(listed(), at(0), 0)).not.toBeNull();
  });

  it.each([null, -1, Number.NaN])('refuses a dated instrument with the buffer %s', (buffer) => {
    for (const instrument of [BTC_CALL, BTC_FUTURE]) {
      const refusal = refuseExpiring({ instrument, closed: false }, at(-1e9), buffer);
      expect(refusal?.code).toBe('InstrumentExpiredOrDelisted');
    }
    for (const instrument of [BTC_PERPETUAL, USDC_PERPETUAL]) {
      expect(refuseExpiring({ instrument, closed: false }, at(1e9), buffer)).toBeNull();
    }
  });

  it.each([
    { expiry: null },
    { expiry: monoMs(Number.NaN) },
    { kind: 'inverse_future', option: null, expiry: null },
  ] as const)('refuses a dated instrument whose expiry cannot be read: %j', (parts) => {
    expect(refuseExpiring(listed(parts), at(-1e9), 60)).toEqual({
      code: 'InstrumentMetadataMissing',
      operands: { instrument: BTC_CALL.name, field: 'expiration_timestamp' },
    });
    expect(instrumentState(listed(parts), at(-1e9), 60)).toBe('DelistingSoon');
  });

  it('refuses what is inactive, or was closed by the venue', () => {
    for (const gone of [listed({ isActive: false }), listed({}, true)]) {
      expect(instrumentState(gone, at(-1e9), 60)).toBe('ExpiredOrDelisted');
      expect(refuseExpiring(gone, at(-1e9), 60)?.code).toBe('InstrumentExpiredOrDelisted');
    }
    const perpetual = { instrument: { ...BTC_PERPETUAL, isActive: false }, closed: false };
    expect(refuseExpiring(perpetual, at(0), 60)).toEqual({
      code: 'InstrumentExpiredOrDelisted',
      operands: { instrument: BTC_PERPETUAL.name, msToExpiry: null },
    });
  });

  it('past expiry without a word from the venue it is not yet gone', () => {
    expect(instrumentState(listed(), at(1000), 60)).toBe('DelistingSoon');
  });
});

describe('terminal lifecycle error', () => {
  const expiry = monoMs(EXPIRY);

  it.each([
    'invalid_instrument',
    'not_found',
    'orderbook_closed',
    'instrument_not_open',
    10_012,
    10_020,
    11_046,
    13_019,
    13_020,
  ])('%s ends an expired instrument, and only that', (error) => {
    expect(isTerminalLifecycleError(error, expiry, at(0))).toBe(true);
    expect(isTerminalLifecycleError(error, expiry, at(1000))).toBe(true);
    expect(isTerminalLifecycleError(error, expiry, at(-1))).toBe(false);
    expect(isTerminalLifecycleError(error, null, at(1000))).toBe(false);
  });

  it.each([null, 10_028, 10_009, 'already_closed', 'timed_out', ''])(
    '%s does not, expired or not',
    (error) => {
      expect(isTerminalLifecycleError(error, expiry, at(1000))).toBe(false);
    },
  );
});
