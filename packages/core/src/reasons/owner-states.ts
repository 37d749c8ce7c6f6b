/** What the owner is told when nothing holds the system back (phases section 4.2). */
export type OwnerStateCode = 'STATE_IDLE_HEALTHY' | 'STATE_PAPER_MODE' | 'STATE_MICRO_LIVE';

export const OWNER_STATE_REASONS: Readonly<Record<OwnerStateCode, string>> = Object.freeze({
  STATE_IDLE_HEALTHY: 'Healthy. Opening is allowed and waits for a trade that is worth it.',
  STATE_PAPER_MODE: 'Healthy, on paper: no real orders.',
  STATE_MICRO_LIVE: 'Healthy, live with tiny limits.',
});
