import { mulDivDown, mulDivUp } from '@holdfast/core/values';

/**
 * floor(a * b / divisor) for signed whole numbers, exact; `divisor` is positive. The exchange is
 * what the trader is judged against: it stops where a number would not be exact (D-3), and never
 * settles on one that is nearly right.
 */
export function mulDivFloor(a: number, b: number, divisor: number): number {
  const isNegative = a < 0 !== b < 0;
  return signed(
    isNegative,
    (isNegative ? mulDivUp : mulDivDown)(Math.abs(a), Math.abs(b), divisor),
  );
}

/** ceil(a * b / divisor); otherwise as `mulDivFloor`. */
export function mulDivCeil(a: number, b: number, divisor: number): number {
  return 0 - mulDivFloor(0 - a, b, divisor);
}

function signed(isNegative: boolean, size: number): number {
  if (Number.isNaN(size)) throw new RangeError('D-3: a product left exact numbers');
  return isNegative ? 0 - size : size;
}
