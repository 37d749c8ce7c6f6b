import { closed } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { GateSchema } from './gate.ts';

/**
 * One typed step (section 9.5). There is no shell: what is run is an argument list, and what a step
 * may touch is read off its fields, never guessed from a command line.
 */
const text = Type.String({ minLength: 1, maxLength: 4_096 });
const path = Type.String({ minLength: 1, maxLength: 4_096 });
const service = Type.String({ minLength: 1, maxLength: 256 });
const mode = Type.String({ pattern: '^0[0-7]{3}$' });
const pointer = Type.String({ pattern: '^(/[^/]*)+$', maxLength: 1_024 });
const CONTENT_MAX = 1 << 20;

const FsRead = closed({ kind: Type.Literal('fs.read'), path });
const FsWrite = closed({
  kind: Type.Literal('fs.write'),
  path,
  content: Type.String({ maxLength: CONTENT_MAX }),
  mode: Type.Optional(mode),
});
const FsCopy = closed({ kind: Type.Literal('fs.copy'), from: path, to: path });
const FsDelete = closed({ kind: Type.Literal('fs.delete'), path });
const FsChmod = closed({ kind: Type.Literal('fs.chmod'), path, mode });

/** What a configuration holds at a leaf; a parser takes nothing of unknown type. */
const scalar = Type.Union([
  Type.String({ maxLength: CONTENT_MAX }),
  Type.Number(),
  Type.Boolean(),
  Type.Null(),
]);
const value = Type.Union([scalar, Type.Array(scalar, { maxItems: 1_024 })]);

/** Values of one JSON or YAML file, set where they are; everything else stays as it was. */
const ConfigPatch = closed({
  kind: Type.Literal('config.patch'),
  path,
  set: Type.Array(closed({ pointer, value }), { minItems: 1, maxItems: 64 }),
});

export const SERVICE_VERBS = [
  'status',
  'reload',
  'restart',
  'start',
  'stop',
  'enable',
  'disable',
  'mask',
] as const;
export type ServiceVerb = (typeof SERVICE_VERBS)[number];

const ServiceStep = closed({
  kind: Type.Literal('service'),
  verb: Type.Enum(SERVICE_VERBS),
  service,
});
const DaemonReload = closed({ kind: Type.Literal('systemd.daemon_reload') });

/** A command that changes nothing: it runs in a sandbox in which nothing can be written. */
const ExecRead = closed({
  kind: Type.Literal('exec.read'),
  argv: Type.Array(text, { minItems: 1, maxItems: 64 }),
});
/** A command that may write below ALLOWED_PATHS and nowhere else. */
const ExecSandboxed = closed({
  kind: Type.Literal('exec.sandboxed'),
  argv: Type.Array(text, { minItems: 1, maxItems: 64 }),
  timeout_ms: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000 })),
});
/** A gate as a step of its own: a look, and no change. */
const Check = closed({ kind: Type.Literal('check'), gate: GateSchema });

const ActionSchema = Type.Union([
  FsRead,
  FsWrite,
  FsCopy,
  FsDelete,
  FsChmod,
  ConfigPatch,
  ServiceStep,
  DaemonReload,
  ExecRead,
  ExecSandboxed,
  Check,
]);
/** What a step does. */
export type Action = Static<typeof ActionSchema>;

export const StepSchema = closed({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  action: ActionSchema,
  /** Looked at after the step, in this order; a mutating step needs one at least. */
  verification: Type.Array(GateSchema, { maxItems: 32 }),
  /** What undoes what the runner cannot undo by itself, in the order it is run. */
  rollback: Type.Optional(Type.Array(ActionSchema, { maxItems: 16 })),
});
export type Step = Static<typeof StepSchema>;

/** Whether it may leave anything different from what it was. */
export function isMutating(action: Action): boolean {
  switch (action.kind) {
    case 'fs.read':
    case 'exec.read':
    case 'check':
      return false;
    case 'service':
      return action.verb !== 'status';
    default:
      return true;
  }
}
