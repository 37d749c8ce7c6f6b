/** Said by the watchdog process and by nobody else; it may tighten, and never the other way. */
export const WATCHDOG_OPERATOR = 'watchdog';
