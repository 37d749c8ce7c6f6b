/**
 * A state that cannot be. Caught in one place only; the process ends and recovery is the ordinary
 * start.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantViolation(rule);
}

/** Makes a `switch` over a union fail to compile when a member is added and not handled. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unhandled case ${JSON.stringify(value)}`);
}
