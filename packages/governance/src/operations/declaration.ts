import { closed, createParser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { GateSchema } from './gate.ts';
import { StepSchema } from './step.ts';

/** Lowest first: the class of an operation is at least what each of its steps needs. */
export const RISK_CLASSES = [
  'READ_ONLY',
  'LOW_RISK_CONFIG',
  'SERVICE_RESTART',
  'FILESYSTEM_WRITE',
] as const;
export type RiskClass = (typeof RISK_CLASSES)[number];

export const ENVIRONMENTS = ['DEV', 'STAGING', 'PAPER', 'MICRO-LIVE', 'PROD'] as const;
export type OperationEnvironment = (typeof ENVIRONMENTS)[number];

/** The seven fields of the document, each mandatory and none blank. */
export const MANDATORY_FIELDS = [
  'OPERATION_NAME',
  'OBJECTIVE',
  'RISK_CLASS',
  'BLAST_RADIUS',
  'ROLLBACK_STRATEGY',
  'ALLOWED_PATHS',
  'ALLOWED_SERVICES',
] as const;
export type MandatoryField = (typeof MANDATORY_FIELDS)[number];

export const OPERATION_ID = '^OPS-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}$';
export const DECLARATION_SCHEMA = 'holdfast.operation.v1';

const line = Type.String({ minLength: 1, maxLength: 500 });
const prose = Type.String({ minLength: 1, maxLength: 8_192 });
const person = Type.String({ pattern: '^[A-Za-z0-9._@+-]{1,128}$' });
/** UTC to the second or finer, with its Z. */
const utc = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z$',
});

/** An operation, declared: who wants what, where, how it is undone, and every step of it. */
export const DeclarationSchema = closed({
  schema: Type.Literal(DECLARATION_SCHEMA),
  operation_id: Type.String({ pattern: OPERATION_ID }),
  environment: Type.Enum(ENVIRONMENTS),
  /** The host it is for: evidence of another one does not count. */
  host: Type.String({ pattern: '^[A-Za-z0-9.-]{1,253}$' }),
  requested_by: person,
  expires_at: utc,
  OPERATION_NAME: Type.String({ minLength: 3, maxLength: 120 }),
  OBJECTIVE: prose,
  RISK_CLASS: Type.Enum(RISK_CLASSES),
  BLAST_RADIUS: prose,
  ROLLBACK_STRATEGY: prose,
  ALLOWED_PATHS: Type.Array(Type.String({ minLength: 1, maxLength: 4_096 }), { maxItems: 256 }),
  ALLOWED_SERVICES: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 64 }),
  /** `direct` and `indirect` take the operations lock, which the runtime reads as ReduceOnly. */
  trading_impact: Type.Enum(['none', 'indirect', 'direct'] as const),
  steps: Type.Array(StepSchema, { minItems: 1, maxItems: 64 }),
  /** Holds before the first step (the baseline), after the last, and after a rollback. */
  verification: Type.Array(GateSchema, { maxItems: 64 }),
  uses: Type.Optional(
    closed({
      /** `redis://127.0.0.1:6379` and the like; read with a user that may only read. */
      redis: Type.Optional(line),
      postgres: Type.Optional(line),
      /** Origins that http gates may ask: loopback only. */
      http: Type.Optional(Type.Array(line, { maxItems: 16 })),
      /** Absolute paths of the programs that commands may be. */
      commands: Type.Optional(Type.Array(line, { maxItems: 32 })),
      /** Files and folders that commands may read, beside what the system has for everybody. */
      reads: Type.Optional(Type.Array(line, { maxItems: 64 })),
      /**
       * Unix sockets that commands which may change something may reach. Whoever answers there
       * acts: custom high risk alone.
       */
      sockets: Type.Optional(Type.Array(line, { maxItems: 8 })),
    }),
  ),
  /** Two people with different roles, and trading reduced first (section 9.10). */
  custom_high_risk: Type.Optional(closed({ reason: prose })),
  /** Approved afterwards within four hours; only for what reduces risk. */
  break_glass: Type.Optional(closed({ reason: prose })),
});
export type Declaration = Static<typeof DeclarationSchema>;

export const parseDeclaration = createParser(DeclarationSchema);
