import type { OwnerReading } from '@holdfast/core/status';

type SoundReading = Extract<OwnerReading, { sound: true }>;

const MODE_LINES = {
  Active: 'trading_mode: ACTIVE',
  ReduceOnly: 'trading_mode: REDUCE_ONLY (only orders that reduce risk leave)',
  Kill: 'trading_mode: KILL (nothing leaves but what contains risk)',
} as const;

const DANGER_LINES = {
  benign: 'benign: it does what it is meant to; nobody need act unless a step below says so',
  dangerous: 'DANGEROUS: look now',
} as const;

/**
 * A status for somebody with five seconds: the mode, why, since when, and what ends it; the texts
 * are the catalogue's, the same every time. What ends it comes in the order of the reasons.
 */
export function ownerLines(reading: SoundReading, sinceTs: string): readonly string[] {
  const { document, message, code, danger, unblock } = reading;
  const lines = [
    MODE_LINES[document.trading_mode],
    `why: ${message}`,
    `since: ${sinceTs} (${ageOf(sinceTs, document.loop_tick_last_ts_ms)})`,
  ];
  if (document.trading_mode === 'Active') return [...lines, `code: ${code}`];
  lines.push(DANGER_LINES[danger], 'ends when all of this holds:');
  for (const { type, condition, current, target } of unblock) {
    const who = type === 'AUTO' ? 'by itself' : 'somebody acts';
    lines.push(`  [${type}, ${who}] ${condition}`, `    now: ${current}`, `    must be: ${target}`);
  }
  const codes = [...document.mode_reasons, ...document.open_permission_reason_codes];
  lines.push(`codes: ${codes.join(' ')}`);
  return lines;
}

/** `12 s`, `3 min`, `2 h`: whole, rounded down, by the clock of the run. */
function ageOf(sinceTs: string, tickedAt: number | null): string {
  if (tickedAt === null) return 'the loop has not ticked';
  const seconds = Math.floor(Math.max(0, tickedAt - Date.parse(sinceTs)) / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
