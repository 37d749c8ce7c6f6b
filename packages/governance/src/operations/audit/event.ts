/**
 * What happens to an operation, in the order it happened (section 9.14). One line of canonical JSON
 * each, chained: `hash` is the SHA-256 of the record without it, `prev_hash` the hash of the record
 * before; the first one follows the last sealed record of its environment. Steps are counted from
 * one, as people read them.
 */
import type { Declaration } from '../declaration.ts';
import type { Fault } from '../fault.ts';
import type { GateRecord } from '../gate.ts';
import type { Action } from '../step.ts';

/** The operator cannot type it: it follows from the log (section 9.8). */
export type Outcome = 'SUCCESS' | 'ROLLBACK' | 'PARTIAL';

/** What the runner wrote down before it changed a thing, and puts back from (section 9.14). */
export type UndoRecord =
  | { readonly kind: 'file'; readonly path: string; readonly before: FileBefore }
  | { readonly kind: 'service'; readonly service: string; readonly before: ServiceBefore }
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  | { readonly kind: 'nothing' };

/** `contentRef` names a file beside the log, by the SHA-256 of what it holds. */
export type FileBefore =
  | { readonly state: 'absent' }
  | {
      readonly state: 'file';
      readonly contentRef: string;
      readonly sha256: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

export interface ServiceBefore {
  readonly active: boolean;
  readonly enabled: boolean | null;
}

/** What a step printed: bounded and redacted here, whole in a file named by its digest. */
export interface Output {
  readonly text: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly ref: string | null;
}

/** A change of a watched path, found by comparing what was there before and after. */
export interface Change {
  readonly path: string;
  readonly what: 'created' | 'changed' | 'deleted' | 'mode' | 'owner';
  readonly inScope: boolean;
}

export type Approver = {
  readonly approver: string;
  readonly role: string;
  readonly key_id: string;
  readonly at: string;
  readonly expires_at: string;
  readonly self: boolean;
};

export type AuditEvent =
  | { readonly event: 'declared'; readonly declaration: Declaration; readonly digest: string }
  | { readonly event: 'validated'; readonly faults: readonly Fault[] }
  | ({ readonly event: 'approval'; readonly digest: string } & Approver)
  | { readonly event: 'approval_rejected'; readonly code: ApprovalFault; readonly detail: string }
  | {
      readonly event: 'preflight';
      readonly host: string;
      readonly gates: readonly GateRecord[];
      readonly free_bytes: number;
      readonly passed: boolean;
      /** What was amiss and stopped nobody. */
      readonly warnings?: readonly string[];
    }
  | {
      readonly event: 'step_started';
      readonly step: number;
      readonly title: string;
      readonly command: string;
      readonly undo: UndoRecord;
      /** What was there before it, held beside the log: a killed step is still looked at. */
      readonly manifest?: string;
    }
  | {
      readonly event: 'step_finished';
      readonly step: number;
      readonly status: 'PASS' | 'FAIL';
      readonly exit_code: number | null;
      readonly output: Output;
      readonly changes: readonly Change[];
    }
  | {
      readonly event: 'verification';
      /** `final`: the gates of the whole; `rollback`: the same after everything was undone. */
      readonly step: number | 'final' | 'rollback';
      readonly gates: readonly GateRecord[];
      readonly status: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
    }
  | {
      readonly event: 'scope_violation';
      readonly step: number;
      readonly changes: readonly Change[];
    }
  | { readonly event: 'halt'; readonly question: string; readonly options: readonly string[] }
  | ({ readonly event: 'answer'; readonly option: string } & Approver)
  | { readonly event: 'rollback_started'; readonly why: string; readonly noop: boolean }
  | {
      readonly event: 'undo';
      readonly step: number;
      readonly status: 'PASS' | 'FAIL';
      readonly detail: string;
      readonly gates: readonly GateRecord[];
    }
  | {
      readonly event: 'rollback_finished';
      readonly complete: boolean;
      /** What was left as it should not be, where it is not complete. */
      readonly left: readonly string[];
    }
  | { readonly event: 'report'; readonly sha256: string }
  | { readonly event: 'sealed'; readonly outcome: Outcome }
  /** A crash ended the log in the middle of a line: it was cut off, and lies in the file `ref`. */
  | { readonly event: 'torn_line_cut'; readonly bytes: number; readonly ref: string }
  | {
      readonly event: 'amendment';
      readonly outcome: 'ROLLBACK';
      readonly rollback_timestamp: string;
      /** Hashes of the records that tell of the rollback, what was verified among them. */
      readonly rollback_evidence: readonly string[];
      readonly actor: string;
    };

export type ApprovalFault =
  | 'approval_missing'
  | 'approval_expired'
  | 'approval_digest_mismatch'
  | 'approval_unsigned'
  | 'approver_unknown'
  | 'self_approval_not_allowed'
  | 'approval_after_execution'
  | 'second_approver_missing'
  | 'roles_not_different'
  /** The trust roots give the signer no such role. */
  | 'role_not_held'
  /** Signed for another question than the one that is open. */
  | 'answer_other_question'
  /** Signed for another option than the one that is claimed. */
  | 'answer_other_option';

export interface AuditRecord {
  readonly v: 1;
  readonly seq: number;
  /** UTC with its Z, to the millisecond. */
  readonly ts: string;
  readonly operation_id: string;
  readonly host: string;
  readonly actor: string;
  readonly payload: AuditEvent;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Where events go. An event is on disk when this returns; it throws where it could not be. */
export interface AuditLog {
  append(payload: AuditEvent): AuditRecord;
  readonly records: readonly AuditRecord[];
  /** Keeps all of an output beside the log, and answers what goes into the record. */
  keep(bytes: Uint8Array): Output;
  /** Keeps what a file held, unredacted and for its owner alone; answers its `contentRef`. */
  hold(content: Uint8Array): string;
  /** The file behind a `ref` or a `contentRef`; null where it is gone or is not what it was. */
  kept(ref: string): Uint8Array | null;
}
