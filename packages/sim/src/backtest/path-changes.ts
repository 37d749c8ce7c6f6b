import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { readTable } from './table.ts';

const text = Type.String({ minLength: 1, maxLength: 400 });

/** `path-changes.json` (RM 8.4, 2): what a change of the code is meant to change. */
const PathChangesSchema = closed({
  changes: Type.Array(
    closed({
      branch: text,
      date: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
      side: Type.Enum(['BUY', 'SELL'] as const),
      kind: Type.Enum(['real', 'aux'] as const),
      action: Type.Enum(['added', 'removed', 'changed'] as const),
      reason_code: text,
      justification: text,
      approved_by: text,
    }),
  ),
});

export type PathChange = Static<typeof PathChangesSchema>['changes'][number];

export const parsePathChanges: Parser<Static<typeof PathChangesSchema>> =
  createParser(PathChangesSchema);

/** One event that is not as recorded. `ordinal`: from 1, among those of its date, side and kind. */
export interface PathDifference {
  readonly branch: string;
  readonly date: string;
  readonly side: string;
  readonly kind: string;
  readonly ordinal: number;
  readonly action: 'added' | 'removed' | 'changed';
  /** As it is now; of a removed one, as it was. */
  readonly reason_code: string;
}

/** What says no more than which trade it was: it shifts with every trade before it. */
const NUMBERING = 'trade_id';

interface EventLine {
  readonly place: readonly [date: string, side: string, kind: string];
  readonly reason: string;
  readonly text: string;
}

/**
 * Events that are not as they were, by branch, date, side, kind and ordinal. Within one place what
 * is alike at both ends is paired first, so that one event more is one difference.
 */
export function differencesOf(
  branch: string,
  recorded: string,
  actual: string,
): readonly PathDifference[] {
  const [was, is] = [byPlace(recorded), byPlace(actual)];
  const places = [...new Set([...was.keys(), ...is.keys()])].sort();
  return places.flatMap((place) =>
    placeDifferences(branch, was.get(place) ?? [], is.get(place) ?? []),
  );
}

function byPlace(table: string): ReadonlyMap<string, readonly EventLine[]> {
  const { columns, rows } = readTable(table);
  const at = (row: readonly string[], column: string): string => row[columns.indexOf(column)] ?? '';
  const found = new Map<string, EventLine[]>();
  for (const row of rows) {
    const place = [at(row, 'date'), at(row, 'side'), at(row, 'kind')] as const;
    const told = columns.filter((column) => column !== NUMBERING).map((column) => at(row, column));
    const line = { place, reason: at(row, 'reason_code'), text: told.join() };
    const key = place.join(' ');
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  return found;
}

function placeDifferences(
  branch: string,
  was: readonly EventLine[],
  is: readonly EventLine[],
): readonly PathDifference[] {
  const shorter = Math.min(was.length, is.length);
  let head = 0;
  while (head < shorter && was[head]?.text === is[head]?.text) head += 1;
  let tail = 0;
  while (tail < shorter - head && was.at(-1 - tail)?.text === is.at(-1 - tail)?.text) tail += 1;
  const [gone, come] = [was.slice(head, was.length - tail), is.slice(head, is.length - tail)];
  const found: PathDifference[] = [];
  for (let index = 0; index < Math.max(gone.length, come.length); index += 1) {
    const [before, after] = [gone[index], come[index]];
    const line = after ?? before;
    if (line === undefined) continue;
    const [date, side, kind] = line.place;
    const action = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    const ordinal = head + index + 1;
    found.push({ branch, date, side, kind, ordinal, action, reason_code: line.reason });
  }
  return found;
}
