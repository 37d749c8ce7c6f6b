import type { Parameters } from '../../policy.ts';
import { ageMs, isFresh, type MonoMs, monoMs } from '../../values/index.ts';
import type { Figure, MonitorFinding } from './finding.ts';

/** The network as the shell measures it once a second; null: it cannot be computed. */
export interface NetworkFigures {
  /** 95th percentile of how long answers took in the last 30 s, ms. */
  readonly httpP95Ms: number | null;
  /** Of the requests of the last 60 s, the share that was never answered. */
  readonly timeoutRate: number | null;
  /** When the venue last said anything. */
  readonly lastMessageAt: MonoMs | null;
}

/** The network jitter monitor (contract-1 section 42). An observation, updated in place. */
export interface BunkerState {
  /** Null before the first measurement: a missing input. */
  isActive: boolean | null;
  since: MonoMs | null;
  /** No measurement of this process has been whole yet: there is nothing to come back from. */
  isFirst: boolean;
  /** Evaluations in a row with slow answers. */
  slowInARow: number;
  /** Since when every figure has been good without a break. */
  calmSince: MonoMs | null;
  measuredAt: MonoMs | null;
  figures: readonly NetworkFigure[];
}

interface NetworkFigure {
  readonly figure: Figure;
  readonly unit: 'ms' | 'ratio';
  /** Null: not computable. */
  readonly value: number | null;
  readonly limit: number;
  readonly isBreached: boolean;
}

export function createBunker(): BunkerState {
  return {
    isActive: null,
    since: null,
    isFirst: true,
    slowInARow: 0,
    calmSince: null,
    measuredAt: null,
    figures: [],
  };
}

/**
 * One evaluation. Slow answers count from their third time in a row, everything else at once; what
 * cannot be computed is a breach. It ends once every figure has been good for the whole exit
 * period. A process that has not had all its figures yet is in bunker mode without having been
 * driven there, and leaves it with the first whole and good measurement (decision 0017).
 */
export function measureBunker(
  bunker: BunkerState,
  network: NetworkFigures,
  parameters: Parameters,
  at: MonoMs,
): void {
  const figures = figuresOf(network, parameters, at);
  const isWhole = figures.every(({ value }) => value !== null);
  const isCalm = figures.every(({ isBreached }) => !isBreached);
  bunker.slowInARow = isSlow(figures) ? bunker.slowInARow + 1 : 0;
  bunker.calmSince = isCalm ? (bunker.calmSince ?? at) : null;
  bunker.measuredAt = at;
  bunker.figures = figures;
  const isLongSlow = bunker.slowInARow >= parameters.bunkerHttpP95Evaluations;
  const enters = isLongSlow || figures.some((each) => each.isBreached && !isMerelySlow(each));
  if (enters) enter(bunker, at);
  else if (bunker.isActive !== false && isCalm && hasRested(bunker, parameters, at)) {
    bunker.isActive = false;
    bunker.since = null;
  } else if (bunker.isActive === null) enter(bunker, at);
  if (isWhole) bunker.isFirst = false;
}

function hasRested(bunker: BunkerState, { bunkerExitStableS }: Parameters, at: MonoMs): boolean {
  if (bunker.isFirst) return true;
  return bunker.calmSince !== null && at - bunker.calmSince >= bunkerExitStableS * 1_000;
}

/** Nobody has measured for too long: the figures are unknown. */
export function ageBunker(bunker: BunkerState, parameters: Parameters, now: MonoMs): void {
  if (bunker.measuredAt === null) return;
  if (isFresh(now, bunker.measuredAt, parameters.networkMeasuredMaxAgeMs)) return;
  bunker.calmSince = null;
  bunker.slowInARow = 0;
  enter(bunker, now);
}

function enter(bunker: BunkerState, at: MonoMs): void {
  if (bunker.isActive === true) return;
  bunker.isActive = true;
  bunker.since = at;
}

function figuresOf(
  { httpP95Ms, timeoutRate, lastMessageAt }: NetworkFigures,
  parameters: Parameters,
  at: MonoMs,
): readonly NetworkFigure[] {
  const figure = (
    name: Figure,
    unit: 'ms' | 'ratio',
    given: number | null,
    limit: number,
  ): NetworkFigure => {
    const value = given !== null && given >= 0 && Number.isFinite(given) ? given : null;
    return { figure: name, unit, value, limit, isBreached: value === null || value > limit };
  };
  const rate = timeoutRate !== null && timeoutRate <= 1 ? timeoutRate : null;
  const { bunkerHttpP95MaxMs, bunkerJitterThresholdMs, bunkerTimeoutRateMax } = parameters;
  return [
    figure('deribit_http_p95_ms', 'ms', httpP95Ms, bunkerHttpP95MaxMs),
    figure('ws_event_lag_ms', 'ms', ageMs(at, lastMessageAt), bunkerJitterThresholdMs),
    figure('request_timeout_rate', 'ratio', rate, bunkerTimeoutRateMax),
  ];
}

const isMerelySlow = ({ figure, value }: NetworkFigure): boolean =>
  figure === 'deribit_http_p95_ms' && value !== null;

const isSlow = (figures: readonly NetworkFigure[]): boolean =>
  figures.some((each) => each.isBreached && isMerelySlow(each));

/** What holds bunker mode on, or counts towards it. */
export function tellBunker(
  bunker: BunkerState,
  { bunkerExitStableS, networkMeasuredMaxAgeMs }: Parameters,
  now: MonoMs,
  findings: MonitorFinding[],
): void {
  const { calmSince, figures, isActive, measuredAt, since } = bunker;
  const isOld = !isFresh(now, measuredAt, networkMeasuredMaxAgeMs);
  if (isActive === false && figures.every(({ isBreached }) => !isBreached)) return;
  const whole = {
    subject: null,
    asks: isActive === false ? 'nothing yet' : 'ReduceOnly',
    clears: `every network figure good for ${bunkerExitStableS} s`,
    since,
  } as const;
  if (figures.length === 0) findings.push({ ...whole, ...UNMEASURED });
  for (const { figure, unit, value, limit, isBreached } of figures) {
    const read = { ...whole, figure, unit, value };
    if (isOld) {
      const maxAge = { limit: networkMeasuredMaxAgeMs, clearsAt: null };
      findings.push({ ...read, ...maxAge, standing: 'stale' });
    } else if (isBreached) {
      const standing = value === null ? 'missing' : 'breached';
      findings.push({ ...read, limit, standing, clearsAt: null });
    } else if (calmSince !== null && figure === 'ws_event_lag_ms') {
      // Once all are good again, one line for the time that is left says enough.
      const clearsAt = monoMs(calmSince + bunkerExitStableS * 1_000);
      findings.push({ ...read, limit, standing: 'cooling', clearsAt });
    }
  }
}

const UNMEASURED = {
  figure: 'ws_event_lag_ms',
  standing: 'missing',
  value: null,
  limit: 0,
  unit: 'ms',
  clearsAt: null,
} as const;
