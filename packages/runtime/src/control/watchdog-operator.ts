/** Said by the watchdog process and by nobody else; it may tighten, and never the other way. */
export { WATCHDOG as WATCHDOG_OPERATOR } from '@holdfast/core/ledger';
