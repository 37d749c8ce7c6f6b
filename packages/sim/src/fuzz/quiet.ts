import { EASY_ACCOUNT } from '../faults/account.ts';
import { TRUE_TIME } from '../faults/clock.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import { GOOD_DOCUMENTS } from '../faults/documents.ts';
import { ROOMY_DISK } from '../faults/gauge.ts';
import { NO_OPERATOR } from '../faults/operator.ts';
import { OPEN_PLATFORM } from '../faults/platform.ts';
import { CALM_VENUE } from '../faults/venue.ts';
import { ALERT_WATCHDOG } from '../faults/watchdog.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import { ORDERLY_MARKET } from './market-conditions.ts';
import { NO_MEDDLER } from './meddler.ts';
import { LAUNCH_MONITORS } from './monitors.ts';
import { LAUNCH_RULES } from './rules.ts';
import { NO_WORKLOAD } from './workload.ts';

/** Every model a weather has, as it is where nothing is wrong, by its name there. */
export const QUIET = Object.freeze({
  network: PERFECT_NETWORK,
  disk: GOOD_DISK,
  gauge: ROOMY_DISK,
  documents: GOOD_DOCUMENTS,
  watchdog: ALERT_WATCHDOG,
  operator: NO_OPERATOR,
  meddler: NO_MEDDLER,
  rules: LAUNCH_RULES,
  monitors: LAUNCH_MONITORS,
  venue: CALM_VENUE,
  platform: OPEN_PLATFORM,
  account: EASY_ACCOUNT,
  conditions: ORDERLY_MARKET,
  clock: TRUE_TIME,
  workload: NO_WORKLOAD,
});

export type ModelName = keyof typeof QUIET;
export const MODEL_NAMES = Object.keys(QUIET) as readonly ModelName[];
