/** The door of the ops governor: what other rooms and the generated documents may name. */
export { DeclarationSchema, parseDeclaration } from './declaration.ts';
export type { ExitCode, RunEnd } from './run/exit-code.ts';
export { EXIT_CODES, exitCodeOf } from './run/exit-code.ts';
export type { ClearAnswer, Latch, LockPlace, OperationsLock } from './run/latch.ts';
export { clearLatch, readLatch, takeLease } from './run/latch.ts';
export type { Fold, Move } from './run/machine.ts';
export { stateOf } from './run/machine.ts';
export type { RunPorts } from './run/ports.ts';
export { resumeOperation } from './run/resume.ts';
export type { RollbackPorts } from './run/rollback.ts';
export { rollBackOperation } from './run/rollback.ts';
export { runOperation } from './run/runner.ts';
