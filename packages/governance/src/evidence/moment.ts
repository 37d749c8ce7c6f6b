/** Times of the diary as they are written: ISO 8601, and what is no time is refused (G-18). */

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const MINUTE_MS = 60_000;

/** Epoch ms; a time without a zone is UTC, digits after the millisecond are cut. Null: no time. */
export function parseMoment(text: string): number | null {
  const parts = ISO.exec(text.trim().toUpperCase());
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const spelled = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const whole = Date.parse(`${spelled}Z`);
  // 30 February would pass for 2 March, and 24:00 for the next day.
  if (Number.isNaN(whole) || !new Date(whole).toISOString().startsWith(spelled)) return null;
  const shift = offsetMs(zone);
  return shift === null ? null : whole + Number(fraction.slice(0, 3).padEnd(3, '0')) - shift;
}

function offsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** UTC with milliseconds, the one spelling we write. */
export function spellMoment(at: number): string {
  return new Date(at).toISOString();
}
