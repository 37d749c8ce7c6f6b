/**
 * Dates and times of day in the prose of an announcement. Nothing is guessed: what is not written
 * in one of these forms, in UTC, is not found.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = `(${MONTHS.join('|')})[a-z]*\\.?`;
/** `2026-08-20`, `20 August 2026`, `20th of Aug`, `August 20th, 2026`. */
const DATES = new RegExp(
  [
    '\\b(\\d{4})-(\\d{2})-(\\d{2})(?!\\d)',
    `\\b(\\d{1,2})(?:st|nd|rd|th)?(?:\\s+of)?\\s+${MONTH}(?:,?\\s+(\\d{4}))?(?!\\w)`,
    `\\b${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b(?!:)(?:,?\\s+(\\d{4})\\b(?!:))?`,
  ].join('|'),
  'giu',
);
/** `10:00`, `10:00:30`, `T10:00Z`, `9:30 PM`. */
const TIMES = /(?:\b|T)(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:\s*([ap])\.?m\b\.?)?/giu;
/** A clock that is not UTC's: what it says is then not known. */
const FOREIGN = new RegExp(
  [
    '\\b(?:CES?T|BST|E[SD]T|C[SD]T|P[SD]T|M[SD]T|SGT|HKT|JST|IST|AEST|local time)\\b',
    '\\b(?:UTC|GMT)\\s?[+-]\\s?\\d',
    '\\d\\s?\\+\\d{2}:?\\d{2}\\b',
    'T\\d{2}:\\d{2}(?::\\d{2})?-\\d{2}:?\\d{2}\\b',
  ].join('|'),
  'u',
);
const UTC = /\b(?:UTC|GMT)\b|\d{2}Z\b/u;
/** What may stand between the two times of a span, besides their zone. */
const UNTIL = /^[\s,]*(?:UTC|GMT|Z)?[\s,]*(?:-|–|—|to|until|till|and|through)[\s,]*$/iu;
const DURATION = new RegExp(
  '\\b(?:for|takes?|lasts?|duration|downtime)\\b[\\s:]*' +
    '(?:(?:is|of|be|up|to|about|around|approximately|roughly|expected)\\s+)*' +
    '(\\d{1,3})\\s*-?\\s*(minute|min|hour|hr)s?\\b',
  'giu',
);

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A date without a year is the first one from two days before the text was written. */
const BACKDATED_MS = 2 * DAY_MS;

export interface AnnouncedTimes {
  /** Midnights UTC, epoch ms, each once, in the order of the text. */
  readonly dates: readonly number[];
  /**
   * Milliseconds after midnight, each once; null when the text has times that are not known to be
   * UTC.
   */
  readonly times: readonly number[] | null;
  /** There are two times, and the text says that it lasts from one to the other. */
  readonly isSpan: boolean;
  /** How long it is said to take, at most; null when it is not said. */
  readonly durationMs: number | null;
}

/** @param publishedAt epoch ms; gives a date without a year its year. */
export function announcedTimes(text: string, publishedAt: number): AnnouncedTimes {
  const dates = [...text.matchAll(DATES)].map((match) => dateOf(match, publishedAt));
  const clock = text.replace(DATES, (date) => ' '.repeat(date.length));
  const found = [...clock.matchAll(TIMES)];
  const times = found.map(timeOf);
  const isKnown = UTC.test(clock) && !FOREIGN.test(clock) && times.every((time) => time !== null);
  const distinct = [...new Set(times.filter((time) => time !== null))];
  return {
    dates: [...new Set(dates.filter((date) => date !== null))],
    times: isKnown ? distinct : null,
    isSpan: distinct.length === 2 && hasSpan(clock, found, times),
    durationMs: longestDuration(text),
  };
}

function hasSpan(
  text: string,
  found: readonly RegExpMatchArray[],
  times: readonly (number | null)[],
): boolean {
  const first = times[0];
  return found.some((match, index) => {
    const next = found[index + 1];
    if (next === undefined || times[index] !== first || times[index + 1] === first) return false;
    return UNTIL.test(text.slice((match.index ?? 0) + match[0].length, next.index));
  });
}

function dateOf(match: RegExpMatchArray, publishedAt: number): number | null {
  const [, isoYear, isoMonth, isoDay, day, month, year, monthFirst, dayAfter, yearAfter] = match;
  if (isoYear !== undefined) {
    return midnight(Number(isoYear), Number(isoMonth) - 1, Number(isoDay));
  }
  const name = (month ?? monthFirst ?? '').slice(0, 3).toLowerCase();
  const written = year ?? yearAfter;
  const index = MONTHS.indexOf(name);
  const of = (fullYear: number): number | null =>
    midnight(fullYear, index, Number(day ?? dayAfter));
  if (written !== undefined) return of(Number(written));
  const thisYear = new Date(publishedAt).getUTCFullYear();
  const first = of(thisYear);
  return first === null || first >= publishedAt - BACKDATED_MS ? first : of(thisYear + 1);
}

/** @returns null for a day the calendar does not have. */
function midnight(year: number, month: number, day: number): number | null {
  const at = Date.UTC(year, month, day);
  const date = new Date(at);
  return date.getUTCMonth() === month && date.getUTCDate() === day ? at : null;
}

function timeOf([, hours, minutes, half]: RegExpMatchArray): number | null {
  let hour = Number(hours);
  const minute = Number(minutes);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  const after = hour * HOUR_MS + minute * MINUTE_MS;
  return minute > 59 || after > DAY_MS ? null : after;
}

function longestDuration(text: string): number | null {
  let longest: number | null = null;
  for (const [, count, unit = ''] of text.matchAll(DURATION)) {
    const each = Number(count) * (unit.toLowerCase().startsWith('m') ? MINUTE_MS : HOUR_MS);
    longest = Math.max(longest ?? 0, each);
  }
  return longest;
}
