import type { Policy } from '../../policy.ts';
import type { Currency, InstrumentName, MonoMs } from '../../values/index.ts';
import type { SafetyOverrides } from '../inputs.ts';
import { type BunkerState, createBunker } from './bunker.ts';
import type { ClockReading } from './clock-drift.ts';
import { type MonitorFinding, NO_FINDINGS } from './finding.ts';
import { createReferenceWatch, type ReferenceWatch } from './reference.ts';

/** Everything the monitors remember. An observation, updated in place; bounded by the universe. */
export interface Monitors {
  /** Of which policy the watches are. */
  policy: Policy | null;
  watches: readonly ReferenceWatch[];
  /** The same, by the instrument they look at. */
  readonly byInstrument: Map<InstrumentName, ReferenceWatch>;
  readonly byCoin: Map<Currency, ReferenceWatch>;
  readonly bunker: BunkerState;
  clock: ClockReading | null;
  /** When they last looked. */
  judgedAt: MonoMs | null;
  /** What they asked for when they last looked. */
  overrides: SafetyOverrides;
  /** A code came up that no catalogue names. It stands for as long as this process lives. */
  isContractBroken: boolean;
  findings: readonly MonitorFinding[];
}

const UNHEARD: SafetyOverrides = Object.freeze({
  cortex: null,
  exchangeHealth: null,
  basis: null,
  contract: Object.freeze({ kind: 'None' }),
});

/** Nobody has looked at anything yet. */
export function createMonitors(): Monitors {
  return {
    policy: null,
    watches: [],
    byInstrument: new Map(),
    byCoin: new Map(),
    bunker: createBunker(),
    clock: null,
    judgedAt: null,
    overrides: UNHEARD,
    isContractBroken: false,
    findings: NO_FINDINGS,
  };
}

/** One watch for each coin of the universe; another policy begins with new ones. */
export function watchPolicy(monitors: Monitors, policy: Policy | null): void {
  if (monitors.policy === policy) return;
  monitors.policy = policy;
  monitors.byInstrument.clear();
  monitors.byCoin.clear();
  monitors.watches = (policy?.universe.underlyings ?? []).map((coin) =>
    createReferenceWatch(coin, policy?.referenceInstruments?.get(coin) ?? null),
  );
  for (const watch of monitors.watches) {
    monitors.byCoin.set(watch.coin, watch);
    if (watch.name !== null) monitors.byInstrument.set(watch.name, watch);
  }
}
