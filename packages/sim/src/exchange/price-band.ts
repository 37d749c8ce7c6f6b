import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import { isPerpetual } from './funding.ts';
import type { Marks } from './margin.ts';
import type { Direction } from './orders.ts';
import { mulDivFloor } from './signed-quotient.ts';
import { ladderCeilE8, ladderFloorE8 } from './tick-ladder.ts';

/**
 * Half widths of the price bands at 1e-8 of the mark. The perpetual's is what published tickers
 * show; the dated futures' is wider.
 */
const PERPETUAL_E8 = 1_500_000;
const FUTURE_E8 = 3_000_000;
/** An option's band, told but not enforced: this much of the underlying around its mark. */
const OPTION_E8 = 1_500_000;

/** Lowest price of a sell and highest of a buy, at 1e-8 and on the tick ladder. */
export interface PriceBand {
  readonly minE8: number;
  readonly maxE8: number;
}

export function priceBand(instrument: Instrument, marks: Marks): PriceBand {
  const { markE8, underlyingE8 } = marks;
  const half =
    instrument.kind !== 'option'
      ? mulDivFloor(markE8, isPerpetual(instrument) ? PERPETUAL_E8 : FUTURE_E8, E8)
      : instrument.quote === 'coin'
        ? OPTION_E8
        : mulDivFloor(underlyingE8, OPTION_E8, E8);
  const lowest = Math.max(instrument.tickE8, markE8 - half);
  return {
    minE8: ladderCeilE8(instrument, lowest),
    maxE8: Math.max(instrument.tickE8, ladderFloorE8(instrument, markE8 + half)),
  };
}

/**
 * A future's limit beyond its band is moved to the band's edge, as Deribit documents of `min_price`
 * and `max_price`; an option's is left alone.
 */
export function clampTicks(
  instrument: Instrument,
  marks: Marks,
  side: Direction,
  ticks: number,
): number {
  if (instrument.kind === 'option') return ticks;
  const { minE8, maxE8 } = priceBand(instrument, marks);
  return side === 'buy'
    ? Math.min(ticks, maxE8 / instrument.tickE8)
    : Math.max(ticks, minE8 / instrument.tickE8);
}
