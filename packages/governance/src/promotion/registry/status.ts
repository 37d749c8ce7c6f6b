/** What a strategy may be, and which steps lead from one to another (sections 5.2 and 5.5). */

export const STATUSES = [
  'evolved',
  'approved',
  'approved_fallback',
  'approved_default',
  'pilot_active',
  'active',
  'inactive',
  'rejected',
] as const;
export type Status = (typeof STATUSES)[number];

/** Those that a strategy has to have earned; the guard judges every step that climbs to one. */
export const GATED_STATUSES = [
  'approved',
  'approved_fallback',
  'approved_default',
  'pilot_active',
  'active',
] as const satisfies readonly Status[];
export type GatedStatus = (typeof GATED_STATUSES)[number];

/**
 * `guarded`: only where the guard passes. `free`: lowers risk or leaves it; nothing may refuse it,
 * not even a ledger that cannot be read. `illegal`: there is no such step.
 */
export type Step = 'guarded' | 'free' | 'illegal';

type Row = Readonly<Record<Status, Step>>;

const SIGNS: Readonly<Record<string, Step>> = { G: 'guarded', o: 'free' };

/** In the order of `STATUSES`: G the guard, o free, - refused. */
const STEPS: Readonly<Record<Status, Row>> = {
  evolved: row('- G G G - - o o'),
  approved: row('o - G G G - o o'),
  approved_fallback: row('o G - G G - o o'),
  approved_default: row('o G o - G - o o'),
  pilot_active: row('- o o o - G o o'),
  active: row('- o o o o - o o'),
  inactive: row('o G G G - - - o'),
  rejected: row('o - - - - - - -'),
};

function row(signs: string): Row {
  const steps = signs.split(' ').map((sign) => SIGNS[sign] ?? 'illegal');
  const cells = STATUSES.map((status, at) => [status, steps[at]]);
  return Object.freeze(Object.fromEntries(cells) as Row);
}

export type StatusRead =
  | { readonly ok: true; readonly status: Status }
  | { readonly ok: false; readonly code: `unknown_status:${string}` };

/** `Active ` is `active`; what is no status is refused by its name and never read as another. */
export function readStatus(text: string): StatusRead {
  const wanted = text.trim().toLowerCase();
  const status = STATUSES.find((each) => each === wanted);
  return status === undefined
    ? { ok: false, code: `unknown_status:${wanted}` }
    : { ok: true, status };
}

export function isGated(status: Status): status is GatedStatus {
  return GATED_STATUSES.some((each) => each === status);
}

export function stepOf(from: Status, to: Status): Step {
  return STEPS[from][to];
}

/** What has lost its stage goes to the first of these whose own requirement is met. */
export const LOWER: Readonly<Record<GatedStatus, readonly Status[]>> = {
  active: ['pilot_active', 'approved', 'inactive'],
  pilot_active: ['approved', 'inactive'],
  approved: ['inactive'],
  approved_default: ['approved_fallback', 'inactive'],
  approved_fallback: ['inactive'],
};
