import type { SviShape } from '@holdfast/core/strategy';

/**
 * One coin's whole volatility surface: SSVI (Gatheral and Jacquier, Quantitative Finance 14, 2014)
 * over an at-the-money variance that relaxes from `shortVol` to `longVol`. Volatilities per square
 * root of a year.
 */
export interface VolSurface {
  readonly shortVol: number;
  readonly longVol: number;
  /** Per year. */
  readonly reversion: number;
  /** Skew, in (-1, 1). */
  readonly rho: number;
  /** Curvature; positive, and `eta * (1 + |rho|)` is at most 2. */
  readonly eta: number;
}

/**
 * Whether the surface admits no static arbitrage at all. With phi(theta) = eta / sqrt(theta * (1 +
 * theta)) no butterfly is free where eta * (1 + |rho|) <= 2, and no calendar spread where theta
 * never falls with time, which here needs positive volatilities only (theorems 4.1 and 4.2, example
 * 4.2 of that paper).
 */
export function isArbitrageFree(surface: VolSurface): boolean {
  const { shortVol, longVol, reversion, rho, eta } = surface;
  return shortVol > 0 && longVol > 0 && reversion > 0 && eta > 0 && eta * (1 + Math.abs(rho)) <= 2;
}

/** At-the-money total variance, rising in `years`. */
export function atmVariance(surface: VolSurface, years: number): number {
  const { shortVol, longVol, reversion } = surface;
  const long = longVol * longVol;
  const relaxed = (1 - Math.exp(-reversion * years)) / reversion;
  return long * years + (shortVol * shortVol - long) * relaxed;
}

/** The surface's smile at one time to expiry, as a raw SVI slice of total variance. */
export function sliceAt(surface: VolSurface, years: number): SviShape {
  const { rho, eta } = surface;
  const theta = atmVariance(surface, years);
  const phi = eta / Math.sqrt(theta * (1 + theta));
  const rest = Math.sqrt(1 - rho * rho);
  return {
    a: (theta * rest * rest) / 2,
    b: (theta * phi) / 2,
    rho,
    m: -rho / phi,
    sigma: rest / phi,
  };
}
