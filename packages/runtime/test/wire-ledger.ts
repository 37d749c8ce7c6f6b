/** A ledger as a judge reads it: every record from its bytes, nothing let go. */
import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { folderSource, scanLedger } from '../src/ledger/index.ts';

type ObservationSource = Of<'fillRecorded'>['source'];
type Of<Type extends LedgerRecord['type']> = Extract<LedgerRecord, { type: Type }>;

export interface LedgerStory {
  readonly facts: Facts;
  readonly intents: ReadonlyMap<string, Of<'intentRecorded'>>;
  /** How often the marker of each label was recorded. */
  readonly markers: ReadonlyMap<string, number>;
  /** Markers of a process that had not reconciled yet. */
  readonly early: readonly string[];
  readonly abandoned: ReadonlySet<string>;
  readonly acked: ReadonlySet<string>;
  /** The last word on each order that did not end by its fills. */
  readonly closed: ReadonlyMap<string, Of<'orderClosed'>>;
  /** How the ledger first heard anything of an order from the exchange. */
  readonly heardFirst: ReadonlyMap<string, ObservationSource>;
  readonly fills: readonly Of<'fillRecorded'>[];
  readonly anomalies: readonly Of<'anomalyRecorded'>[];
  readonly sessions: readonly Of<'sessionStarted'>[];
}

export function readStory(folder: string): LedgerStory {
  const facts = createFacts();
  const intents = new Map<string, Of<'intentRecorded'>>();
  const markers = new Map<string, number>();
  const early: string[] = [];
  const abandoned = new Set<string>();
  const acked = new Set<string>();
  const closed = new Map<string, Of<'orderClosed'>>();
  const heardFirst = new Map<string, ObservationSource>();
  const fills: Of<'fillRecorded'>[] = [];
  const anomalies: Of<'anomalyRecorded'>[] = [];
  const sessions: Of<'sessionStarted'>[] = [];
  let reconciled = false;
  for (const { record } of scanLedger(folderSource(folder))) {
    apply(facts, record);
    if ('source' in record && record.label !== null && !heardFirst.has(record.label)) {
      heardFirst.set(record.label, record.source);
    }
    if (record.type === 'sessionStarted') {
      sessions.push(record);
      reconciled = false;
    }
    if (record.type === 'latchCleared') reconciled = true;
    if (record.type === 'intentRecorded') intents.set(record.terms.label, record);
    if (record.type === 'orderSending') {
      markers.set(record.label, (markers.get(record.label) ?? 0) + 1);
      if (!reconciled) early.push(record.label);
    }
    if (record.type === 'orderAbandoned') abandoned.add(record.label);
    if (record.type === 'orderAcked') acked.add(record.label);
    if (record.type === 'orderClosed') closed.set(record.label, record);
    if (record.type === 'fillRecorded') fills.push(record);
    if (record.type === 'anomalyRecorded') anomalies.push(record);
  }
  return {
    facts,
    intents,
    markers,
    early,
    abandoned,
    acked,
    closed,
    heardFirst,
    fills,
    anomalies,
    sessions,
  };
}
