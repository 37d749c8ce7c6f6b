import { type WallMs, wallMs } from '@holdfast/core/values';
import { TIME, TOKENS } from './results.ts';
import { createReader } from './wire-fault.ts';

/** Secrets: kept in memory, never logged, gone with the session. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInS: number;
  /** What was granted, e.g. `account:read trade:read_write`. */
  readonly scope: string;
}

/** The result of `public/auth`. */
export const parseAuth = createReader(
  'auth',
  TOKENS,
  (data): Tokens => ({
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    expiresInS: data.expires_in,
    scope: data.scope,
  }),
);

/** The result of `public/get_time`. */
export const parseTime = createReader('time', TIME, (data): { readonly at: WallMs } => ({
  at: wallMs(data),
}));
