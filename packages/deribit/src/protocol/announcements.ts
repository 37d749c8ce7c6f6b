import type { MaintenanceWindow } from '@holdfast/core';
import { wallMs } from '@holdfast/core/values';
import type { Static } from 'typebox';
import { type AnnouncedTimes, announcedTimes } from './announced-times.ts';
import { ANNOUNCEMENTS } from './results.ts';
import { createReader, type WireFault } from './wire-fault.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How far a clock on this planet can be from UTC, east and west. */
const EAST_MS = 14 * HOUR_MS;
const WEST_MS = 12 * HOUR_MS;
/** Prose past this is not read; a longer one with maintenance in it counts as unreadable. */
const TEXT_MAX = 20_000;

const MAINTENANCE = new RegExp(
  [
    // Not the margin of that name.
    'maintenance(?!\\s+margins?\\b)',
    'downtime',
    'outage',
    '(?:system|platform|scheduled)\\s+upgrade',
    'will\\s+be\\s+unavailable',
    'trading\\s+(?:halt|will\\s+be\\s+(?:halted|suspended))',
  ].join('|'),
  'iu',
);

type Announcement = Static<typeof ANNOUNCEMENTS>[number];

const readAnnouncements = createReader('announcements', ANNOUNCEMENTS, (data) => data);

/**
 * The result of `public/get_announcements`: the maintenance that is announced and not over at
 * `now`, epoch ms. Unknown is unsafe: where the time cannot be read, maintenance counts from its
 * publication for 24 hours, and a date that can be read counts whole, in every time zone. Where the
 * end is not said, `endsAt` is null, and the window is dropped a day after its start.
 */
export function parseAnnouncements(
  result: unknown,
  now: number,
): { readonly ok: true; readonly value: readonly MaintenanceWindow[] } | WireFault {
  const read = readAnnouncements(result);
  if (!read.ok) return read;
  const windows = read.value.filter(isMaintenance).flatMap(windowsOf);
  return {
    ok: true,
    value: windows.filter(({ endsAt, startsAt }) => now < (endsAt ?? startsAt + DAY_MS)),
  };
}

function isMaintenance({ title, body }: Announcement): boolean {
  return MAINTENANCE.test(title) || MAINTENANCE.test(body);
}

function windowsOf(announcement: Announcement): readonly MaintenanceWindow[] {
  const { id, title, body, publication_timestamp: publishedAt } = announcement;
  const announcementId = String(id);
  const span = (startsAt: number, endsAt: number | null): MaintenanceWindow => ({
    announcementId,
    startsAt: wallMs(startsAt),
    endsAt: endsAt === null ? null : wallMs(endsAt),
  });
  const text = prose(title, body);
  const said = text.length > TEXT_MAX ? null : announcedTimes(text, publishedAt);
  const exact = said === null ? null : exactSpan(said);
  if (exact !== null) return [span(...exact)];
  const days = new Set(said?.dates);
  return [
    span(publishedAt, publishedAt + DAY_MS),
    ...[...days].map((day) => span(day - EAST_MS, day + DAY_MS + WEST_MS)),
  ];
}

/** Announcements are HTML. */
function prose(title: string, body: string): string {
  const text = `${title}\n${body}`;
  return text.length > TEXT_MAX ? text : text.replace(/<[^<>]*>|&nbsp;/gu, ' ');
}

type Span = readonly [startsAt: number, endsAt: number | null];

/** @returns null unless the text says one thing only: its date and its time or times. */
function exactSpan({ dates, times, isSpan, durationMs }: AnnouncedTimes): Span | null {
  const [day, lastDay = day, ...moreDays] = dates;
  const [from, until, ...moreTimes] = times ?? [];
  if (day === undefined || lastDay === undefined || moreDays.length > 0) return null;
  if (from === undefined || moreTimes.length > 0) return null;
  if (until === undefined) {
    if (day !== lastDay) return null;
    const startsAt = day + from;
    return [startsAt, durationMs === null ? null : startsAt + durationMs];
  }
  if (!isSpan) return day === lastDay ? [day + Math.min(from, until), null] : null;
  const startsAt = day + from;
  const endsAt = lastDay + until;
  if (endsAt > startsAt) return [startsAt, endsAt];
  return day === lastDay ? [startsAt, endsAt + DAY_MS] : null;
}
