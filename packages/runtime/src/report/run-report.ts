import type { Facts } from '@holdfast/core/facts';
import { currentMode, modeDetails, type State } from '@holdfast/core/step';
import { formatE8 } from '@holdfast/core/values';
import { digestFacts, folderSource, foldLedger, verifyLedger } from '../ledger/index.ts';
import type { AlertSpan } from '../telemetry/alert-book.ts';
import { feesUsd, type PositionLine, pnlUsd, positionLines } from './money.ts';
import { type ContainmentPart, containmentOf } from './containment-part.ts';
import { type LossLine, lossLines } from './loss-lines.ts';
import type { ReasonSpan } from './reason-log.ts';
import type { Tally } from './tally.ts';
import type { Transition } from './transition-log.ts';
import type { VenueReport } from './venue-report.ts';

/** What a run did, and what proves it. Keys are the contract of the exit report. */
export interface RunReport {
  readonly run_id: string;
  readonly intents_proposed: number;
  readonly intents_rejected_by_code: Readonly<Record<string, number>>;
  readonly intents_admitted: number;
  readonly intents_duplicate: number;
  readonly orders_dispatched: number;
  readonly orders_filled: number;
  readonly orders_canceled: number;
  readonly orders_failed: number;
  readonly orders_abandoned: number;
  readonly fills: number;
  readonly settlements: number;
  /** Counted by the exchange: labels of ours it saw more than once. Null: it did not say. */
  readonly duplicate_dispatch_count: number | null;
  /** Counted by the exchange: requests a correct client never makes. Null: it did not say. */
  readonly illegal_order_attempts: number | null;
  readonly ledger_folder: string;
  readonly ledger_records: number;
  readonly ledger_records_by_type: Readonly<Record<string, number>>;
  readonly ledger_verified: boolean;
  readonly ledger_findings: readonly string[];
  /** The live state equals a fresh fold of the ledger's bytes. */
  readonly facts_equal_refold: boolean;
  /** Our positions equal the venue's, asked for after the last order. Null: it did not answer. */
  readonly positions_equal_venue: boolean | null;
  /** Orders of ours the venue still had open when we left. Null: it did not answer. */
  readonly orders_left_open: number | null;
  readonly trading_mode: string;
  readonly mode_reasons: readonly string[];
  /** What holds it down at the end, input by input, with what ends it. */
  readonly mode_details: readonly string[];
  /** Epoch ms of the run's clock: what every other moment of the report is counted from. */
  readonly began_at: number;
  /** Of many changes, the last ones. */
  readonly mode_changes: readonly Transition[];
  /** Every reason that held the system down, when, with its figures, and what ends it. */
  readonly reasons: readonly ReasonSpan[];
  /** When an alert was raised, or its figure unknown. */
  readonly alerts: readonly AlertSpan[];
  /** Alerts whose figures no part of this build makes: nobody can say that they are quiet. */
  readonly alerts_not_linked: readonly string[];
  readonly trading_mode_seconds: Readonly<Record<string, number>>;
  /** Of the whole account in USD; what is latched waits for a person. */
  readonly losses: readonly LossLine[];
  readonly containment: ContainmentPart;
  readonly fees_usd: number;
  /** Cash, fees and marks at the last index, against what the ledger began with. Null: unpriced. */
  readonly pnl_usd: number | null;
  readonly open_positions: readonly PositionLine[];
  readonly instruments: InstrumentCounts;
  readonly faults: Readonly<Record<string, number>>;
  readonly market: Readonly<Record<string, unknown>> | null;
  readonly seconds: number;
  readonly clock: 'real' | 'real, shifted to the recording';
  readonly venue: string;
  readonly endpoint: string;
  readonly environment: string;
  readonly strategies: readonly string[];
  readonly build_id: string;
  readonly runtime_config_hash: string;
  readonly policy_hash: string;
  readonly policy_id: string;
  /** Parameters of the policy that are not at their default, with it. */
  readonly policy_departures: readonly string[];
  readonly node: string;
  readonly v8: string;
  readonly ended_by: string;
  readonly invariant_violation: string | null;
}

export interface InstrumentCounts {
  readonly listed: number;
  readonly by_kind: Readonly<Record<string, number>>;
  readonly by_underlying: Readonly<Record<string, number>>;
  readonly unsupported: number;
}

/** What the venue holds of ours, by instrument, in decimals as it says them. */
export interface VenueStanding {
  readonly positions: ReadonlyMap<string, string>;
  readonly openOrders: number;
}

export interface RunEnd {
  readonly state: State;
  readonly tally: Tally;
  readonly ledgerFolder: string;
  readonly endedAt: number;
  readonly standing: VenueStanding | null;
  readonly venueReport: VenueReport | null;
  /** What the run was, in the report's own words. */
  readonly about: Pick<
    RunReport,
    | 'run_id'
    | 'seconds'
    | 'clock'
    | 'venue'
    | 'endpoint'
    | 'environment'
    | 'strategies'
    | 'build_id'
    | 'runtime_config_hash'
    | 'policy_hash'
    | 'policy_id'
    | 'policy_departures'
    | 'ended_by'
    | 'invariant_violation'
  >;
}

/**
 * Every total is taken from the fold of the ledger's bytes, not from the memory of the process that
 * wrote them.
 */
export function reportOf(end: RunEnd): RunReport {
  const { state, tally, venueReport, standing } = end;
  const fold = foldLedger(folderSource(end.ledgerFolder));
  const verification = verifyLedger(end.ledgerFolder);
  const { totals } = fold.facts;
  const mode = currentMode(state);
  return {
    intents_proposed: tally.admitted + tally.duplicates + tally.refused,
    intents_rejected_by_code: sorted(tally.rejectedByCode),
    intents_admitted: tally.admitted,
    intents_duplicate: tally.duplicates,
    orders_dispatched: fold.dispatched,
    orders_filled: totals.filledOrders,
    orders_canceled: totals.canceled,
    orders_failed: totals.failed,
    orders_abandoned: totals.abandoned,
    fills: totals.fills,
    settlements: totals.settlements,
    duplicate_dispatch_count: venueReport?.duplicate_dispatch_count ?? null,
    illegal_order_attempts: venueReport?.illegal_order_attempts ?? null,
    ledger_folder: end.ledgerFolder,
    ledger_records: fold.records,
    ledger_records_by_type: fold.byType,
    ledger_verified: verification.findings.length === 0 && fold.damage === null,
    ledger_findings: verification.findings.map((finding) => JSON.stringify(finding)),
    facts_equal_refold: digestFacts(fold.facts) === digestFacts(state.facts),
    positions_equal_venue: standing === null ? null : isSame(standing, fold.facts),
    orders_left_open: standing?.openOrders ?? null,
    trading_mode: mode.mode,
    mode_reasons: mode.reasons,
    mode_details: modeDetails(state),
    began_at: tally.startedAt,
    mode_changes: [...tally.transitions],
    reasons: tally.reasons.spans,
    alerts: tally.alerts.spans,
    alerts_not_linked: tally.alerts.standing
      .filter(({ state: each }) => each === 'not_linked')
      .map(({ name }) => name),
    losses: lossLines(state),
    containment: containmentOf(fold.facts, tally),
    trading_mode_seconds: tally.modeSeconds(end.endedAt),
    fees_usd: feesUsd(fold.facts),
    pnl_usd: pnlUsd(state, fold.facts),
    open_positions: positionLines(state, fold.facts),
    instruments: instrumentCounts(state),
    faults: sorted(tally.faults),
    market: venueReport?.market ?? null,
    node: process.versions.node,
    v8: process.versions.v8,
    ...end.about,
  };
}

/**
 * Whether the run may be called good: anything else is an exit code of 1. What the exchange did not
 * say is held against it only where an exchange of ours was asked (`venueCounts`).
 */
export function isSound(report: RunReport, venueCounts: boolean): boolean {
  const clean = (count: number | null): boolean => (count === null ? !venueCounts : count === 0);
  return (
    report.ledger_verified &&
    report.facts_equal_refold &&
    report.positions_equal_venue === true &&
    report.orders_left_open === 0 &&
    clean(report.duplicate_dispatch_count) &&
    clean(report.illegal_order_attempts) &&
    report.invariant_violation === null
  );
}

function isSame({ positions }: VenueStanding, facts: Facts): boolean {
  if (positions.size !== facts.positions.size) return false;
  return [...facts.positions.values()].every(
    ({ instrument, amountE8 }) => positions.get(instrument) === formatE8(amountE8),
  );
}

function instrumentCounts(state: State): InstrumentCounts {
  const { listings, unsupported } = state.observations;
  const kinds = new Map<string, number>();
  const underlyings = new Map<string, number>();
  for (const { instrument } of listings.values()) {
    kinds.set(instrument.kind, (kinds.get(instrument.kind) ?? 0) + 1);
    underlyings.set(instrument.underlying, (underlyings.get(instrument.underlying) ?? 0) + 1);
  }
  return {
    listed: listings.size,
    by_kind: sorted(kinds),
    by_underlying: sorted(underlyings),
    unsupported: unsupported.size,
  };
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
