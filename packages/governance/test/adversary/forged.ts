/** Logs that nobody wrote: each in a chain without a flaw. */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { digestOf, lineOf, NO_HASH } from '@holdfast/runtime/proof';
import type { Declaration, RiskClass } from '../../src/operations/declaration.ts';
import { seen } from '../../src/operations/audit/records.fixture.ts';
import { baselineGates } from '../../src/operations/run/standing.ts';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

/** Records nobody wrote, in a chain without a flaw. */
function madeUp(ground: Ground, declaration: Declaration, payloads: readonly object[]): void {
  const { operation_id: id, host } = declaration;
  for (const name of ['outputs', 'undo']) {
    fs.mkdirSync(join(ground.folder(id), name), { recursive: true });
  }
  const ts = new Date().toISOString();
  const first = { event: 'declared', declaration, digest: digestOf(declaration) };
  let before: string = NO_HASH;
  const lines = [first, { event: 'validated', faults: [] }, ...payloads].map((payload, seq) => {
    const base = { v: 1, seq, ts, operation_id: id, host, actor: 'ana' };
    const made = lineOf({ ...base, payload, prev_hash: before });
    before = made.hash;
    return made.line;
  });
  fs.writeFileSync(join(ground.folder(id), 'audit.jsonl'), lines.join(''));
}

/** A chain that is whole and was never written by the governor: nobody judged what it declares. */
const UNJUDGED: Attack = {
  title: 'O-14 a log is made up: no class, no approval, and a chain without a flaw',
  how: 'typed',
  prepare: async (ground) => {
    const id = await ground.newId();
    madeUp(ground, { ...ground.declaration(id), RISK_CLASS: 'READ_ONLY' }, []);
    return ['run', id];
  },
  exit: 2,
  says: 'step_exceeds_risk_class',
};

/** Its undo would put back a content of the forger's choice. */
const forgedStart = (title: string, riskClass: RiskClass, exit: number, says: string): Attack => ({
  title: `O-08 a log is made up in which a step has begun: ${title}`,
  how: 'composed',
  prepare: async (ground) => {
    const id = await ground.newId();
    const declaration = { ...ground.declaration(id), RISK_CLASS: riskClass };
    const content = Buffer.from('owned');
    const sha256 = hash('sha256', content);
    const [step] = declaration.steps;
    const path = step?.action.kind === 'fs.write' ? step.action.path : '';
    const held = { state: 'file', contentRef: sha256, sha256, mode: 0o644 };
    const before = { ...held, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const gates = baselineGates(declaration).map((gate) => seen(gate));
    const { host } = declaration;
    madeUp(ground, declaration, [
      { event: 'preflight', host, gates, free_bytes: 1e12, passed: true },
      {
        event: 'step_started',
        step: 1,
        title: step?.title ?? '',
        command: 'x',
        undo: { kind: 'file', path, before },
      },
    ]);
    fs.writeFileSync(join(ground.folder(id), 'undo', sha256), content);
    return ['resume', id];
  },
  exit,
  says,
  unsaid: ['rollback_started'],
});

export const FORGED: readonly Attack[] = [
  UNJUDGED,
  forgedStart('nobody approved', 'FILESYSTEM_WRITE', 3, 'approval_missing'),
  forgedStart('of a class that needs nobody', 'READ_ONLY', 2, 'step_exceeds_risk_class'),
];
