/**
 * Sessions. Freshness is counted in them and never in days (D-09 of the rollout specification):
 * options on crypto have one every UTC day, other markets do not, so the calendar is handed in.
 */
import { assert } from '@holdfast/core';

const DAY_MS = 86_400_000;
/** No market of ours is closed for longer; without a bound, a calendar of no days never ends. */
const CLOSED_DAYS_MAX = 31;

/** A UTC day, counted from 1970. */
export type Day = number;

export interface Calendar {
  hasSession(day: Day): boolean;
}

/** Crypto options: every day is one. */
export const EVERY_DAY: Calendar = Object.freeze({ hasSession: () => true });

/** `YYYY-MM-DD`, and null for what is no day of the calendar (`2026-02-30`). */
export function parseDay(text: string): Day | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isNaN(at) || textOfDay(at / DAY_MS) !== text ? null : at / DAY_MS;
}

/** Of a text that was checked to be one. */
export function dayOf(text: string): Day {
  const day = parseDay(text);
  assert(day !== null, 'a day that was checked is one');
  return day;
}

export function textOfDay(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `at`: epoch ms. */
export function dayAt(at: number): Day {
  return Math.floor(at / DAY_MS);
}

/** The latest session on `day` or before it; null where none is near. */
export function sessionUpTo(calendar: Calendar, day: Day): Day | null {
  for (let back = 0; back <= CLOSED_DAYS_MAX; back += 1) {
    if (calendar.hasSession(day - back)) return day - back;
  }
  return null;
}

/**
 * The latest session that is over: on `asked` or before it, and ended by `now` (epoch ms). A
 * session ends with its UTC day.
 */
export function lastClosedSession(calendar: Calendar, asked: Day, now: number): Day | null {
  return sessionUpTo(calendar, Math.min(asked, dayAt(now) - 1));
}

/** How many sessions lie after `from`, up to and with `to`; negative where `to` is before it. */
export function sessionsBetween(calendar: Calendar, from: Day, to: Day): number {
  if (to < from) return -sessionsBetween(calendar, to, from);
  let count = 0;
  for (let day = from + 1; day <= to; day += 1) if (calendar.hasSession(day)) count += 1;
  return count;
}

/** Whether no other session follows before the next Monday. */
export function isLastOfWeek(calendar: Calendar, day: Day): boolean {
  // The first of January 1970 was a Thursday.
  const toSunday = (10 - (day % 7)) % 7;
  return calendar.hasSession(day) && sessionsBetween(calendar, day, day + toSunday) === 0;
}
