import { OPEN_PERMISSION_REASON_CODES, type OpenPermissionReasonCode } from './codes.ts';

/**
 * CP-001: while any reason stands, nothing opens (contract-1 section 37). An observation, updated
 * in place (D-32); the list itself is replaced and frozen, so that whoever took it keeps what was
 * true then.
 */
export interface Latch {
  /** In contract order, each once. Empty means open. */
  reasons: readonly OpenPermissionReasonCode[];
}

/** What a full reconciliation proved. Only all three together open the latch. */
export interface ReconciliationProof {
  /** Every non-terminal ledger intent matches a venue order by label, and the other way round. */
  readonly ordersMatch: boolean;
  /** Venue positions equal the cumulative fills of the ledger within epsilon. */
  readonly positionsMatch: boolean;
  /** No trade is missing over the lookback. */
  readonly tradesComplete: boolean;
}

/** The latch trio of the status (AT-027, AT-342). */
export interface LatchView {
  readonly blocked: boolean;
  readonly reasons: readonly OpenPermissionReasonCode[];
  readonly requiresReconcile: boolean;
}

/**
 * Born set: every process starts latched, and nothing has to be remembered for it (D-13, AT-430).
 */
export function createLatch(): Latch {
  return { reasons: inOrder(new Set(['RESTART_RECONCILE_REQUIRED'])) };
}

/** Reasons accumulate. @returns false when this one stood already. */
export function setLatch(latch: Latch, reason: OpenPermissionReasonCode): boolean {
  if (latch.reasons.includes(reason)) return false;
  latch.reasons = inOrder(new Set([...latch.reasons, reason]));
  return true;
}

/**
 * The only way out. Without full proof nothing is cleared; with it, what remains is exactly the
 * causes that are still unresolved: a gap that is still open, a session that is still down.
 * @returns the reasons that were cleared.
 */
export function clearLatch(
  latch: Latch,
  proof: ReconciliationProof,
  unresolved: readonly OpenPermissionReasonCode[],
): readonly OpenPermissionReasonCode[] {
  const before = latch.reasons;
  const isProven = proof.ordersMatch && proof.positionsMatch && proof.tradesComplete;
  latch.reasons = inOrder(new Set(isProven ? unresolved : [...before, ...unresolved]));
  return before.filter((reason) => !latch.reasons.includes(reason));
}

export function viewLatch(latch: Latch): LatchView {
  const blocked = latch.reasons.length > 0;
  return { blocked, reasons: latch.reasons, requiresReconcile: blocked };
}

function inOrder(
  reasons: ReadonlySet<OpenPermissionReasonCode>,
): readonly OpenPermissionReasonCode[] {
  return Object.freeze(OPEN_PERMISSION_REASON_CODES.filter((code) => reasons.has(code)));
}
