import { type Levels, quantityAt } from './levels.ts';

/**
 * What a followed market still offers here. It does not know that its quotes were taken, so nothing
 * taken comes back while it shows the same quantity: of a level that shrinks there is no more than
 * was left before, of one that grows only the growth is new, and one that is gone is forgotten.
 *
 * @param shownBefore what the market showed last.
 * @param leftBefore that, less what was taken since; the same array where nothing was.
 * @param shown what it shows now.
 */
export function leftOf(shownBefore: Levels, leftBefore: Levels, shown: Levels): Levels {
  if (shownBefore === leftBefore) return shown;
  const before = new Map<number, number>();
  for (let index = 0; index < shownBefore.length; index += 2) {
    before.set(shownBefore[index] ?? 0, shownBefore[index + 1] ?? 0);
  }
  const left: number[] = [];
  let isWhole = true;
  for (let index = 0; index < shown.length; index += 2) {
    const [ticks = 0, steps = 0] = [shown[index], shown[index + 1]];
    const known = before.get(ticks);
    const rest = known === undefined ? 0 : quantityAt(leftBefore, ticks);
    const free = known === undefined || steps > known ? rest + steps - (known ?? 0) : rest;
    const offered = Math.min(free, steps);
    if (offered !== steps) isWhole = false;
    if (offered > 0) left.push(ticks, offered);
  }
  return isWhole ? shown : left;
}
