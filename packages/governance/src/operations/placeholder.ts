/** What somebody meant to fill in and did not. */
import { pointer } from '@holdfast/core/parse';
import type { Fault } from './fault.ts';
import { faultAt } from './place.ts';

const UNFILLED = /<[A-Z][A-Z0-9_ -]*>|\b(?:TODO|TBD|FIXME|[xX]{3,})\b/;

/** What is unfilled in a text; null where nothing is. */
function unfilledIn(text: string): string | null {
  return UNFILLED.exec(text)?.[0] ?? null;
}

/** Every text of a value that still holds a placeholder, by its place. */
export function placeholderFaults(value: unknown, place = ''): readonly Fault[] {
  if (typeof value === 'string') {
    const found = unfilledIn(value);
    if (found === null) return [];
    return [faultAt('placeholder_unresolved', place, place, `${found} is still to be filled in`)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    placeholderFaults(each, pointer(place, key)),
  );
}
