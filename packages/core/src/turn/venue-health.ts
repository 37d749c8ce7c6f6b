import type { MaintenanceWindow, VenueHealthObserved } from '../event.ts';
import type { Observations, State } from '../state.ts';
import { monoMs, type MonoMs, wallMs } from '../values/index.ts';
import type { Output } from './output.ts';
import { clearRisk, raiseRisk } from './safety.ts';

/** Announcements and platform status are read this often (contract-1 section 41). */
const HEALTH_INTERVAL_MS = 60_000;
/** Before the first reading nothing may open, so a lost one is not waited for that long. */
const HEALTH_RETRY_MS = 5_000;
/** Maintenance that begins within this is maintenance now. */
const LEAD_MS = 3_600_000;
/** The nearest are kept; the rest is announced again with every reading. */
const WINDOWS_MAX = 64;

/**
 * A reading replaces what was announced before, with one exception: a window that had begun to
 * count is held to its end even when the venue no longer speaks of it, where that end is known.
 * Where it is not, the reading that is silent about it is its end (AMB-35).
 */
export function onVenueHealth(state: State, event: VenueHealthObserved, output: Output): void {
  const { observations } = state;
  const { at, locked } = event;
  const held = observations.venueHealth.maintenance.filter(
    (window) => window.endsAt !== null && counts(window, at) && !isNamed(event, window),
  );
  const standing = [...event.maintenance, ...held].filter((window) => !isOver(window, at));
  const maintenance = standing.sort((a, b) => a.startsAt - b.startsAt).slice(0, WINDOWS_MAX);
  observations.venueHealth = { at, locked, maintenance: Object.freeze(maintenance) };
  refreshMaintenance(state, output);
}

function isNamed({ maintenance }: VenueHealthObserved, window: MaintenanceWindow): boolean {
  return maintenance.some(({ announcementId }) => announcementId === window.announcementId);
}

/** Judged at a reading alone: a window ends with a reading that was taken after it (AMB-35). */
function isOver({ endsAt }: MaintenanceWindow, readAt: MonoMs): boolean {
  return endsAt !== null && wallMs(readAt) >= endsAt;
}

/** A start that is no time counts from now: unknown is unsafe. */
function counts({ startsAt }: MaintenanceWindow, now: MonoMs): boolean {
  return !(startsAt - now > LEAD_MS);
}

/** Maintenance while a window counts, or while the venue has locked its trading. */
export function refreshMaintenance(state: State, output: Output): void {
  const { now, riskCauses, venueHealth } = state.observations;
  const stands = venueHealth.locked || venueHealth.maintenance.some((each) => counts(each, now));
  if (stands === riskCauses.has('exchange_maintenance')) return;
  if (stands) raiseRisk(state, 'exchange_maintenance', output);
  else clearRisk(state, 'exchange_maintenance', 'fresh_input', output);
}

/** When the next reading is due, as seen from one that is asked for now. */
export function nextHealthPoll({ now, venueHealth }: Observations): MonoMs {
  return monoMs(now + (venueHealth.at === null ? HEALTH_RETRY_MS : HEALTH_INTERVAL_MS));
}
