/** The door of the ops governor: what other rooms and the generated documents may name. */
export { assessCommand, assessProgram } from './command.ts';
export { DeclarationSchema, parseDeclaration } from './declaration.ts';
export type { Forbidden, ForbiddenRead, NearMiss } from './forbidden.ts';
export { loadForbidden, nearMisses } from './forbidden.ts';
export type { LintRules } from './lint.ts';
export { assessAction, lintDeclaration } from './lint.ts';
export { operationSchema } from './operation-schema.ts';
export { planLines, spellAction, spellGate } from './plan.ts';
export type { PathProbe } from './probe.ts';
export { realProbe } from './probe.ts';
export type { CommandAnswer } from './prompt-command.ts';
export { promptFill } from './prompt-command.ts';
export type { DeclarationRead } from './read.ts';
export { declarationDigest, readDeclaration, readDeclarationFile } from './read.ts';
export { postgresFault, redisFault } from './read-only.ts';
export { readRunbook } from './runbook.ts';
export type { ScopeDecision, ScopeRules } from './scope.ts';
export { assessAllowedPath, assessFile, assessService, canonicalUnit } from './scope.ts';

// Proof: what happened, who approved, what is said of it afterwards.
export { NO_HASH } from './audit/chain.ts';
export type { AuditLogOptions, AuditOpened, HeldAuditLog } from './audit/log.ts';
export { createAuditLog, openAuditLog } from './audit/log.ts';
export { outcomeOf } from './audit/outcome.ts';
export { redactText } from './audit/redact.ts';
export { writeReport } from './audit/report-file.ts';
export { renderStepLog } from './audit/step-log.ts';
export { verifyAudit } from './audit/verify-audit.ts';
export { anchorEntry } from './signoff/anchor.ts';
export { judgeApprovals, readApprovals, signApproval } from './signoff/approval.ts';
export { judgeApprovers } from './signoff/approver-set.ts';
export { checkMessageFile, checkRange, checkStaged } from './signoff/commit-check.ts';
export { installHooks } from './signoff/hooks.ts';
export { allocateId, environmentHead, findEntry, RUNS_FOLDER } from './signoff/ledger.ts';
export { requirementOf } from './signoff/requirement.ts';
export { amendOperation, sealOperation } from './signoff/seal.ts';
export { verifyLedger } from './signoff/verify-ledger.ts';
