import { describe, expect, it } from 'vitest';
import {
  dayAt,
  dayOf,
  EVERY_DAY,
  isLastOfWeek,
  lastClosedSession,
  parseDay,
  sessionsBetween,
  sessionUpTo,
  textOfDay,
} from './calendar.ts';
import { resolveReference } from './daily.ts';

const WEEKDAYS = { hasSession: (day: number) => ![2, 3].includes(day % 7) };
const NEVER = { hasSession: () => false };
const ms = (text: string) => Date.parse(text);

describe('a day', () => {
  it('is read and written in one spelling', () => {
    expect(parseDay('1970-01-02')).toBe(1);
    expect(textOfDay(dayOf('2026-02-28') + 1)).toBe('2026-03-01');
    for (const text of ['2026-02-29', '2026-13-01', '2026-1-1', 'x2026-01-01', '2026-01-01x', '']) {
      expect(parseDay(text)).toBe(null);
    }
    expect(() => dayOf('2026-02-30')).toThrow('a day that was checked');
    expect(dayAt(ms('2026-04-03T23:59:59.999Z'))).toBe(dayOf('2026-04-03'));
    expect(dayAt(ms('2026-04-04T00:00:00.000Z'))).toBe(dayOf('2026-04-04'));
  });
});

describe('sessions', () => {
  const friday = dayOf('2026-04-03');

  it('map a day back to the session before it', () => {
    expect(sessionUpTo(WEEKDAYS, friday)).toBe(friday);
    expect(sessionUpTo(WEEKDAYS, friday + 2)).toBe(friday);
    expect(sessionUpTo(WEEKDAYS, friday + 3)).toBe(friday + 3);
    expect(sessionUpTo(NEVER, friday)).toBe(null);
    const once = { hasSession: (day: number) => day === friday };
    expect(sessionUpTo(once, friday + 31)).toBe(friday);
    expect(sessionUpTo(once, friday + 32)).toBe(null);
  });

  it('are over with their UTC day, and not after the one asked about', () => {
    const at = (text: string) => lastClosedSession(EVERY_DAY, friday, ms(text));
    expect(at('2026-04-03T23:59:59.999Z')).toBe(friday - 1);
    expect(at('2026-04-04T00:00:00.000Z')).toBe(friday);
    expect(at('2026-04-09T00:00:00.000Z')).toBe(friday);
  });

  it('are counted after the one up to the other', () => {
    expect(sessionsBetween(EVERY_DAY, friday, friday)).toBe(0);
    expect(sessionsBetween(EVERY_DAY, friday, friday + 3)).toBe(3);
    expect(sessionsBetween(WEEKDAYS, friday, friday + 3)).toBe(1);
    expect(sessionsBetween(WEEKDAYS, friday + 3, friday)).toBe(-1);
  });

  it('have one that ends the week', () => {
    const found = [0, 1, 2, 3].map((after) => isLastOfWeek(EVERY_DAY, friday + after));
    expect(found).toEqual([false, false, true, false]);
    const weekdays = [-1, 0, 1, 2, 3].map((after) => isLastOfWeek(WEEKDAYS, friday + after));
    expect(weekdays).toEqual([false, true, false, false, false]);
  });

  it('DG-06 a weekend that is asked about is the session before it', () => {
    const now = ms('2026-04-06T08:00:00.000Z');
    expect(resolveReference(WEEKDAYS, '2026-04-05', now)).toEqual({
      requested_date: '2026-04-05',
      reference_date: '2026-04-03',
    });
    expect(resolveReference(EVERY_DAY, '2026-04-05', now)?.reference_date).toBe('2026-04-05');
    expect(resolveReference(NEVER, '2026-04-05', now)).toBe(null);
    expect(resolveReference(EVERY_DAY, '2026-04-31', now)).toBe(null);
  });
});
