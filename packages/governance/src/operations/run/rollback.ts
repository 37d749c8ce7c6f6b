/** Takes back a success, later: from its log, by the same rules, told as an amendment (G-42). */
import type { RunEnd } from './exit-code.ts';
import { stateOf } from './machine.ts';
import { append, lackingOf } from './ports.ts';
import type { RunPorts } from './ports.ts';
import { drive, illegal, refused, underLease } from './runner.ts';
import { hasMutated } from './standing.ts';
import type { Standing } from './standing.ts';

export interface RollbackPorts extends RunPorts {
  /**
   * The id of a later operation of the environment that touched one of these; null where none did.
   * Putting an old file back over a newer change would undo what nobody asked to undo.
   */
  readonly touchedSince: (
    paths: readonly string[],
    services: readonly string[],
  ) => Promise<string | null>;
}

/** `lacking` judges the approvals of this rollback; the operation itself may have expired. */
export async function rollBackOperation(ports: RollbackPorts, why: string): Promise<RunEnd> {
  const fold = stateOf(ports.log.records);
  if (!fold.ok) return illegal(fold);
  const { standing } = fold;
  const { state, declaration } = standing;
  if (state.name !== 'SEALED' || state.outcome !== 'SUCCESS' || !hasMutated(standing)) {
    return refused('nothing_to_roll_back', `the operation is ${describe(standing)}`);
  }
  return underLease(ports, standing, 'rollback', async (lease) => {
    const { ALLOWED_PATHS: paths, ALLOWED_SERVICES: services } = declaration;
    const later = await ports.touchedSince(paths, services);
    if (later !== null) return refused('touched_since', later);
    const lacking = await lackingOf(ports);
    if (lacking !== null) return refused(lacking, 'the rollback is not approved');
    append(ports, { event: 'rollback_started', why, noop: false });
    return drive(ports, lease, false);
  });
}

function describe({ state }: Standing): string {
  return state.name === 'SEALED' ? `${state.name} ${state.outcome}` : state.name;
}
