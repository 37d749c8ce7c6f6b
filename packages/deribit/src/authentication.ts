import { createHmac } from 'node:crypto';
import type { RpcParams } from './protocol/rpc.ts';

/** An API key; the secret never leaves this process unless `client_credentials` is chosen. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** `client_signature` proves the secret without sending it. */
export type Authentication = 'client_signature' | 'client_credentials';

const NONCE_LENGTH = 12;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Params of `public/auth`. Without a scope the token is good for this connection alone and dies
 * with it.
 *
 * @param venueNow the venue's time as we know it, epoch ms: a signature is only good near it.
 * @param jitter [0, 1); the nonce it makes only has to differ from the others of its millisecond.
 */
export function authParams(
  { clientId, clientSecret }: Credentials,
  by: Authentication,
  venueNow: number,
  jitter: () => number,
): RpcParams {
  if (by === 'client_credentials') {
    return { grant_type: by, client_id: clientId, client_secret: clientSecret };
  }
  const timestamp = Math.round(venueNow);
  const nonce = nonceOf(jitter);
  const signature = createHmac('sha256', clientSecret)
    .update(`${timestamp}\n${nonce}\n`)
    .digest('hex');
  return { grant_type: by, client_id: clientId, timestamp, nonce, data: '', signature };
}

function nonceOf(jitter: () => number): string {
  let nonce = '';
  while (nonce.length < NONCE_LENGTH) {
    nonce += ALPHABET[Math.floor(jitter() * ALPHABET.length)] ?? 'a';
  }
  return nonce;
}
