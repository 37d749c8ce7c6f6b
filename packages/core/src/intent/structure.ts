import type { Instrument, InstrumentKind } from '../instrument/instrument.ts';
import type { Currency, MonoMs } from '../values/index.ts';
import type { Side } from './intent.ts';

/** How far off the expiry is; a perpetual has none. */
export type TenorBucket = 'day' | 'week' | 'month' | 'quarter' | 'far' | 'perpetual';

/** What counts of one leg. No strike, no delta, no size: nothing that jitters. */
export interface StructureLeg {
  readonly kind: InstrumentKind;
  readonly underlying: Currency;
  /** Null for whatever is no option. */
  readonly optionType: 'call' | 'put' | null;
  readonly side: Side;
  readonly tenorBucket: TenorBucket;
}

const DAY_MS = 86_400_000;
/** Upper ends, inclusive. */
const BUCKETS: readonly (readonly [days: number, bucket: TenorBucket])[] = [
  [2, 'day'],
  [9, 'week'],
  [35, 'month'],
  [100, 'quarter'],
];

/**
 * The key under which what a strategy does is counted, by the churn breaker and the self-impact
 * guard (contract-1 sections 25 and 26). Coarse on purpose: a strategy that moves one strike on, or
 * names its legs the other way round, is still doing the same.
 */
export function structureFingerprint(legs: readonly StructureLeg[]): string {
  return legs.map(describe).toSorted().join('+');
}

/** One leg of a structure, as it stands at `now`. */
export function structureLeg(instrument: Instrument, side: Side, now: MonoMs): StructureLeg {
  const { kind, underlying, option, expiry } = instrument;
  const bucket = tenorBucket(expiry, now);
  return { kind, underlying, optionType: option?.type ?? null, side, tenorBucket: bucket };
}

/** @param expiry null for a perpetual. What is over counts as the nearest bucket. */
export function tenorBucket(expiry: MonoMs | null, now: MonoMs): TenorBucket {
  if (expiry === null) return 'perpetual';
  const days = (expiry - now) / DAY_MS;
  for (const [end, bucket] of BUCKETS) if (days <= end) return bucket;
  return 'far';
}

function describe({
  kind,
  underlying,
  optionType,
  side,
  tenorBucket: tenor,
}: StructureLeg): string {
  return `${underlying}:${optionType ?? kind}:${side}:${tenor}`;
}
