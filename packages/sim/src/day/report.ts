import { currentMode, type State } from '@holdfast/core/step';
import { markValueE8 } from '@holdfast/core/instrument';
import type { Facts } from '@holdfast/core/facts';
import type { AmountE8 } from '@holdfast/core/values';
import {
  digestFacts,
  folderSource,
  foldLedger,
  type LedgerFold,
  verifyLedger,
} from '@holdfast/runtime/ledger';
import type { RunningDay } from './day.ts';

const E8 = 100_000_000;

/** What a run did, and what proves it. Keys are the contract of the exit report. */
export interface DayReport {
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
  /** Counted by the exchange: our labels it saw more than once. */
  readonly duplicate_dispatch_count: number;
  /** Counted by the exchange: requests a correct client never makes. */
  readonly illegal_order_attempts: number;
  readonly ledger_folder: string;
  readonly ledger_records: number;
  readonly ledger_records_by_type: Readonly<Record<string, number>>;
  readonly ledger_verified: boolean;
  readonly ledger_findings: readonly string[];
  /** The live state equals a fresh fold of the ledger's bytes. */
  readonly facts_equal_refold: boolean;
  /** Our positions equal the exchange's, instrument by instrument. */
  readonly positions_equal_venue: boolean;
  readonly trading_mode: string;
  readonly mode_reasons: readonly string[];
  readonly trading_mode_seconds: Readonly<Record<string, number>>;
  readonly fees_usd: number;
  /** Cash, fees and marks at the last index, against what the account began with, in USD. */
  readonly pnl_usd: number | null;
  readonly open_positions: readonly PositionLine[];
  readonly instruments: InstrumentCounts;
  readonly faults: Readonly<Record<string, number>>;
  readonly market: MarketLine;
  readonly clock: 'virtual';
  readonly venue: 'simulated';
  readonly data: 'recorded' | 'synthetic';
  readonly seed: string;
  readonly build_id: string;
  readonly runtime_config_hash: string;
  readonly policy_hash: string;
  readonly node: string;
  readonly v8: string;
  readonly invariant_violation: string | null;
}

export interface PositionLine {
  readonly instrument: string;
  readonly amount: number;
  readonly value_usd: number | null;
}

export interface InstrumentCounts {
  readonly listed: number;
  readonly by_kind: Readonly<Record<string, number>>;
  readonly by_underlying: Readonly<Record<string, number>>;
  readonly unsupported: number;
}

export interface MarketLine {
  readonly source: string;
  readonly size_model: string;
  readonly notes: readonly string[];
  readonly snapshots: number;
  readonly book_publications: number;
  readonly from: string;
  readonly to: string;
  readonly covered_seconds: number;
  readonly span_seconds: number;
}

/**
 * Every total is taken from the fold of the ledger's bytes, not from the memory of the process that
 * wrote them.
 */
export function reportOf(day: RunningDay): DayReport {
  const { options, tally, exchange, runtime } = day;
  const fold = foldLedger(folderSource(options.ledgerFolder));
  const verification = verifyLedger(options.ledgerFolder);
  const { totals } = fold.facts;
  const rejected = sum(tally.rejectedByCode.values());
  return {
    intents_proposed: tally.admitted + tally.duplicates + rejected,
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
    duplicate_dispatch_count: exchange.counters.duplicateDispatches,
    illegal_order_attempts: exchange.counters.illegalOrderAttempts,
    ledger_folder: options.ledgerFolder,
    ledger_records: fold.records,
    ledger_records_by_type: fold.byType,
    ledger_verified: verification.findings.length === 0 && fold.damage === null,
    ledger_findings: verification.findings.map((finding) => JSON.stringify(finding)),
    facts_equal_refold: digestFacts(fold.facts) === digestFacts(runtime.state.facts),
    positions_equal_venue: matchesVenue(day, fold),
    trading_mode: currentMode(runtime.state).mode,
    mode_reasons: currentMode(runtime.state).reasons,
    trading_mode_seconds: tally.modeSeconds(day.clock.now()),
    fees_usd: feesUsd(fold.facts),
    pnl_usd: pnlUsd(runtime.state, fold.facts),
    open_positions: positionLines(runtime.state, fold.facts),
    instruments: instrumentCounts(runtime.state),
    faults: sorted(tally.faults),
    market: marketLine(day),
    clock: 'virtual',
    venue: 'simulated',
    data: options.market.data,
    seed: options.seed,
    build_id: options.buildId,
    runtime_config_hash: options.configuration.runtimeConfigHash,
    policy_hash: options.configuration.policyHash,
    node: process.versions.node,
    v8: process.versions.v8,
    invariant_violation: day.fatal?.message ?? null,
  };
}

/** Whether the run may be called good: anything else is an exit code of 1. */
export function isSound(report: DayReport): boolean {
  return (
    report.ledger_verified &&
    report.facts_equal_refold &&
    report.positions_equal_venue &&
    report.duplicate_dispatch_count === 0 &&
    report.illegal_order_attempts === 0 &&
    report.invariant_violation === null
  );
}

function matchesVenue({ exchange, clock }: RunningDay, { facts }: LedgerFold): boolean {
  const answer = exchange.handle('private/get_positions', {}, clock.now());
  if (!answer.ok || !Array.isArray(answer.result)) return false;
  const theirs = answer.result
    .map((row: { instrument_name: string; size: number }) => `${row.instrument_name} ${row.size}`)
    .filter((line) => !line.endsWith(' 0'));
  const ours = [...facts.positions.values()].map(
    (position) => `${position.instrument} ${position.amountE8 / E8}`,
  );
  return JSON.stringify(ours.toSorted()) === JSON.stringify(theirs.toSorted());
}

function feesUsd(facts: Facts): number {
  return sum([...facts.cash.values()].map((total) => total.feesMicroUsd)) / 1_000_000;
}

/** Null when a currency or an open position has no price: an unknown profit is not zero. */
function pnlUsd(state: State, facts: Facts): number | null {
  let usd = 0;
  for (const [code, total] of facts.cash) {
    const index = state.observations.indexes.get(code)?.priceE8;
    if (index === undefined) return null;
    usd += ((total.cashE8 - total.feesE8) / E8) * (index / E8);
  }
  for (const line of positionLines(state, facts)) {
    if (line.value_usd === null) return null;
    usd += line.value_usd;
  }
  return Math.round(usd * 100) / 100;
}

function positionLines(state: State, facts: Facts): readonly PositionLine[] {
  return [...facts.positions.values()].map(({ instrument, amountE8 }) => ({
    instrument,
    amount: amountE8 / E8,
    value_usd: valueUsd(state, instrument, amountE8),
  }));
}

function valueUsd(
  state: State,
  name: RunningDay['runtime']['state']['facts']['positions'] extends ReadonlyMap<
    infer Name,
    unknown
  >
    ? Name
    : never,
  amount: AmountE8,
): number | null {
  const listing = state.observations.listings.get(name);
  if (listing === undefined || listing.markPriceE8 === null) return null;
  const value = markValueE8(listing.instrument, amount, listing.markPriceE8);
  const index = state.observations.indexes.get(listing.instrument.settlement)?.priceE8;
  if (value === null || index === undefined) return null;
  return (value / E8) * (index / E8);
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

function marketLine(day: RunningDay): MarketLine {
  const report = day.player.report();
  return {
    source: report.source,
    size_model: report.sizeModel,
    notes: report.notes,
    snapshots: report.snapshots,
    book_publications: report.publications,
    from: new Date(day.startedAt).toISOString(),
    to: new Date(day.clock.now()).toISOString(),
    covered_seconds: Math.round(report.coveredMs / 1_000),
    span_seconds: Math.round(report.spanMs / 1_000),
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
