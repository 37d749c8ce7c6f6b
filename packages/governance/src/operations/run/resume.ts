/**
 * Goes on with an operation whose process is gone or was halted (O-08, O-22). The log says where it
 * was; what it does not say for certain counts as done, and is undone.
 */
import type { RunEnd } from './exit-code.ts';
import { stateOf } from './machine.ts';
import type { RunPorts } from './ports.ts';
import { drive, enter, illegal, refused, sealedEnd, underLease } from './runner.ts';
import type { Standing } from './standing.ts';

export async function resumeOperation(ports: RunPorts): Promise<RunEnd> {
  const fold = stateOf(ports.log.records);
  if (!fold.ok) return illegal(fold);
  const { standing } = fold;
  const { state } = standing;
  if (state.name === 'DECLARED')
    return refused('not_validated', 'the declaration was not validated');
  if (state.name === 'SEALED') return tidyUp(ports, standing);
  return underLease(ports, standing, 'resume', (lease) => drive(ports, lease, true));
}

/**
 * Sealed: what a process that died afterwards had not yet put into the ledger is put there, and
 * what it still held is given back.
 */
async function tidyUp(ports: RunPorts, standing: Standing): Promise<RunEnd> {
  const sealed = sealedEnd(standing);
  const end = await underLease(ports, standing, 'resume', async () => {
    await enter(ports, standing);
    return sealed;
  });
  // Where another is at work, this one had given back its lease, which it does last of all.
  return end.end === 'refused' ? sealed : end;
}
