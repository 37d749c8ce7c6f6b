/**
 * What the ceilings read, and what the contract says of each level of it (contract-1 sections 32
 * and 34), written down again. Every input takes every level that any ceiling tells apart, so no
 * set of ceilings that can hold together is left out.
 */
import { before, overrides } from '../../src/guard/baseline.fixture.ts';
import type { GuardInputs } from '../../src/guard/inputs.ts';
import { wallMs } from '../../src/values/index.ts';

/** One level of one input: what it makes of the inputs, and what the contract says it means. */
export interface Level {
  readonly name: string;
  readonly inputs: Partial<GuardInputs>;
  readonly kill?: string;
  readonly reduceOnly?: readonly string[];
}

/** Where `ranked`, no level is better than the one before it. */
export interface Dimension {
  readonly ranked: boolean;
  readonly levels: readonly Level[];
}

const FULL = { value: 0.93, at: before(1_000) };
const OLD = before(31_000);
const STALE = 'REDUCEONLY_INPUT_MISSING_OR_STALE';

export const DIMENSIONS: readonly Dimension[] = [
  {
    ranked: true,
    levels: [
      { name: 'healthy', inputs: {} },
      {
        name: 'degraded',
        inputs: { riskState: 'Degraded' },
        reduceOnly: ['REDUCEONLY_RISKSTATE_DEGRADED'],
      },
      {
        name: 'maintenance',
        inputs: { riskState: 'Maintenance' },
        reduceOnly: ['REDUCEONLY_RISKSTATE_MAINTENANCE'],
      },
      { name: 'kill', inputs: { riskState: 'Kill' }, kill: 'KILL_RISKSTATE_KILL' },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'margin low', inputs: {} },
      { name: 'margin old', inputs: { mmUtil: { value: 0.1, at: OLD } }, reduceOnly: [STALE] },
      {
        name: 'margin high',
        inputs: { mmUtil: { value: 0.85, at: before(1) } },
        reduceOnly: ['REDUCEONLY_MARGIN_MM_UTIL_HIGH'],
      },
      {
        name: 'margin critical',
        inputs: { mmUtil: { value: 0.95, at: before(1) } },
        kill: 'KILL_MARGIN_MM_UTIL_CRITICAL',
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'watchdog alive', inputs: {} },
      {
        name: 'heartbeat old',
        inputs: { watchdogHeartbeatAt: before(10_001) },
        reduceOnly: ['REDUCEONLY_WATCHDOG_UNCONFIRMED'],
      },
      {
        name: 'heartbeat and tick old',
        inputs: { watchdogHeartbeatAt: before(10_001), loopTickAt: before(10_001) },
        kill: 'KILL_WATCHDOG_HEARTBEAT_STALE',
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'disk free', inputs: {} },
      {
        name: 'disk full, once',
        inputs: { diskUsed: FULL },
        reduceOnly: ['REDUCEONLY_DISK_KILL_UNCONFIRMED'],
      },
      {
        name: 'disk full, twice',
        inputs: { diskUsed: FULL, diskUsedSecondary: FULL },
        kill: 'KILL_DISK_WATERMARK_KILL',
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'session whole', inputs: {} },
      {
        name: 'session ended twice',
        inputs: { sessionKillActive: true, count10028In5m: 2 },
        reduceOnly: ['REDUCEONLY_SESSION_KILL_UNCONFIRMED'],
      },
      {
        name: 'session ended thrice',
        inputs: { sessionKillActive: true, count10028In5m: 3 },
        kill: 'KILL_RATE_LIMIT_SESSION_TERMINATION',
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'no override', inputs: {} },
      {
        name: 'override reduce-only',
        inputs: { overrides: overrides({ cortex: { kind: 'ForceReduceOnly' } }) },
        reduceOnly: ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'],
      },
      {
        name: 'override kill',
        inputs: { overrides: overrides({ cortex: { kind: 'ForceKill' } }) },
        kill: 'KILL_CORTEX_FORCE_KILL',
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'policy young', inputs: {} },
      {
        name: 'policy old',
        inputs: { policyGeneratedAt: before(300_001) },
        reduceOnly: ['REDUCEONLY_POLICY_STALE'],
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'certified', inputs: {} },
      {
        name: 'certificate failed',
        inputs: { certificate: 'FAIL' },
        reduceOnly: ['REDUCEONLY_F1_CERT_INVALID'],
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'open', inputs: {} },
      {
        name: 'latched',
        inputs: { latchReasons: ['RESTART_RECONCILE_REQUIRED'] },
        reduceOnly: ['REDUCEONLY_OPEN_PERMISSION_LATCHED'],
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'no emergency', inputs: {} },
      {
        name: 'emergency',
        inputs: { emergencyReduceOnlyActive: true },
        reduceOnly: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'no bunker', inputs: {} },
      {
        name: 'bunker',
        inputs: { bunkerModeActive: true },
        reduceOnly: ['REDUCEONLY_BUNKER_MODE_ACTIVE'],
      },
    ],
  },
  {
    ranked: true,
    levels: [
      { name: 'fees young', inputs: {} },
      {
        name: 'fees old',
        inputs: { feeModelCachedAt: wallMs(before(900_001)) },
        reduceOnly: ['REDUCEONLY_FEE_MODEL_HARD_STALE'],
      },
    ],
  },
  {
    ranked: false,
    levels: [
      { name: 'CSP', inputs: { evidenceChain: 'RED' } },
      { name: 'GOP, green', inputs: { enforcedProfile: 'GOP', evidenceChain: 'GREEN' } },
      {
        name: 'GOP, red',
        inputs: { enforcedProfile: 'GOP', evidenceChain: 'RED' },
        reduceOnly: ['REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN'],
      },
    ],
  },
];
