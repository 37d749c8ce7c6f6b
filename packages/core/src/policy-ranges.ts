/**
 * One Appendix A value (contract-2 section 25): its key, what it is when absent, and what is sane.
 */
export interface ParameterRule {
  /** Key in `parameters` of `config/policy.json`. */
  readonly key: string;
  readonly fallback: number;
  readonly unit: string;
  /** Exclusive when `isOpenBelow`. */
  readonly min: number;
  readonly isOpenBelow: boolean;
  /** Exclusive when `isOpenAbove`. */
  readonly max: number;
  readonly isOpenAbove: boolean;
  readonly isWhole: boolean;
  readonly meaning: string;
}

export const DAY_S = 86_400;

export function whole(
  key: string,
  fallback: number,
  unit: string,
  [min, max]: readonly [number, number],
  meaning: string,
): ParameterRule {
  const range = { min, isOpenBelow: false, max, isOpenAbove: false, isWhole: true };
  return { key, fallback, unit, ...range, meaning };
}

/** In (0, max], or (0, max) for shares that must stay below the whole. */
export function positive(
  key: string,
  fallback: number,
  unit: string,
  max: number,
  meaning: string,
  isOpenAbove = false,
): ParameterRule {
  const range = { min: 0, isOpenBelow: true, max, isOpenAbove, isWhole: false };
  return { key, fallback, unit, ...range, meaning };
}

export const share = (key: string, fallback: number, meaning: string): ParameterRule =>
  positive(key, fallback, 'ratio', 1, meaning, true);
