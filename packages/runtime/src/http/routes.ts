import { StatusSchema } from '@holdfast/core/status';
import { closed } from '@holdfast/core/parse';
import { type TSchema, Type } from 'typebox';
import type { Scope } from '../tokens/token-document.ts';
import {
  EMERGENCY_REFUSALS,
  EmergencyAnswerSchema,
  EmergencyBodySchema,
} from './emergency-call.ts';

/** `ok` is that the process answers, and no more (phases section 5.3). */
const HealthSchema = closed({
  ok: Type.Literal(true),
  build_id: Type.String({ minLength: 1, description: 'Build of this process.' }),
  contract_version: Type.Literal('5.2'),
});

export const REFUSALS = [
  'bad_request',
  'unauthorized',
  'forbidden',
  'host_not_allowed',
  'not_found',
  'method_not_allowed',
  'not_acceptable',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'unavailable',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** Why there is no status: none was said yet, or too long ago, or the engine has stopped. */
export const STATUS_GAPS = ['no_status_yet', 'status_stale', 'engine_stopped'] as const;
export type StatusGap = (typeof STATUS_GAPS)[number];

const REASONS = [
  'token_missing',
  'token_malformed',
  'token_unknown',
  'token_expired',
  'token_revoked',
  'tokens_unreadable',
  'per_address',
  'per_token',
  'failed_tokens',
  'too_many_streams',
  ...STATUS_GAPS,
  ...EMERGENCY_REFUSALS,
] as const;
export type RefusalReason = (typeof REASONS)[number];

/** Every no of the port: what, and with which operands. */
export const RefusalSchema = closed({
  error: Type.Enum([...REFUSALS]),
  reason: Type.Optional(
    Type.Enum([...REASONS], { description: 'Which of the causes of `error` it is.' }),
  ),
  scope: Type.Optional(Type.String({ description: 'What the token would have to allow.' })),
  place: Type.Optional(Type.String({ description: 'Where in the body, as a JSON pointer.' })),
  rule: Type.Optional(Type.String({ description: 'Which rule the body breaks there.' })),
  retry_after_ms: Type.Optional(Type.Integer({ minimum: 0 })),
  age_ms: Type.Optional(Type.Integer({ minimum: 0, description: 'Of the last status.' })),
});

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly description: string;
  readonly body: TSchema | null;
  readonly answer: { readonly type: string; readonly schema: TSchema };
  /** Besides those of authentication and limits. */
  readonly refusals: readonly number[];
}

const STREAM_WORDS =
  'Server-sent events: mode, latch, risk, refusal, order_abandoned, reconciled, anomaly, fault. ' +
  'Each has the id `<run_id>:<sequence>`; send the last one as `Last-Event-ID` to go on behind ' +
  'it. `gap` says that some are no longer kept, `dropped` that this client reads too slowly.';

/** Everything the port answers; there is no other route, and one of them acts. */
export const ROUTES = [
  {
    method: 'GET',
    path: '/api/v1/status',
    scope: 'status:read',
    summary: 'What the system may do now, and why',
    description: 'The last snapshot of the loop; `loop_tick_last_ts_ms` says how fresh it is.',
    body: null,
    answer: { type: 'application/json', schema: StatusSchema },
    refusals: [503],
  },
  {
    method: 'GET',
    path: '/api/v1/health',
    scope: 'status:read',
    summary: 'The process is up',
    description: 'Says nothing of the loop: that is the status.',
    body: null,
    answer: { type: 'application/json', schema: HealthSchema },
    refusals: [],
  },
  {
    method: 'GET',
    path: '/api/v1/events',
    scope: 'events:read',
    summary: 'What happens, as it happens',
    description: STREAM_WORDS,
    body: null,
    answer: { type: 'text/event-stream', schema: Type.String() },
    refusals: [406, 503],
  },
  {
    method: 'POST',
    path: '/api/v1/emergency/reduce_only',
    scope: 'emergency:write',
    summary: 'Stop opening risk, now',
    description:
      'Sets the emergency flag for its cooldown and cancels what could add risk; reduce-only ' +
      'orders stay at work. A repeated call begins the cooldown anew. Nothing ends it early. ' +
      'Answers once the engine has taken it, or with 503 and the reason.',
    body: EmergencyBodySchema,
    answer: { type: 'application/json', schema: EmergencyAnswerSchema },
    refusals: [400, 413, 415, 503],
  },
  {
    method: 'GET',
    path: '/metrics',
    scope: 'status:read',
    summary: 'Numbers for Prometheus',
    description: 'Made at most once a second, however often it is asked for.',
    body: null,
    answer: { type: 'text/plain', schema: Type.String() },
    refusals: [503],
  },
] as const satisfies readonly Route[];

export type RoutePath = (typeof ROUTES)[number]['path'];
