import { closed, createParser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

/** What a token may do. Reading needs its own: who may look may not act, and the other way. */
export const SCOPES = ['status:read', 'events:read', 'emergency:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Live and revoked ones together. */
export const TOKENS_MAX = 256;

/** A name somebody gave a token: it is recorded as the caller, so it is short and plain. */
export const TOKEN_NAME = '^[a-z0-9][a-z0-9._-]{0,39}$';

const epochMs = (description: string) => Type.Integer({ minimum: 0, description });

const TokenSchema = closed({
  id: Type.String({ pattern: '^[0-9a-f]{12}$', description: 'Names it in lists and logs.' }),
  name: Type.String({ pattern: TOKEN_NAME, description: 'Who holds it.' }),
  scopes: Type.Array(Type.Enum([...SCOPES]), { minItems: 1, uniqueItems: true }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the token; never the token.' }),
  created_ts_ms: epochMs('When it was made.'),
  expires_ts_ms: epochMs('From then on it opens nothing.'),
  revoked_ts_ms: Type.Union([Type.Null(), epochMs('Since then it opens nothing.')]),
});

/** The file `holdfast token` keeps and the control plane reads. */
const TokenDocumentSchema = closed({
  schema_version: Type.Literal(1),
  tokens: Type.Array(TokenSchema, { maxItems: TOKENS_MAX }),
});

export type TokenEntry = Static<typeof TokenSchema>;
export type TokenDocument = Static<typeof TokenDocumentSchema>;

export const parseTokenDocument = createParser(TokenDocumentSchema);
