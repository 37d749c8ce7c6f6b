import type { ClockMeasured, NetworkMeasured } from '../measured-event.ts';
import type { SafetyOverride, SafetyOverrides } from '../guard/inputs.ts';
import { judgeBasis } from '../guard/monitors/basis.ts';
import { ageBunker, measureBunker, tellBunker } from '../guard/monitors/bunker.ts';
import { clockFindings } from '../guard/monitors/clock-drift.ts';
import { judgeCortex, noteDvol } from '../guard/monitors/cortex.ts';
import { type MonitorFinding, NO_FINDINGS } from '../guard/monitors/finding.ts';
import { watchPolicy } from '../guard/monitors/monitors.ts';
import { depthUsd } from '../guard/monitors/microstructure.ts';
import {
  bookTrouble,
  isReferenceKind,
  type ReferenceInputs,
  type ReferenceWatch,
} from '../guard/monitors/reference.ts';
import { tellTrouble, Verdict } from '../guard/monitors/verdict.ts';
import { OVERRIDE_PRODUCERS } from '../guard/overrides.ts';
import type { Parameters } from '../policy.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { Observations, State } from '../state.ts';
import { ageMs, type Currency, type InstrumentName, type MonoMs } from '../values/index.ts';
import { contractOverride } from './contract.ts';
import { reportMode } from './mode.ts';
import type { Output } from './output.ts';
import { refreshClock } from './safety.ts';

/**
 * Looks again unless that was done at this moment already. What may have changed since then without
 * time passing has had them look in its own turn.
 */
export function keepMonitorsCurrent(state: State): void {
  const { monitors, now } = state.observations;
  if (monitors.judgedAt !== now) judgeMonitors(state);
}

/**
 * Every monitor looks at what is known now (contract-1 section 40): at every tick, before every
 * decision and dispatch, and in the turn of each observation it reads. What it finds stands until
 * it looks again; the mode only reads it.
 */
export function judgeMonitors(state: State): void {
  const { observations } = state;
  const { monitors, now } = observations;
  const parameters = observations.policy?.parameters ?? DEFAULT_PARAMETERS;
  monitors.judgedAt = now;
  watchPolicy(monitors, observations.policy);
  const findings: MonitorFinding[] = [];
  const market = judgeMarket(observations, parameters, findings);
  const exchangeHealth = judgeHealth(observations, parameters, findings);
  ageBunker(monitors.bunker, parameters, now);
  tellBunker(monitors.bunker, parameters, now, findings);
  findings.push(...clockFindings(monitors.clock, parameters, now));
  monitors.findings = findings.length === 0 ? NO_FINDINGS : Object.freeze(findings);
  const found = { ...market, exchangeHealth, contract: contractOverride(state) };
  if (isSame(monitors.overrides, found)) return;
  monitors.overrides = Object.freeze(found);
}

type Market = Pick<SafetyOverrides, 'cortex' | 'basis'>;

function isSame(held: SafetyOverrides, found: SafetyOverrides): boolean {
  return OVERRIDE_PRODUCERS.every((producer) => held[producer] === found[producer]);
}

/** Every coin of the universe; the worst of them holds (AMB-33). */
function judgeMarket(
  observations: Observations,
  parameters: Parameters,
  findings: MonitorFinding[],
): Market {
  const { monitors, now } = observations;
  const [cortex, basis] = [new Verdict(), new Verdict()];
  if (monitors.watches.length === 0) {
    cortex.unheard();
    basis.unheard();
  }
  for (const watch of monitors.watches) {
    const inputs = inputsOf(observations, watch);
    judgeCortex(watch, inputs, parameters, now, cortex, findings);
    judgeBasis(watch, inputs, parameters, now, basis, findings);
  }
  return { cortex: cortex.override, basis: basis.override };
}

function inputsOf(
  { indexes, listings, volatilityIndexes }: Observations,
  { coin, name }: ReferenceWatch,
): ReferenceInputs {
  const listing = name === null ? undefined : listings.get(name);
  // An instrument of another coin would be a guess about this one.
  const isOwn = listing !== undefined && listing.instrument.underlying === coin && !listing.closed;
  const index = indexes.get(coin);
  return {
    listing: isOwn
      ? { instrument: listing.instrument, book: listing.book, mark: markOf(listing) }
      : null,
    index: index === undefined ? null : { value: index.priceE8, at: index.at },
    dvol: volatilityIndexes.get(coin) ?? null,
  };
}

/** `depth_topN` of a coin as Cortex measures it; null where its book cannot be used now. */
export function referenceDepthUsd(observations: Observations, coin: Currency): number | null {
  const { monitors, now, policy } = observations;
  const watch = monitors.byCoin.get(coin);
  const listing = watch === undefined ? null : inputsOf(observations, watch).listing;
  if (listing === null || !isReferenceKind(listing.instrument)) return null;
  const { cortexBookMaxAgeMs } = policy?.parameters ?? DEFAULT_PARAMETERS;
  if (bookTrouble(listing.book, now, cortexBookMaxAgeMs) !== null) return null;
  return depthUsd(listing.book, listing.instrument);
}

type Listing = Observations['listings'] extends Map<InstrumentName, infer Value> ? Value : never;

function markOf({ markPriceE8, markedAt }: Listing): { value: number; at: MonoMs } | null {
  return markPriceE8 === null || markedAt === null ? null : { value: markPriceE8, at: markedAt };
}

const HEALTHY: SafetyOverride = Object.freeze({ kind: 'None' });
const UNREACHABLE: SafetyOverride = Object.freeze({ kind: 'ForceReduceOnly' });

/**
 * The exchange health monitor asks for ReduceOnly once the last good reading is
 * `exchange_health_stale_s` old (contract-1 section 41).
 */
function judgeHealth(
  { now, venueHealth }: Observations,
  { exchangeHealthStaleS }: Parameters,
  findings: MonitorFinding[],
): SafetyOverride | null {
  const age = ageMs(now, venueHealth.at);
  if (age !== null && age < exchangeHealthStaleS * 1_000) return HEALTHY;
  const trouble = age === null ? 'missing' : 'stale';
  const told = { value: age, at: venueHealth.at };
  const maxAgeMs = exchangeHealthStaleS * 1_000;
  findings.push(tellTrouble(trouble, 'announcements_age_ms', 'venue', 'ms', told, maxAgeMs));
  return age === null ? null : UNREACHABLE;
}

/** A book or a ticker has come: what it changes, it changes in this turn. */
export function judgeReference(state: State, instrument: InstrumentName, output: Output): void {
  const { monitors } = state.observations;
  if (!monitors.byInstrument.has(instrument)) return;
  const before = monitors.overrides;
  judgeMonitors(state);
  if (monitors.overrides !== before) reportMode(state, output);
}

export function noteVolatility({ observations }: State, coin: Currency): void {
  const watch = observations.monitors.byCoin.get(coin);
  const reading = observations.volatilityIndexes.get(coin);
  if (watch === undefined || reading === undefined) return;
  noteDvol(watch, reading, observations.policy?.parameters ?? DEFAULT_PARAMETERS, observations.now);
}

export function noteTrade(
  { observations }: State,
  instrument: InstrumentName,
  value: number,
  at: MonoMs,
): void {
  const watch = observations.monitors.byInstrument.get(instrument);
  if (watch !== undefined) watch.lastTrade = { value, at };
}

export function onNetworkMeasured({ observations }: State, event: NetworkMeasured): void {
  const { monitors, policy } = observations;
  measureBunker(monitors.bunker, event, policy?.parameters ?? DEFAULT_PARAMETERS, event.at);
}

export function onClockMeasured(state: State, event: ClockMeasured, output: Output): void {
  const { at, driftMs, sampledAt, chrony } = event;
  state.observations.monitors.clock = { at, driftMs, sampledAt, chrony };
  refreshClock(state, output);
}
