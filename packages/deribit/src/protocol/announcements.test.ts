import { describe, expect, it } from 'vitest';
import { parseAnnouncements } from './announcements.ts';

const PUBLISHED = Date.UTC(2026, 7, 18, 9, 0);
const NOW = PUBLISHED + 60_000;
const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 7, day, hour, minute);

function announcement(body: string, title = 'Scheduled maintenance'): unknown {
  return { id: 42, title, body, important: true, publication_timestamp: PUBLISHED };
}

function windows(body: string, title?: string, now = NOW): unknown {
  const read = parseAnnouncements([announcement(body, title)], now);
  return read.ok ? read.value.map(({ startsAt, endsAt }) => [startsAt, endsAt]) : read;
}

/** Said in full: one window, exactly. */
const EXACT: readonly (readonly [string, number, number | null])[] = [
  ['On 2026-08-20 from 10:00 to 10:30 UTC.', at(20, 10), at(20, 10, 30)],
  ['On 20 August 2026, 10:00-10:30 UTC.', at(20, 10), at(20, 10, 30)],
  ['August 20th, 2026, between 10:00 and 10:30 (UTC)', at(20, 10), at(20, 10, 30)],
  ['<p>Thursday 20 Aug, 10:00&nbsp;UTC until 10:30 UTC</p>', at(20, 10), at(20, 10, 30)],
  ['2026-08-20T10:00Z', at(20, 10), null],
  ['Starts 2026-08-20 10:00:00 UTC.', at(20, 10), null],
  ['20 August 2026 at 9:30 PM UTC', at(20, 21, 30), null],
  ['20 August 2026 at 12:15 am UTC', at(20, 0, 15), null],
  ['20 August 2026 at 10:00 UTC, for approximately 45 minutes', at(20, 10), at(20, 10, 45)],
  ['20 August 2026 at 10:00 UTC. It takes up to 2 hours.', at(20, 10), at(20, 12)],
  ['2026-08-20 23:00 - 01:00 UTC', at(20, 23), at(21, 1)],
  ['From 2026-08-20 22:00 UTC to 2026-08-21 02:00 UTC', at(20, 22), at(21, 2)],
  // Two times that are not said to be a span: the earlier one, and no end.
  ['2026-08-20: orders stop at 10:00 UTC. Read more at 11:00 UTC.', at(20, 10), null],
  ['2026-08-20: open again at 11:00 UTC; it begins at 10:00 UTC.', at(20, 10), null],
];

describe('announced maintenance', () => {
  it.each(EXACT)('%s', (body, startsAt, endsAt) => {
    expect(windows(body)).toEqual([[startsAt, endsAt]]);
  });

  it('a year that is not written is the next one that fits', () => {
    expect(windows('3 January, 10:00 UTC')).toEqual([[Date.UTC(2027, 0, 3, 10), null]]);
    expect(windows('17 August, 10:00 UTC', undefined, at(17, 11))).toEqual([[at(17, 10), null]]);
  });

  it('no time that can be read: from its publication for a day', () => {
    const day = [[PUBLISHED, PUBLISHED + 86_400_000]];
    expect(windows('Soon.')).toEqual(day);
    expect(windows('It starts at 10:00 UTC.')).toEqual(day);
    expect(windows('On 45 August 2026 at 10:00 UTC.')).toEqual(day);
    expect(windows(`${'x'.repeat(30_000)} 2026-08-20 10:00 UTC`)).toEqual(day);
    expect(windows('Soon.', undefined, PUBLISHED + 86_400_000)).toEqual([]);
  });

  it.each([
    'On 20 August 2026.',
    'On 20 August 2026 at 10:00 CET.',
    'On 20 August 2026 at 10:00.',
    'On 20 August 2026 at 10:00 UTC+2.',
    'On 20 August 2026 at 13:00 PM UTC.',
    '2026-08-20T10:00:00-05:00, that is UTC-5',
    '20 August 2026: from 10:00 UTC, 10:20 UTC and 10:45 UTC',
  ])('a date whose time is not known counts whole, wherever its clock stands: %s', (body) => {
    expect(windows(body)).toEqual([
      [PUBLISHED, PUBLISHED + 86_400_000],
      [at(20, 0) - 14 * 3_600_000, at(21, 0) + 12 * 3_600_000],
    ]);
  });

  it('what is over is left out, and an end that is not said is a day after the start', () => {
    const body = '2026-08-20 10:00 to 10:30 UTC';
    expect(windows(body, undefined, at(20, 10, 29))).toHaveLength(1);
    expect(windows(body, undefined, at(20, 10, 30))).toEqual([]);
    expect(windows('2026-08-20 10:00 UTC', undefined, at(21, 9, 59))).toHaveLength(1);
    expect(windows('2026-08-20 10:00 UTC', undefined, at(21, 10))).toEqual([]);
  });

  it.each([
    ['New options', 'Weekly options on 2026-08-20 from 10:00 UTC'],
    ['Margin update', 'The maintenance margin changes on 2026-08-20 at 10:00 UTC'],
  ])('%s: %s is no maintenance', (title, body) => {
    expect(windows(body, title)).toEqual([]);
  });

  it.each(['Platform upgrade', 'Planned downtime', 'MAINTENANCE', 'Trading will be suspended'])(
    '%s is maintenance',
    (title) => {
      expect(windows('2026-08-20 10:00 to 10:30 UTC', title)).toHaveLength(1);
    },
  );

  it('carries its id, and one bad row is no answer at all', () => {
    const good = announcement('2026-08-20 10:00 UTC');
    expect(parseAnnouncements([good], NOW)).toMatchObject({
      ok: true,
      value: [{ announcementId: '42' }],
    });
    expect(parseAnnouncements([], NOW)).toEqual({ ok: true, value: [] });
    expect(parseAnnouncements([good, { id: 1 }], NOW)).toMatchObject({
      fault: 'malformed_announcements',
      rule: 'schema',
    });
    expect(parseAnnouncements('none', NOW)).toMatchObject({ ok: false });
  });
});
