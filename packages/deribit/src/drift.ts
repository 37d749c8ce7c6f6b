/** One `public/get_time`: when it was asked and answered here, and what the venue's clock said. */
export interface TimeSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly venueAt: number;
}

/**
 * How far our clock is ahead of the venue's, ms; negative when it is behind. Read from the fastest
 * of the samples with half its round trip removed, because only the fastest can have been even both
 * ways (D-18). Null when there is no sample.
 */
export function driftMs(samples: readonly TimeSample[]): number | null {
  let best: TimeSample | null = null;
  for (const sample of samples) {
    if (best === null || roundTrip(sample) < roundTrip(best)) best = sample;
  }
  return best === null ? null : best.askedAt + roundTrip(best) / 2 - best.venueAt;
}

function roundTrip({ askedAt, answeredAt }: TimeSample): number {
  return answeredAt - askedAt;
}
