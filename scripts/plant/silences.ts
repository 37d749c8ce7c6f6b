/** Answers that prove nothing, read as if they did (D-14). */
import type { Plant } from './plant.ts';

const CLASS = 'read silence as an answer';
const OVER = ['closed-is-closed'];

export const SILENCES: readonly Plant[] = [
  {
    name: 'silence-read-as-refusal',
    class: CLASS,
    does: 'an order without an answer was refused',
    file: 'packages/deribit/src/order-client.ts',
    find: `  const failed = { kind: 'dispatchFailed', at, label: terms.label } as const;
  if (answer.ok === null) {
    return [{ ...failed, fault: answer.fault, outcome: 'unknown', venueCode: null }];`,
    replace: `  const failed = { kind: 'dispatchFailed', at, label: terms.label } as const;
  if (answer.ok === null) {
    return [{ ...failed, fault: answer.fault, outcome: 'refused', venueCode: null }];`,
    caughtBy: OVER,
    ground: 'worlds',
  },
  {
    name: 'doubtful-code-read-as-refusal',
    class: CLASS,
    does: 'any error code proves that no order was made',
    file: 'packages/deribit/src/protocol/errors.ts',
    find: '  return REFUSALS.includes(classOf(code));',
    replace: "  return REFUSALS.length > 0 && classOf(code) !== 'session';",
    caughtBy: OVER,
    ground: 'worlds',
  },
  {
    name: 'answer-still-out-not-waited-for',
    class: CLASS,
    does: 'reconciliation judges orders whose answer is still out',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '    if (at - since < RECONCILE_TIMEOUT_MS) labels.add(label);',
    replace: '    if (at < since) labels.add(label);',
    caughtBy: [...OVER, 'no-duplicate-dispatch'],
    ground: 'worlds',
  },
  {
    name: 'silence-latches-nothing',
    class: CLASS,
    does: 'an order of unknown fate is no reason to ask the venue',
    file: 'packages/core/src/turn/account.ts',
    find: `  if (event.outcome === 'unknown') {
    block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
`,
    replace: `  if (event.outcome === 'unknown') {
`,
    caughtBy: ['no-open-in-doubt'],
    ground: 'worlds',
  },
  {
    name: 'timer-asks-no-more',
    class: CLASS,
    does: 'the timer that compares ledger and venue is set once and never comes',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '    snapshot.at + (isSoon ? RECONCILE_RETRY_MS : session.reconcileIntervalMs),',
    replace: '    snapshot.at + (isSoon ? RECONCILE_RETRY_MS : session.reconcileIntervalMs * 1e6),',
    caughtBy: ['compared-within-a-minute'],
    ground: 'scenarios',
  },
  {
    name: 'cancel-read-as-cancelled',
    class: CLASS,
    does: 'a cancel without an answer has cancelled',
    file: 'packages/deribit/src/order-client.ts',
    find: `  const failed = { kind: 'cancelFailed', at, label, instrument } as const;
  if (answer.ok === null) {
`,
    replace: `  const failed = { kind: 'cancelFailed', at, label, instrument } as const;
  if (answer.ok === null) {
    const gone = { state: 'cancelled', venueOrderId: null, filledE8: 0, venueCode: null } as const;
    const told = { kind: 'orderReported', at, source: 'reply', label, cause: null } as const;
    if (instrument !== null) return [{ ...told, ...gone } as never];
`,
    caughtBy: OVER,
    ground: 'worlds',
  },
];
