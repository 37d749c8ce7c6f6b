/** 1e-8: the one decimal scale every Deribit grid is a multiple of. */
export const E8 = 100_000_000;

/** Below this, one step of the long division stays inside 2^53. */
const OPERAND_MAX = 400_000_000_000;
const LIMB = 10_000;

/**
 * floor(a * b / divisor), exact, for whole a, b >= 0 and divisor > 0, in the factors' own units.
 * Index times amount passes 2^53 on every order, so it is divided in limbs of 1e4 and needs no
 * BigInt on the usual path. What is not a whole number, is negative or does not fit is NaN: a
 * comparison that must hold for a yes then says no (D-3).
 */
export function mulDivDown(a: number, b: number, divisor: number): number {
  return divide(a, b, divisor, false);
}

/** ceil(a * b / divisor); otherwise as `mulDivDown`. */
export function mulDivUp(a: number, b: number, divisor: number): number {
  return divide(a, b, divisor, true);
}

/**
 * floor(value * scale) of the decimal that a float stands for: 0.29 at 1e6 is 290000, not 289999.
 */
export function scaleDown(value: number, scale: number): number {
  const nearest = Math.round(value * scale);
  if (!Number.isSafeInteger(nearest)) return Number.NaN;
  return nearest / scale <= value ? nearest : nearest - 1;
}

/** ceil(value * scale); otherwise as `scaleDown`. */
export function scaleUp(value: number, scale: number): number {
  const nearest = Math.round(value * scale);
  if (!Number.isSafeInteger(nearest)) return Number.NaN;
  return nearest / scale >= value ? nearest : nearest + 1;
}

function divide(a: number, b: number, divisor: number, up: boolean): number {
  if (!isOperand(a) || !isOperand(b) || !isOperand(divisor) || divisor === 0) return Number.NaN;
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const quotient = floorQuotient(product, divisor);
    return up && quotient * divisor !== product ? quotient + 1 : quotient;
  }
  if (product / divisor > Number.MAX_SAFE_INTEGER / 2) return Number.NaN;
  const narrow = a < b ? a : b;
  if (narrow < OPERAND_MAX && divisor < OPERAND_MAX) {
    return longDivide(narrow, a < b ? b : a, divisor, up);
  }
  const wide = BigInt(a) * BigInt(b);
  const by = BigInt(divisor);
  const whole = Number(wide / by);
  return up && wide % by > 0n ? whole + 1 : whole;
}

function longDivide(narrow: number, split: number, divisor: number, up: boolean): number {
  let limb = 1;
  while (limb * LIMB <= split) limb *= LIMB;
  let rest = split;
  let quotient = 0;
  let remainder = 0;
  for (; limb >= 1; limb /= LIMB) {
    const digit = floorQuotient(rest, limb);
    rest -= digit * limb;
    const step = remainder * LIMB + narrow * digit;
    const part = floorQuotient(step, divisor);
    remainder = step - part * divisor;
    quotient = quotient * LIMB + part;
  }
  return up && remainder > 0 ? quotient + 1 : quotient;
}

/**
 * floor(a / b) for whole 0 <= a < 2^53: k - 1/b is at least a whole spacing of doubles away from
 * k, so the rounded quotient never reaches the next integer.
 */
function floorQuotient(a: number, b: number): number {
  return Math.floor(a / b);
}

function isOperand(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
