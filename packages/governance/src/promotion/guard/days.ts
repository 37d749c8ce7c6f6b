/**
 * Two decimals as the evaluator writes them (3.4): of two that are equally near, the even one.
 * Only eighths can be so exactly half way.
 */
export function hundredths(days: number): string {
  const scaled = days * 100;
  const isHalfway = Number.isInteger(days * 8) && !Number.isInteger(days * 4);
  const below = Math.floor(scaled);
  if (!isHalfway) return days.toFixed(2);
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2);
}
