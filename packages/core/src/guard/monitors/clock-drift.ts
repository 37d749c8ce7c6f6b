import type { Parameters } from '../../policy.ts';
import { isFresh, type MonoMs } from '../../values/index.ts';
import type { Figure, MonitorFinding } from './finding.ts';

/**
 * Our clock as the shell measures it. `driftMs`: how far it is ahead of the venue's, from the
 * fastest round trip with half of it removed (D-18); null where there is no sample.
 */
export interface ClockReading {
  readonly at: MonoMs;
  readonly driftMs: number | null;
  /** When the venue last told its time. */
  readonly sampledAt: MonoMs | null;
  /**
   * The other opinion, where the machine has one. `absent` is no failure; `silent` is one that is
   * there and says nothing usable, or that it is not synchronised.
   */
  readonly chrony: 'absent' | 'silent' | { readonly driftMs: number };
}

/**
 * Why our clock cannot be trusted now; empty: it can. Clock doubt is Degraded and never Kill
 * (contract-2 sections 0.5 and 11).
 */
export function clockFindings(
  reading: ClockReading | null,
  { timeDriftThresholdMs: limit, clockMeasuredMaxAgeMs }: Parameters,
  now: MonoMs,
): readonly MonitorFinding[] {
  const finding = (
    figure: Figure,
    standing: MonitorFinding['standing'],
    value: number | null,
  ): MonitorFinding => ({
    figure,
    standing,
    value,
    subject: null,
    asks: 'ReduceOnly',
    unit: 'ms',
    limit: standing === 'stale' ? clockMeasuredMaxAgeMs : limit,
    since: reading?.sampledAt ?? null,
    clearsAt: null,
    clears: `a fresh measurement of at most ${limit} ms`,
  });
  const driftMs = reading?.driftMs ?? null;
  if (reading === null || driftMs === null || !Number.isFinite(driftMs)) {
    return [finding('drift_ms', 'missing', null)];
  }
  const found: MonitorFinding[] = [];
  const oldest = clockMeasuredMaxAgeMs;
  if (!isFresh(now, reading.at, oldest) || !isFresh(now, reading.sampledAt, oldest)) {
    found.push(finding('drift_ms', 'stale', driftMs));
  } else if (Math.abs(driftMs) > limit) found.push(finding('drift_ms', 'breached', driftMs));
  const { chrony } = reading;
  if (chrony === 'absent') return found;
  const other = chrony === 'silent' ? Number.NaN : chrony.driftMs;
  if (!Number.isFinite(other)) found.push(finding('chrony_drift_ms', 'missing', null));
  else if (Math.abs(other) > limit || Math.abs(other - driftMs) > limit) {
    found.push(finding('chrony_drift_ms', 'breached', other));
  }
  return found;
}
