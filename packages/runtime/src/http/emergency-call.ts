import { closed, createParser, type Parsed, parseText } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { line } from '../control/line.ts';

/** Body of the emergency call (phases section 3.2, S8.7). All of it may be left out. */
export const EmergencyBodySchema = closed({
  reason: Type.Optional(line(400, 'Why; recorded in the ledger.')),
  invoked_by: Type.Optional(line(64, 'Who, beside the holder of the token; recorded.')),
  ts: Type.Optional(Type.Integer({ minimum: 0, description: 'The caller’s time, epoch ms.' })),
});

export type EmergencyBody = Static<typeof EmergencyBodySchema>;

const parseBody = createParser(EmergencyBodySchema);

/** No body is an empty one: whoever must stop it now shall not fail over a brace. */
export function parseEmergencyBody(text: string): Parsed<EmergencyBody> {
  if (text.trim() === '') return { ok: true, value: {} };
  return parseText(text, parseBody);
}

/** A call as the engine gets it: who holds the token, and what they said. */
export interface EmergencyCall {
  /** Name of the token. */
  readonly caller: string;
  readonly body: EmergencyBody;
}

export const EmergencyAnswerSchema = closed({
  ok: Type.Literal(true),
  emergency_reduceonly_active: Type.Literal(true),
  activated_ts_ms: Type.Integer({ minimum: 0, description: 'This call. Epoch ms.' }),
  cooldown_expires_ts_ms: Type.Integer({
    minimum: 0,
    description: 'Opening stays off until then, and until a reconciliation passes. Epoch ms.',
  }),
});

export type EmergencyAnswer = Static<typeof EmergencyAnswerSchema>;

/**
 * `loop_silent`: no answer in time; it may still be taken when the loop comes back.
 * `engine_stopped`: no order leaves any more. `not_taken`: the inbox had no room. `busy`: too many
 * calls wait already.
 */
export const EMERGENCY_REFUSALS = ['loop_silent', 'engine_stopped', 'not_taken', 'busy'] as const;
export type EmergencyRefusal = (typeof EMERGENCY_REFUSALS)[number];

export type EmergencyOutcome =
  | { readonly ok: true; readonly answer: EmergencyAnswer }
  | { readonly ok: false; readonly refusal: EmergencyRefusal };
