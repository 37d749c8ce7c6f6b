/** The window of an inspection (section 3.5): it shows, and never promotes. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HOUR_MS = 3_600_000;

export type HoursRead =
  | { readonly ok: true; readonly hours: number }
  | {
      readonly ok: false;
      readonly code: 'hours_not_a_number' | 'hours_not_positive' | 'hours_not_finite';
      readonly detail: string;
    };

/** `--hours N`: a decimal above nought. With `--apply` it is a usage error of the command. */
export function parseHours(text: string): HoursRead {
  const word = text.trim();
  const no = (code: Extract<HoursRead, { ok: false }>['code']): HoursRead => ({
    ok: false,
    code,
    detail: `--hours takes a number of hours above nought, not '${text}'`,
  });
  if (/^[+-]?(inf(inity)?|nan)$/i.test(word)) return no('hours_not_finite');
  if (!DECIMAL.test(word)) return no('hours_not_a_number');
  const hours = Number(word);
  if (!Number.isFinite(hours)) return no('hours_not_finite');
  return hours > 0 ? { ok: true, hours } : no('hours_not_positive');
}

/** The first moment of a window that ends at `now`; both epoch ms. */
export function windowStart(now: number, hours: number): number {
  return now - hours * HOUR_MS;
}
