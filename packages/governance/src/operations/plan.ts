/** What a valid declaration would do, in lines for whoever is to approve it. Nothing is done. */
import { createHash } from 'node:crypto';
import { classOfStep } from './capability.ts';
import type { Declaration } from './declaration.ts';
import type { Gate } from './gate.ts';
import { spellArguments, spellProse, spellValue, spellWord } from './spell.ts';
import { type Action, isMutating, type Step } from './step.ts';

/** The dry plan. One line each, whatever the declaration holds. */
export function planLines(declaration: Declaration, digest: string): readonly string[] {
  const { steps, verification, uses } = declaration;
  const words = (each: readonly string[] | undefined): string =>
    each === undefined || each.length === 0 ? '-' : each.map(spellWord).join('  ');
  const fields = [
    ['operation', `${declaration.operation_id}  ${spellProse(declaration.OPERATION_NAME)}`],
    ['digest', digest],
    ['environment', `${declaration.environment} on ${declaration.host}`],
    ['class', declaration.RISK_CLASS],
    ['trading impact', declaration.trading_impact],
    ['requested by', declaration.requested_by],
    ['expires', declaration.expires_at],
    ['objective', spellProse(declaration.OBJECTIVE)],
    ['blast radius', spellProse(declaration.BLAST_RADIUS)],
    ['rollback', spellProse(declaration.ROLLBACK_STRATEGY)],
    ['paths', words(declaration.ALLOWED_PATHS)],
    ['services', words(declaration.ALLOWED_SERVICES)],
    ['programs', words(uses?.commands)],
    ...(uses?.reads === undefined ? [] : [['shown to them', words(uses.reads)] as const]),
    ...(uses?.sockets === undefined ? [] : [['reached', words(uses.sockets)] as const]),
    ['asks', words([...(uses?.http ?? []), ...stores(declaration)])],
  ] as const;
  const lines = fields.map(([name, text]) => `${name.padEnd(15)} ${text}`);
  if (declaration.custom_high_risk !== undefined) {
    lines.push(`HIGH RISK       ${spellProse(declaration.custom_high_risk.reason)}`);
  }
  if (declaration.break_glass !== undefined) {
    lines.push(`BREAK GLASS     ${spellProse(declaration.break_glass.reason)}`);
  }
  return [
    ...lines,
    ...steps.flatMap((step, index) => stepLines(step, index + 1, steps.length)),
    'BEFORE, AFTER AND AFTER A ROLLBACK',
    ...verification.map((gate) => `  verify   ${spellGate(gate)}`),
    ...(verification.length === 0 ? ['  verify   nothing'] : []),
  ];
}

function stores({ uses }: Declaration): readonly string[] {
  return [uses?.redis, uses?.postgres].filter((each) => each !== undefined);
}

function stepLines(step: Step, n: number, of: number): readonly string[] {
  const { action, verification, rollback = [] } = step;
  return [
    `STEP ${n} of ${of}  ${spellProse(step.title)}  (${classOfStep(step)})`,
    `  do       ${spellAction(action)}`,
    ...verification.map((gate) => `  verify   ${spellGate(gate)}`),
    `  undo     ${undoOf(action)}`,
    ...rollback.map((each) => `  then     ${spellAction(each)}`),
  ];
}

/** What the runner does by itself; what is declared stands below it. */
function undoOf(action: Action): string {
  if (!isMutating(action)) return 'nothing: it only looks';
  switch (action.kind) {
    case 'service':
      return `${spellWord(action.service)} is made active and enabled as it was`;
    case 'fs.copy':
      return `${spellWord(action.to)} is put back as it was, or removed`;
    case 'fs.write':
    case 'fs.delete':
    case 'fs.chmod':
    case 'config.patch':
      return `${spellWord(action.path)} is put back as it was, or removed`;
    case 'systemd.daemon_reload':
      return 'the units are read again, or as declared';
    default:
      return 'as declared';
  }
}

/** An action as one line, the exact text of what is run or written. */
export function spellAction(action: Action): string {
  switch (action.kind) {
    case 'fs.read':
    case 'fs.delete':
      return `${action.kind} ${spellWord(action.path)}`;
    case 'fs.write': {
      const bytes = Buffer.from(action.content, 'utf8');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const mode = action.mode === undefined ? '' : ` mode ${action.mode}`;
      return `fs.write ${spellWord(action.path)}${mode} ${bytes.length} bytes sha256 ${sha256}`;
    }
    case 'fs.copy':
      return `fs.copy ${spellWord(action.from)} to ${spellWord(action.to)}`;
    case 'fs.chmod':
      return `fs.chmod ${spellWord(action.path)} mode ${action.mode}`;
    case 'config.patch': {
      const set = action.set.map(
        ({ pointer, value }) => `${spellWord(pointer)} = ${spellValue(value)}`,
      );
      return `config.patch ${spellWord(action.path)} ${set.join(', ')}`;
    }
    case 'service':
      return `service ${action.verb} ${spellWord(action.service)}`;
    case 'systemd.daemon_reload':
      return action.kind;
    case 'exec.read':
    case 'exec.sandboxed':
      return `${action.kind} ${spellArguments(action.argv)}`;
    case 'check':
      return `check ${spellGate(action.gate)}`;
  }
}

/** A gate as one line. */
export function spellGate(gate: Gate): string {
  switch (gate.kind) {
    case 'status':
      return `each of ${gate.services.map(spellWord).join(' ')} is up`;
    case 'logs': {
      const but = (gate.expected_log_patterns ?? []).map(spellValue).join(', ');
      return `no error in the log of ${spellWord(gate.service)}${but === '' ? '' : ` but ${but}`}`;
    }
    case 'http': {
      const also = (gate.json ?? []).map(
        ({ pointer, equals }) => ` and ${spellWord(pointer)} is ${spellValue(equals)}`,
      );
      return `${spellWord(gate.url)} answers ${gate.status}${also.join('')}`;
    }
    case 'file.sha256':
      return `${spellWord(gate.path)} has sha256 ${gate.sha256}`;
    case 'file.absent':
      return `${spellWord(gate.path)} is not there`;
    case 'file.json':
      return `${spellWord(gate.path)} at ${spellWord(gate.pointer)} is ${spellValue(gate.equals)}`;
    case 'redis': {
      const answer = gate.equals === undefined ? 'answers' : `answers ${spellValue(gate.equals)}`;
      return `redis ${spellArguments(gate.command)} ${answer}`;
    }
    case 'postgres':
      return `postgres ${spellValue(gate.query)} answers ${spellValue(gate.equals)}`;
    case 'command':
      return `${spellArguments(gate.argv)} exits with 0`;
  }
}
