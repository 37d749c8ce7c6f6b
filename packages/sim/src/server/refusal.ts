import type { VenueError } from '../exchange/venue-error.ts';

/**
 * Codes the server itself answers with, from the classic list (phases section 7.2). What an order
 * or a query is refused with is the exchange's to say.
 */
const MESSAGES = {
  10028: 'too_many_requests',
  10030: 'must_be_websocket_request',
  10066: 'too_many_concurrent_requests',
  11042: 'permission_denied',
  11094: 'internal_server_error',
  13004: 'invalid_credentials',
  13009: 'unauthorized',
  13021: 'forbidden',
  13403: 'scope_exceeded',
  13778: 'raw_subscriptions_not_available_for_unauthorized',
  [-32600]: 'Invalid Request',
  [-32601]: 'Method not found',
  [-32602]: 'Invalid params',
  [-32700]: 'Parse error',
} as const;

export type RefusalCode = keyof typeof MESSAGES;

export type Refusal = { readonly ok: false; readonly error: VenueError };

/** @param param the request's field that is wrong, or empty. */
export function refuse(code: RefusalCode, reason: string, param = ''): Refusal {
  const data = param === '' ? { reason } : { reason, param };
  return { ok: false, error: { code, message: MESSAGES[code], data } };
}
