import { BTC_PERPETUAL, ETH_PERPETUAL } from '../src/gates/context.fixture.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import type { ClockMeasured } from '../src/measured-event.ts';

/** What the monitors are told: section 52 of the contract, unless a test says otherwise. */
export interface Calm {
  network: { httpP95Ms: number | null; timeoutRate: number | null; lagMs: number | null } | null;
  drift: { driftMs: number | null; chrony: ClockMeasured['chrony'] } | null;
  readonly dvol: Map<string, number>;
  readonly references: Map<Instrument, { markE8: number; bids: number[]; asks: number[] }>;
}

export function quietMarket(): Calm {
  const around = (ticks: number) => ({
    markE8: ticks * BTC_PERPETUAL.tickE8,
    // A million USD on either side.
    bids: [ticks - 1, 100_000],
    asks: [ticks + 1, 100_000],
  });
  return {
    network: { httpP95Ms: 100, timeoutRate: 0, lagMs: 50 },
    drift: { driftMs: 0, chrony: 'absent' },
    dvol: new Map([
      ['BTC', 50],
      ['ETH', 60],
    ]),
    references: new Map([
      [BTC_PERPETUAL, around(200_000)],
      [ETH_PERPETUAL, around(8_000)],
    ]),
  };
}
