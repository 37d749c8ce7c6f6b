import { closed } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

/**
 * What is looked at before the first step and after each (section 9.6). A gate that cannot be
 * asked has not passed.
 */
const text = Type.String({ minLength: 1, maxLength: 4_096 });
const path = Type.String({ minLength: 1, maxLength: 4_096 });
const service = Type.String({ minLength: 1, maxLength: 256 });
const pointer = Type.String({ pattern: '^(/[^/]*)*$', maxLength: 1_024 });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

/** Each of the services is up. */
const StatusGate = closed({
  kind: Type.Literal('status'),
  services: Type.Array(service, { minItems: 1, maxItems: 64 }),
});

/** No line of the service's log since the step began speaks of an error, but those expected. */
const LogsGate = closed({
  kind: Type.Literal('logs'),
  service,
  expected_log_patterns: Type.Optional(Type.Array(text, { maxItems: 32 })),
  settle_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 300_000 })),
});

const HttpGate = closed({
  kind: Type.Literal('http'),
  url: text,
  status: Type.Integer({ minimum: 100, maximum: 599 }),
  json: Type.Optional(
    Type.Array(closed({ pointer, equals: scalar }), { minItems: 1, maxItems: 32 }),
  ),
});

const FileGate = closed({ kind: Type.Literal('file.sha256'), path, sha256 });
const FileAbsentGate = closed({ kind: Type.Literal('file.absent'), path });
const JsonGate = closed({ kind: Type.Literal('file.json'), path, pointer, equals: scalar });

/** One read-only command of Redis and what it answers. */
const RedisGate = closed({
  kind: Type.Literal('redis'),
  command: Type.Array(text, { minItems: 1, maxItems: 16 }),
  equals: Type.Optional(scalar),
});

/** One read-only query of PostgreSQL; its first value. */
const PostgresGate = closed({ kind: Type.Literal('postgres'), query: text, equals: scalar });

/** A command of the declaration's own list, in the sandbox; it holds where it exits with 0. */
const CommandGate = closed({
  kind: Type.Literal('command'),
  argv: Type.Array(text, { minItems: 1, maxItems: 64 }),
});

export const GateSchema = Type.Union([
  StatusGate,
  LogsGate,
  HttpGate,
  FileGate,
  FileAbsentGate,
  JsonGate,
  RedisGate,
  PostgresGate,
  CommandGate,
]);
export type Gate = Static<typeof GateSchema>;

/**
 * `inconclusive`: it could not be asked. That is no pass, and before the first change no failure
 * either: the operation halts and asks (D-23, D-43).
 */
export type GateAnswer = 'pass' | 'fail' | 'inconclusive';

/** What came of one gate, as it goes into the log. */
export interface GateRecord {
  readonly gate: Gate;
  readonly answer: GateAnswer;
  /** The check as a person would type it. */
  readonly command: string;
  readonly expected: string;
  /** Redacted and bounded. */
  readonly observed: string;
}
