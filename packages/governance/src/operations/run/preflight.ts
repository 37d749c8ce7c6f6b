/** Before anything is touched: a sound beginning, room, and a way back. */
import { faultName } from '../fault.ts';
import type { GateRecord } from '../gate.ts';
import { append, askAll, detailOf } from './ports.ts';
import type { RunPorts } from './ports.ts';
import { baselineGates, unverified, verdictOf } from './standing.ts';
import type { Standing } from './standing.ts';

/**
 * Looks, and records what it saw. Answers why the operation may not begin, with its operand; null
 * where it may, or where a gate could not be asked and nothing else is wrong: that is a question.
 */
export async function preflight(standing: Standing, ports: RunPorts): Promise<string | null> {
  const { declaration } = standing;
  const { backend } = ports;
  const gates = await askAll(backend, baselineGates(declaration), ports.clock());
  const free = await freeBytes(ports);
  const why =
    spaceFault(free, ports) ??
    gateFault(gates) ??
    verificationFault(standing) ??
    (await rollbackFault(standing, ports));
  const passed = why === null && verdictOf(gates) === 'PASS';
  const warnings = (await ports.warnings?.()) ?? [];
  append(ports, {
    event: 'preflight',
    host: backend.host,
    gates,
    free_bytes: free,
    passed,
    ...(warnings.length === 0 ? {} : { warnings }),
  });
  return why;
}

/** Room that cannot be measured is none. */
async function freeBytes({ backend }: RunPorts): Promise<number> {
  try {
    const free = await backend.freeBytes();
    return Number.isSafeInteger(free) && free > 0 ? free : 0;
  } catch {
    return 0;
  }
}

function spaceFault(free: number, { freeBytesMin: least }: RunPorts): string | null {
  return free < least ? `disk_space:${free}<${least}` : null;
}

/** What fails already would fail afterwards, and prove nothing. */
function gateFault(gates: readonly GateRecord[]): string | null {
  const failed = gates.find(({ answer }) => answer === 'fail');
  return failed === undefined ? null : `baseline_failed:${failed.gate.kind}`;
}

function verificationFault({ declaration }: Standing): string | null {
  const step = unverified(declaration);
  return step === null ? null : `step_missing_verification:${step}`;
}

/** Links and mounts may have moved since the declaration was judged. */
async function rollbackFault({ declaration }: Standing, ports: RunPorts): Promise<string | null> {
  for (const [index, step] of declaration.steps.entries()) {
    for (const action of step.rollback ?? []) {
      const what = `rollback_out_of_scope:${index + 1}`;
      try {
        const fault = await ports.assess(action);
        if (fault !== null) return `${what}:${faultName(fault)}`;
      } catch (error) {
        return `${what}:${detailOf(error)}`;
      }
    }
  }
  return null;
}
