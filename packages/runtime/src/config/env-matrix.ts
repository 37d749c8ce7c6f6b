import { closed, createParser, type Parsed, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { matrixViolations } from './env-matrix-rules.ts';

export const MATRIX_ENVIRONMENTS = ['DEV', 'STAGING', 'PAPER', 'LIVE'] as const;
export type MatrixEnvironment = (typeof MATRIX_ENVIRONMENTS)[number];

const KEY_TYPES = ['NONE', 'DATA_ONLY', 'TRADE_TESTNET', 'TRADE_LIVE'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** What a key may be allowed to do, in our words; `scopesOf` translates the venue's. */
const SCOPES = [
  'public_market_data_only',
  'read_market_data',
  'read_account',
  /** Which cancel-on-disconnect asks for; no row of a real exchange may have it. */
  'change_account',
  'trade',
] as const;

const text = (description: string) => Type.String({ minLength: 1, maxLength: 300, description });
const orNull = (description: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Null()], { description });
const scopes = Type.Array(Type.Enum(SCOPES), {
  uniqueItems: true,
  description: 'Everything the key may do. A scope not listed must be refused by the venue.',
});

const Row = closed({
  venue: text('Which exchange.'),
  account: orNull('Account or subaccount; null where there is no key.'),
  key_id: orNull('Name of the API key, its number masked; null where there is none.'),
  key_type: Type.Enum(KEY_TYPES, { description: 'Purpose of the key.' }),
  scopes,
  withdraw_enabled: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Must be false for every key, null where there is none.',
  }),
  base_url: text('Host of the exchange, or `mocked` for the built-in one.'),
  secrets_source: Type.Union([Type.Literal('local_env_file'), Type.Literal('vault'), Type.Null()], {
    description: 'Where the secret lives; null where there is none.',
  }),
  probe_evidence: text('Where the result of the key-scope probe is recorded.'),
  notes: text('For the reader.'),
  outbound: Type.Array(text('A host.'), {
    minItems: 1,
    uniqueItems: true,
    description: 'Hosts this environment may connect to, and no other.',
  }),
  secret_access: text('How a process gets at the secret.'),
  people: text('Who may read the secret.'),
  exchange_ip_list: orNull('Whether the exchange restricts the key to our addresses.'),
});

export type MatrixRow = Static<typeof Row>;

/** `config/env-matrix.json`: one row per environment, and what the built-in exchange answers. */
export const EnvMatrixSchema = closed({
  matrix_id: text('Which matrix this is.'),
  matrix_version: text('Its version.'),
  environments: closed({ DEV: Row, STAGING: Row, PAPER: Row, LIVE: Row }),
  built_in_exchange: closed({
    account: text('Account the development keys must lead to.'),
    keys: Type.Array(closed({ key_id: text('Id of a development key.'), scopes }), {
      minItems: 1,
      description: 'Development keys of the built-in exchange.',
    }),
  }),
});

export type EnvMatrix = Static<typeof EnvMatrixSchema>;

const parseShape = createParser(EnvMatrixSchema);

/** The matrix, or everything that is wrong with it (phases section 1.4). */
export const parseEnvMatrix: Parser<EnvMatrix> = (value): Parsed<EnvMatrix> => {
  const shape = parseShape(value);
  if (!shape.ok) return shape;
  const [first, ...rest] = matrixViolations(shape.value);
  return first === undefined ? shape : { ok: false, violations: [first, ...rest] };
};
