/** Lists of words a scenario may use, as the code spells them. */

/** What a process may be told to die of. */
export const CRASH_KINDS = ['event', 'append', 'submit', 'cancel', 'fetch', 'report'] as const;

/** The moments at which a process may be told to die. */
export const MOMENTS = [
  'append',
  'submit',
  'placed',
  'cancel',
  'fetch',
  'recorded',
  'orderReported',
  'fillObserved',
  'dispatchFailed',
  'venueSnapshotObserved',
] as const;

/** What it may be waiting to hear back, and what can be counted. */
export const RECORDS = [
  'sessionStarted',
  'policyActivated',
  'intentRecorded',
  'orderSending',
  'orderAbandoned',
  'orderAcked',
  'orderClosed',
  'fillRecorded',
  'latchSet',
  'latchCleared',
  'operatorCommandRecorded',
  'anomalyRecorded',
  'groupRecorded',
  'groupStateChanged',
  'containmentPlanned',
  'atomicNakedEventRecorded',
  'reductionTakenOver',
  'cashBegun',
  'cashRecorded',
  'cashMismatched',
  'cashAcknowledged',
] as const;

/** Of one order, as the ledger has it; `None`: it has none. */
export const ORDER_STATES = [
  'None',
  'Created',
  'Sent',
  'Acked',
  'PartiallyFilled',
  'Filled',
  'Canceled',
  'Failed',
] as const;
