/** What the owner is told when nothing holds the system back (phases section 4.2). */
export type OwnerStateCode = 'STATE_IDLE_HEALTHY' | 'STATE_PAPER_MODE' | 'STATE_MICRO_LIVE';

/** What a reader shows in place of a status it cannot trust (phases section 8). Never sent. */
export const UNHEALTHY_STATUS = Object.freeze({
  code: 'STATE_UNHEALTHY_STATUS_SCHEMA',
  meaning:
    'The status contradicts itself or speaks of things unknown here. Force reduce-only, and call ' +
    'engineering.',
  action: 'holdfast emergency reduce-only --reason "status cannot be trusted"',
});

export const OWNER_STATE_REASONS: Readonly<Record<OwnerStateCode, string>> = Object.freeze({
  STATE_IDLE_HEALTHY: 'Healthy. Opening is allowed and waits for a trade that is worth it.',
  STATE_PAPER_MODE: 'Healthy, on paper: no real orders.',
  STATE_MICRO_LIVE: 'Healthy, live with tiny limits.',
});
