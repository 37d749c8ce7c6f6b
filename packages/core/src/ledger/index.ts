export type { Decoded, RecordFault, StructureRule } from './codec.ts';
export { decodeRecord, encodeRecord, findFault } from './codec.ts';
export type {
  AtomicNakedEventRecorded,
  ContainmentPlanned,
  GroupLegTerms,
  GroupRecorded,
  GroupStateChanged,
  NakedEventCause,
} from './group-records.ts';
export type { FieldRule } from './kind.ts';
export { LEDGER_RECORD_TYPES, SCHEMA_VERSION } from './plan.ts';
export type { LedgerReceipt } from './receipt.ts';
export type {
  AbandonCause,
  Anomaly,
  AnomalyRecorded,
  CloseCause,
  DecisionContext,
  EquityMarked,
  FillRecorded,
  InstrumentClosed,
  IntentRecorded,
  LatchCleared,
  LatchSet,
  LedgerProbed,
  LedgerRecord,
  LossLatched,
  LossLatchReset,
  ObservationSource,
  OperatorCommandRecorded,
  OrderAbandoned,
  OrderAcked,
  OrderClosed,
  OrderSending,
  PolicyActivated,
  PresenceRecorded,
  SessionStarted,
  SettlementRecorded,
} from './record.ts';
export { callsEmergency, ENDPOINT, WATCHDOG } from './record.ts';
export type { AppendRefusal, LedgerWaiver } from './waiver.ts';
export { waive } from './waiver.ts';
