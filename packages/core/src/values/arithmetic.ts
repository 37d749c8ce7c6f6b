import { assert } from '../assert.ts';

/** 1e-8: the one decimal scale every Deribit grid is a multiple of. */
export const E8 = 100_000_000;

/** floor(a * b / divisor) for safe integers, exact past 2^53. `divisor` is positive. */
export function mulDivFloor(a: number, b: number, divisor: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) {
    const remainder = product % divisor;
    const quotient = (product - remainder) / divisor;
    return remainder < 0 ? quotient - 1 : quotient;
  }
  const wide = BigInt(a) * BigInt(b);
  const by = BigInt(divisor);
  const quotient = wide / by;
  const floored = wide % by < 0n ? quotient - 1n : quotient;
  return narrow(floored);
}

/** ceil(a * b / divisor) for safe integers, exact past 2^53. `divisor` is positive. */
export function mulDivCeil(a: number, b: number, divisor: number): number {
  return 0 - mulDivFloor(0 - a, b, divisor);
}

function narrow(value: bigint): number {
  const result = Number(value);
  assert(Number.isSafeInteger(result), 'D-3: a product left the safe integer range');
  return result;
}
