export type { CancelContext, Replacement } from './cancel-permission.ts';
export { assessCancel, assessReplace } from './cancel-permission.ts';
export type { CapitalAxis, MarketAxis, SystemAxis } from './axes.ts';
export { resolveTriple } from './axes.ts';
export type { Ceiling } from './ceilings.ts';
export { CEILINGS } from './ceilings.ts';
export type { Certificate, CertificateState, RuntimeIdentity } from './certificate.ts';
export { CONTRACT_VERSION, certificateExpiresAt, certificateState } from './certificate.ts';
export type {
  KillReasonCode,
  ModeReasonCode,
  OpenPermissionReasonCode,
  ReduceOnlyReasonCode,
} from './codes.ts';
export {
  KILL_REASON_CODES,
  OPEN_PERMISSION_REASON_CODES,
  REDUCE_ONLY_REASON_CODES,
} from './codes.ts';
export type { EmergencyState } from './emergency.ts';
export { callEmergency, createEmergency, isEmergencyActive, noteReconciled } from './emergency.ts';
export { explainMode } from './explain.ts';
export type {
  GuardInputs,
  Reading,
  SafetyOverride,
  SafetyOverrides,
} from './inputs.ts';
export type { Latch, LatchView, ReconciliationProof } from './latch.ts';
export { clearLatch, createLatch, setLatch, viewLatch } from './latch.ts';
export type { OperationsLock } from './operations-lock.ts';
export { isSameLock } from './operations-lock.ts';
export type { MonitorFinding } from './monitors/finding.ts';
export { sayFinding } from './monitors/finding.ts';
export type {
  EquityMark,
  EquityMarkName,
  LossLimit,
  LossMeasure,
  LossUnknown,
} from '../position/losses.ts';
export { dayOf, LOSS_LIMIT_KEYS, LOSS_LIMITS, measureLoss, weekOf } from '../position/losses.ts';
export type { ResolvedMode, RiskState, TradingMode } from './mode.ts';
export { resolveMode } from './resolve.ts';
export type { ClearingCause, RiskCause, RiskCauses } from './risk-state.ts';
export {
  clearCause,
  clearCooledDown,
  clearReconciled,
  createRiskCauses,
  currentRiskState,
  RISK_CAUSES,
  raiseCause,
  standingCauses,
} from './risk-state.ts';
export type { SessionKill } from './session-kill.ts';
export {
  clearSessionKill,
  count10028,
  createSessionKill,
  note10028,
  SESSION_KILL_REMEMBERED,
} from './session-kill.ts';
