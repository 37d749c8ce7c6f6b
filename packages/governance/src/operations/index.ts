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
