import type { OperationsLockRead } from '../measured-event.ts';
import type { State } from '../state.ts';
import type { Output } from './output.ts';
import { clearRisk, raiseRisk } from './safety.ts';

/** While an operation that touches trading is at work, or has not ended well, nothing opens. */
export function onOperationsLockRead(
  state: State,
  { lock }: OperationsLockRead,
  output: Output,
): void {
  state.observations.operationsLock = lock;
  if (lock.state === 'free') clearRisk(state, 'operations_lock', 'fresh_input', output);
  else raiseRisk(state, 'operations_lock', output);
}
