import { expect, it } from 'vitest';
import type { ApprovalFault } from '../audit/event.ts';
import { EXIT_CODES, exitCodeOf } from './exit-code.ts';
import type { RunEnd } from './exit-code.ts';

const SEALED = { end: 'sealed', left: [], strayed: [], rollbackFailed: false } as const;
const STRAYED = [{ path: '/x', what: 'created', inScope: false }] as const;

it.each<[RunEnd, keyof typeof EXIT_CODES]>([
  [{ ...SEALED, outcome: 'SUCCESS' }, 'ok'],
  [{ ...SEALED, outcome: 'ROLLBACK' }, 'rolled_back'],
  [{ ...SEALED, outcome: 'PARTIAL', strayed: STRAYED }, 'scope_violation'],
  [{ ...SEALED, outcome: 'PARTIAL', rollbackFailed: true }, 'rollback_failed'],
  [{ ...SEALED, outcome: 'PARTIAL', rollbackFailed: true, strayed: STRAYED }, 'rollback_failed'],
  [{ end: 'halted', question: 'and now?', options: [] }, 'halted'],
  [{ end: 'refused', code: 'not_validated', detail: '' }, 'invalid'],
  [{ end: 'refused', code: 'environment_latched', detail: '' }, 'invalid'],
  [{ end: 'stopped', code: 'audit_unwritable', detail: '' }, 'integrity_violation'],
])('%o exits as %s', (end, code) => {
  expect(exitCodeOf(end)).toBe(EXIT_CODES[code]);
});

it('every fault of an approval exits as one', () => {
  const faults: Record<ApprovalFault, true> = {
    approval_missing: true,
    approval_expired: true,
    approval_digest_mismatch: true,
    approval_unsigned: true,
    approver_unknown: true,
    self_approval_not_allowed: true,
    approval_after_execution: true,
    second_approver_missing: true,
    roles_not_different: true,
    role_not_held: true,
    answer_other_question: true,
    answer_other_option: true,
  };
  for (const code of Object.keys(faults) as ApprovalFault[]) {
    expect(exitCodeOf({ end: 'refused', code, detail: '' })).toBe(3);
  }
});
