/**
 * One side of a book: price in ticks and quantity in steps, in turn, best first. Never changed in
 * place.
 */
export type Levels = readonly number[];

export const NO_LEVELS: Levels = Object.freeze([]);

export interface LevelChanges {
  /** Changed and deleted levels, then from `newFrom` on those that were not there before. */
  readonly levels: Levels;
  readonly newFrom: number;
}

const NO_CHANGES: LevelChanges = { levels: NO_LEVELS, newFrom: 0 };

/** @param sign 1 for asks (ascending), -1 for bids (descending). */
export function levelChanges(before: Levels, after: Levels, sign: 1 | -1): LevelChanges {
  if (before === after) return NO_CHANGES;
  const changed: number[] = [];
  const added: number[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    const oldPrice = before[old];
    const newPrice = after[now];
    if (newPrice === undefined || (oldPrice !== undefined && (oldPrice - newPrice) * sign < 0)) {
      changed.push(oldPrice ?? 0, 0);
      old += 2;
    } else if (oldPrice === newPrice) {
      const quantity = after[now + 1] ?? 0;
      if (before[old + 1] !== quantity) changed.push(newPrice, quantity);
      old += 2;
      now += 2;
    } else {
      added.push(newPrice, after[now + 1] ?? 0);
      now += 2;
    }
  }
  if (added.length === 0) return { levels: changed, newFrom: changed.length };
  const newFrom = changed.length;
  for (const value of added) changed.push(value);
  return { levels: changed, newFrom };
}

/** The side with `steps` more at `ticks`; a level that falls to 0 is gone. A new array. */
export function withLevel(levels: Levels, ticks: number, steps: number, sign: 1 | -1): number[] {
  const result: number[] = [];
  let placed = false;
  for (let index = 0; index < levels.length; index += 2) {
    const price = levels[index] ?? 0;
    let quantity = levels[index + 1] ?? 0;
    if (!placed && (price - ticks) * sign >= 0) {
      placed = true;
      if (price === ticks) quantity += steps;
      else if (steps > 0) result.push(ticks, steps);
    }
    if (quantity > 0) result.push(price, quantity);
  }
  if (!placed && steps > 0) result.push(ticks, steps);
  return result;
}

/** Quantity at a price; 0 when there is none. */
export function quantityAt(levels: Levels, ticks: number): number {
  for (let index = 0; index < levels.length; index += 2) {
    if (levels[index] === ticks) return levels[index + 1] ?? 0;
  }
  return 0;
}

/** Positive integers, strictly from best to worst. */
export function isSorted(levels: Levels, sign: 1 | -1): boolean {
  if (levels.length % 2 !== 0) return false;
  let before = sign === 1 ? 0 : Number.MAX_SAFE_INTEGER;
  for (let index = 0; index < levels.length; index += 2) {
    const price = levels[index] ?? 0;
    const quantity = levels[index + 1] ?? 0;
    if (!Number.isSafeInteger(price) || price <= 0 || (price - before) * sign <= 0) return false;
    if (!Number.isSafeInteger(quantity) || quantity <= 0) return false;
    before = price;
  }
  return true;
}
