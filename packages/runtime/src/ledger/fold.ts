import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { canonicalJson } from '@holdfast/core/proof';
import type { Label, TradeId } from '@holdfast/core/values';
import { scanLedger, type SegmentSource } from './scan.ts';

/**
 * A ledger, folded from its bytes by the same `apply` that ran live, with what a judge asks of it.
 */
export interface LedgerFold {
  readonly facts: Facts;
  readonly records: number;
  readonly byType: Readonly<Record<string, number>>;
  /** Orders whose marker is durable. */
  readonly sending: ReadonlySet<Label>;
  /** Of these, the ones not abandoned after it: they went to the door. */
  readonly dispatched: number;
  readonly trades: ReadonlySet<TradeId>;
  /** Trade ids that were recorded more than once. */
  readonly repeatedTrades: readonly TradeId[];
  /** Null when every byte is accounted for. */
  readonly damage: string | null;
}

export function foldLedger(source: SegmentSource): LedgerFold {
  const facts = createFacts();
  const byType: Record<string, number> = {};
  const sending = new Set<Label>();
  const abandoned = new Set<Label>();
  const trades = new Set<TradeId>();
  const repeatedTrades: TradeId[] = [];
  const scan = scanLedger(source);
  let step = scan.next();
  for (; step.done !== true; step = scan.next()) {
    const { record } = step.value;
    apply(facts, record);
    byType[record.type] = (byType[record.type] ?? 0) + 1;
    noteDispatch(record, sending, abandoned);
    if (record.type !== 'fillRecorded') continue;
    if (trades.has(record.tradeId)) repeatedTrades.push(record.tradeId);
    trades.add(record.tradeId);
  }
  const { damage, records } = step.value;
  return {
    facts,
    records,
    byType,
    sending,
    dispatched: sending.size - abandoned.size,
    trades,
    repeatedTrades,
    damage: damage === null ? null : `${damage.code} in ${damage.segment} at ${damage.offset}`,
  };
}

function noteDispatch(record: LedgerRecord, sending: Set<Label>, abandoned: Set<Label>): void {
  if (record.type === 'orderSending') sending.add(record.label);
  if (record.type === 'orderAbandoned' && sending.has(record.label)) abandoned.add(record.label);
}

/**
 * Facts as one comparable text, whatever container each part is in and in whatever order its keys
 * were made.
 */
export function digestFacts(facts: Facts): string {
  const canonical = canonicalJson({
    ...facts,
    orders: [...facts.orders],
    working: [...facts.working],
    seenIntents: facts.seenIntents.size,
    seenAttempts: facts.seenAttempts.size,
    seenTrades: [...facts.seenTrades],
    positions: [...facts.positions],
    cash: [...facts.cash],
    cashBooks: [...facts.cashBooks].map(([code, book]) => [
      code,
      { ...book, awaited: [...book.awaited], sessions: [...book.sessions] },
    ]),
    closedInstruments: [...facts.closedInstruments],
    equityMarks: [...facts.equityMarks],
    lossLatches: [...facts.lossLatches],
    // It may be no number, which JSON has no word for.
    traded: { day: facts.traded.day, turnover: String(facts.traded.turnover) },
    groups: [...facts.groups],
    openGroups: [...facts.openGroups],
    roles: [...facts.roles],
    churn: [...facts.churn],
  });
  return canonical.ok ? canonical.text : `not JSON at ${canonical.path}: ${canonical.rule}`;
}
