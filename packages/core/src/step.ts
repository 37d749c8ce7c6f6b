import { apply } from './apply.ts';
import type { Effect } from './effect.ts';
import type { Event, IntentEvent, ShellEvent } from './event.ts';
import { unreachable } from './assert.ts';
import type { LedgerRecord } from './ledger/record.ts';
import { createState } from './initial-state.ts';
import type { State } from './state.ts';
import { onAccountObserved, onDispatchFailed, onFillObserved } from './turn/account.ts';
import { onCashAcknowledge } from './turn/accounting.ts';
import { onCancelFailed } from './turn/cancel.ts';
import { onOrderReported, onSettlementObserved } from './turn/account.ts';
import { contain, isContaining } from './turn/containment.ts';
import { onIntentProposed } from './turn/intent.ts';
import { onAppendRefused, onLedgerMeasured, onLedgerStalled, onRecorded } from './turn/ledger.ts';
import { onLossResetCommanded } from './turn/losses.ts';
import {
  onBookChanged,
  onIndexChanged,
  onInstrumentsListed,
  onTickerChanged,
  onVolatilityIndex,
} from './turn/market.ts';
import { reportMode } from './turn/mode.ts';
import {
  judgeMonitors,
  keepMonitorsCurrent,
  onClockMeasured,
  onNetworkMeasured,
} from './turn/monitors.ts';
import { Output } from './turn/output.ts';
import { endPresence, onPresenceAttested, onPresenceEnded } from './turn/presence.ts';
import { onFetchFailed, onVenueSnapshot } from './turn/reconciliation.ts';
import { onCloseOutCommanded } from './turn/reduction.ts';
import { resume } from './turn/resume.ts';
import { onPublicTrade } from './turn/public-trades.ts';
import { onPublicTrades } from './turn/trade-proof.ts';
import {
  onSessionChanged,
  onSessionTerminated,
  reportAbstentions,
  suspend,
} from './turn/session.ts';
import { onOperationsLockRead } from './turn/operations-lock.ts';
import { onSmileGuardTripped } from './turn/smile-guard.ts';
import { onVenueHealth } from './turn/venue-health.ts';
import { onCertificateRead, onHeartbeatObserved } from './turn/shell.ts';
import { onDiskMeasured, onFaultObserved, onOperatorCommanded } from './turn/shell.ts';
import { onOutputMeasured, onPolicyOffered, onTicked } from './turn/shell.ts';

export type { Session, State } from './state.ts';
export { currentMode, modeDetails } from './turn/mode.ts';
export { acknowledgeRefusal } from './turn/accounting.ts';
export { lossNow, resetRefusal } from './turn/losses.ts';
export { createState, resume };

/**
 * Recovery is this same fold over the same records, with nothing set in motion (architecture §2).
 */
export function recover(state: State, record: LedgerRecord): void {
  apply(state.facts, record);
}

/** They change no mode, or look themselves whether they did: the hot path. */
const REPORTS_ITSELF: ReadonlySet<Event['kind']> = new Set<Event['kind']>([
  'bookChanged',
  'tickerChanged',
  'intentProposed',
]);

/** What they decide and let go, they decide by what is known at that moment. */
const DECIDES: ReadonlySet<Event['kind']> = new Set<Event['kind']>([
  'intentProposed',
  'recorded',
  'appendRefused',
  'ledgerStalled',
  'ticked',
]);

/** News after which a group, or what contains it, may have a next step. */
const MOVES_GROUPS: ReadonlySet<Event['kind']> = new Set<Event['kind']>([
  'recorded',
  'appendRefused',
  'ledgerStalled',
  'orderReported',
  'fillObserved',
  'dispatchFailed',
  'venueSnapshotObserved',
  'ticked',
]);

/** What monitors look at, or what they look for, may be another one after these. */
const IS_MONITORED: ReadonlySet<Event['kind']> = new Set<Event['kind']>([
  'indexChanged',
  'volatilityIndexChanged',
  'publicTradeObserved',
  'networkMeasured',
  'clockMeasured',
  'venueHealthObserved',
  'instrumentsListed',
  'policyOffered',
  'recorded',
  'sessionChanged',
  'sessionTerminated',
]);

type StrategySaid = Exclude<IntentEvent, { kind: 'intentProposed' }>;

const output = new Output();

/**
 * The only entrance: one event in, effects out. Deterministic in the events and their order;
 * `state` is owned here and changed in place (D-32), Facts only through `apply`. Not re-entrant:
 * the loop has one writer.
 */
export function step(
  state: State,
  event: Event,
): { readonly state: State; readonly effects: readonly Effect[] } {
  const { observations } = state;
  // Time is what the shell says, and never goes back: an older stamp is news that waited in the
  // inbox.
  if (event.at > observations.now) observations.now = event.at;
  output.begin(observations.now);
  if (DECIDES.has(event.kind)) keepMonitorsCurrent(state);
  endPresence(state, output);
  handle(state, event, output);
  if (!REPORTS_ITSELF.has(event.kind)) {
    if (IS_MONITORED.has(event.kind)) judgeMonitors(state);
    else keepMonitorsCurrent(state);
    reportMode(state, output);
  }
  if (MOVES_GROUPS.has(event.kind) && isContaining(state)) contain(state, output);
  return { state, effects: output.take() };
}

function handle(state: State, event: Event, out: Output): void {
  switch (event.kind) {
    case 'bookChanged':
      return onBookChanged(state, event, out);
    case 'tickerChanged':
      return onTickerChanged(state, event, out);
    case 'indexChanged':
      return onIndexChanged(state, event);
    case 'publicTradeObserved':
      return onPublicTrade(state, event, out);
    case 'publicTradesObserved':
      return onPublicTrades(state, event, out);
    case 'volatilityIndexChanged':
      return onVolatilityIndex(state, event);
    case 'instrumentsListed':
      return onInstrumentsListed(state, event);
    case 'intentProposed':
      return onIntentProposed(state, event, out);
    case 'recorded':
      return onRecorded(state, event, out);
    case 'appendRefused':
      return onAppendRefused(state, event, out);
    case 'ledgerStalled':
      return onLedgerStalled(state, out);
    case 'ledgerMeasured':
      return onLedgerMeasured(state, event);
    case 'orderReported':
      return onOrderReported(state, event, out);
    case 'fillObserved':
      return onFillObserved(state, event, out);
    case 'settlementObserved':
      return onSettlementObserved(state, event, out);
    case 'dispatchFailed':
      return onDispatchFailed(state, event, out);
    case 'cancelFailed':
      return onCancelFailed(state, event, out);
    case 'accountObserved':
      return onAccountObserved(state, event, out);
    case 'venueSnapshotObserved':
      return onVenueSnapshot(state, event, out);
    case 'venueHealthObserved':
      return onVenueHealth(state, event, out);
    case 'sessionTerminated':
      return onSessionTerminated(state, event, out);
    case 'fetchFailed':
      return onFetchFailed(state, event, out);
    case 'sessionChanged':
      return onSessionChanged(state, event.connected, out);
    default:
      return handleShell(state, event, out);
  }
}

function handleShell(state: State, event: ShellEvent | StrategySaid, out: Output): void {
  switch (event.kind) {
    case 'strategyFailed':
      return suspend(state, event, out);
    case 'strategyAbstained':
      return reportAbstentions(event, out);
    case 'ticked':
      return onTicked(state, out);
    case 'heartbeatObserved':
      return onHeartbeatObserved(state, event);
    case 'diskMeasured':
      return onDiskMeasured(state, event);
    case 'outputMeasured':
      return onOutputMeasured(state, event, out);
    case 'networkMeasured':
      return onNetworkMeasured(state, event);
    case 'clockMeasured':
      return onClockMeasured(state, event, out);
    case 'smileGuardTripped':
      return onSmileGuardTripped(state, event, out);
    case 'operationsLockRead':
      return onOperationsLockRead(state, event, out);
    case 'certificateRead':
      return onCertificateRead(state, event);
    case 'policyOffered':
      return onPolicyOffered(state, event, out);
    case 'operatorCommanded':
      return onOperatorCommanded(state, event, out);
    case 'closeOutCommanded':
      return onCloseOutCommanded(state, event);
    case 'lossResetCommanded':
      return onLossResetCommanded(state, event, out);
    case 'presenceAttested':
      return onPresenceAttested(state, event, out);
    case 'cashAcknowledgeCommanded':
      return onCashAcknowledge(state, event, out);
    case 'presenceEnded':
      return onPresenceEnded(state, out);
    case 'faultObserved':
      return onFaultObserved(state, event, out);
    default:
      unreachable(event);
  }
}
