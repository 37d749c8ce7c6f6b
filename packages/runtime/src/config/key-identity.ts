import type { EnvMatrix, MatrixEnvironment } from './env-matrix.ts';

/** What the venue says about the key it just let in. */
export interface ReportedIdentity {
  /** The id the key was presented by. */
  readonly keyId: string;
  /** Name of the account it leads to; null when the venue did not say. */
  readonly account: string | null;
  /** In our words, see `scopesOf`. */
  readonly scopes: readonly string[];
}

/** One way in which a key is not the one the matrix describes. */
export interface IdentityMismatch {
  readonly code:
    | 'key_not_expected'
    | 'key_not_listed'
    | 'account_unknown'
    | 'account_mismatch'
    | 'scope_surplus'
    | 'scope_missing';
  readonly expected: string;
  readonly found: string;
}

interface Expected {
  readonly account: string;
  readonly scopes: readonly string[];
}

/** What a key of this environment must be, or why none may be here. */
function expectedOf(
  matrix: EnvMatrix,
  environment: MatrixEnvironment,
  keyId: string,
): Expected | IdentityMismatch {
  const row = matrix.environments[environment];
  if (environment === 'DEV') {
    const { account, keys } = matrix.built_in_exchange;
    const known = keys.find((key) => key.key_id === keyId);
    if (known !== undefined) return { account, scopes: known.scopes };
    const expected = keys.map((key) => key.key_id).join(', ');
    return { code: 'key_not_listed', expected, found: keyId };
  }
  if (row.account === null) {
    return { code: 'key_not_expected', expected: `no key in ${environment}`, found: keyId };
  }
  return { account: row.account, scopes: row.scopes };
}

/**
 * Compares the key with the matrix (phases section 1.4). One mismatch is enough to dispatch
 * nothing: the name of a key proves nothing about what it can do.
 */
export function judgeIdentity(
  matrix: EnvMatrix,
  environment: MatrixEnvironment,
  reported: ReportedIdentity,
): readonly IdentityMismatch[] {
  const expected = expectedOf(matrix, environment, reported.keyId);
  if ('code' in expected) return [expected];
  const found: IdentityMismatch[] = [];
  const { account, scopes } = expected;
  if (reported.account === null) {
    found.push({ code: 'account_unknown', expected: account, found: 'nothing' });
  } else if (reported.account !== account) {
    found.push({ code: 'account_mismatch', expected: account, found: reported.account });
  }
  const listed = scopes.join(', ');
  for (const scope of reported.scopes) {
    if (scopes.includes(scope)) continue;
    found.push({ code: 'scope_surplus', expected: listed, found: scope });
  }
  for (const scope of scopes) {
    if (reported.scopes.includes(scope)) continue;
    found.push({ code: 'scope_missing', expected: scope, found: reported.scopes.join(', ') });
  }
  return found;
}

/** The venue's scope words and what they let a key do, in ours. */
const MEANING: Readonly<Record<string, readonly string[]>> = {
  'account:read': ['read_account'],
  'account:read_write': ['read_account', 'change_account'],
  'trade:read': [],
  'trade:read_write': ['trade'],
  'wallet:read': ['read_wallet'],
  'wallet:read_write': ['read_wallet', 'withdraw', 'transfer'],
  'block_trade:read': [],
  'block_trade:read_write': ['block_trade'],
  'block_rfq:read': [],
  'block_rfq:read_write': ['block_rfq'],
};

/** Not about permission: how long a token lives and where it may be used from. */
const NOT_A_PERMISSION = /^(connection|session:.*|expires:.*|ip:.*|.+:none)$/;

/**
 * `account:read trade:read_write wallet:none` in our words, each once. A word nobody knows stays as
 * it is, so that it counts as more than the matrix allows.
 */
export function scopesOf(granted: string): readonly string[] {
  const scopes = new Set<string>();
  for (const word of granted.split(/[\s,]+/)) {
    if (word === '' || NOT_A_PERMISSION.test(word)) continue;
    for (const scope of MEANING[word] ?? [word]) scopes.add(scope);
  }
  return [...scopes];
}
