import type { Violation } from '@holdfast/core/parse';
import type { EnvMatrix, KeyType, MatrixEnvironment, MatrixRow } from './env-matrix.ts';

/** What a key of a purpose must be able to do, may, and must not (phases section 1.5). */
export const KEY_PURPOSES: Readonly<
  Record<
    Exclude<KeyType, 'NONE'> | 'BREAK_GLASS_MANUAL',
    {
      /** Where such a key may be. */
      readonly holder: string;
      readonly required: readonly string[];
      readonly optional: readonly string[];
    }
  >
> = {
  DATA_ONLY: {
    holder: 'PAPER, where wanted',
    required: ['read_market_data'],
    optional: ['read_account'],
  },
  TRADE_TESTNET: { holder: 'STAGING', required: ['read_account', 'trade'], optional: [] },
  TRADE_LIVE: { holder: 'LIVE', required: ['read_account', 'trade'], optional: [] },
  /** A person's key. No environment of the matrix may hold one: it is never given to a process. */
  BREAK_GLASS_MANUAL: {
    holder: 'a person, where wanted',
    required: ['cancel_all'],
    optional: ['read_account'],
  },
};

/** Which keys an environment may hold, and how far it may reach. */
const ENVIRONMENT_RULES: Readonly<
  Record<
    MatrixEnvironment,
    {
      readonly types: readonly KeyType[];
      readonly base: string;
      readonly secrets: MatrixRow['secrets_source'];
    }
  >
> = {
  DEV: { types: ['NONE'], base: 'mocked', secrets: null },
  STAGING: { types: ['TRADE_TESTNET'], base: 'test.deribit.com', secrets: 'local_env_file' },
  PAPER: { types: ['NONE', 'DATA_ONLY'], base: 'www.deribit.com', secrets: null },
  LIVE: { types: ['TRADE_LIVE'], base: 'www.deribit.com', secrets: 'vault' },
};

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const PAPER_NOTE = /public[- ]only|simulated|no private trade auth/i;

type Say = (path: string, rule: string, message: string) => void;

/** Rules that span keys; each violation names the key to change. */
export function matrixViolations(matrix: EnvMatrix): readonly Violation[] {
  const violations: Violation[] = [];
  const say: Say = (path, rule, message) => violations.push({ path, rule, message });
  for (const environment of ['DEV', 'STAGING', 'PAPER', 'LIVE'] as const) {
    const row = matrix.environments[environment];
    reachRules(environment, row, say);
    if (row.key_type === 'NONE') keylessRules(environment, row, say);
    else keyRules(environment, row, say);
  }
  paperRules(matrix.environments.PAPER, say);
  distinctRules(matrix, say);
  return violations;
}

function reachRules(environment: MatrixEnvironment, row: MatrixRow, say: Say): void {
  const rules = ENVIRONMENT_RULES[environment];
  const at = `/environments/${environment}`;
  if (!rules.types.includes(row.key_type)) {
    const message = `${environment} may hold ${rules.types.join(' or ')}, not ${row.key_type}`;
    say(`${at}/key_type`, 'key_type_not_for_environment', message);
  }
  if (row.base_url !== rules.base) {
    say(`${at}/base_url`, 'host_not_for_environment', `${environment} speaks to ${rules.base}`);
  }
  const hosts = environment === 'DEV' ? LOOPBACK : [rules.base];
  for (const [index, host] of row.outbound.entries()) {
    if (hosts.includes(host)) continue;
    const message = `${environment} may reach ${hosts.join(', ')} and no other host`;
    say(`${at}/outbound/${index}`, 'host_not_for_environment', message);
  }
}

function keylessRules(environment: MatrixEnvironment, row: MatrixRow, say: Say): void {
  for (const key of ['account', 'key_id', 'secrets_source', 'withdraw_enabled'] as const) {
    if (row[key] === null) continue;
    const message = `${environment} has no key, so ${key} must be null`;
    say(`/environments/${environment}/${key}`, 'keyless_environment', message);
  }
  const more = row.scopes.filter((scope) => scope !== 'public_market_data_only');
  if (more.length === 0) return;
  const message = `${environment} has no key, so nothing can grant ${more.join(', ')}`;
  say(`/environments/${environment}/scopes`, 'keyless_environment', message);
}

function keyRules(environment: MatrixEnvironment, row: MatrixRow, say: Say): void {
  const at = `/environments/${environment}`;
  const { key_type: type } = row;
  if (type === 'NONE') return;
  for (const key of ['account', 'key_id', 'secrets_source'] as const) {
    if (row[key] === null) say(`${at}/${key}`, 'key_incomplete', `a key needs its ${key}`);
  }
  if (row.withdraw_enabled !== false) {
    say(`${at}/withdraw_enabled`, 'withdraw_enabled', 'must be false on every key');
  }
  const { required, optional } = KEY_PURPOSES[type];
  const missing = required.filter((scope) => !row.scopes.some((given) => given === scope));
  const surplus = row.scopes.filter((scope) => ![...required, ...optional].includes(scope));
  if (missing.length > 0) {
    say(`${at}/scopes`, 'scope_missing', `${type} needs ${missing.join(', ')}`);
  }
  if (surplus.length > 0) {
    say(`${at}/scopes`, 'scope_surplus', `${type} must not have ${surplus.join(', ')}`);
  }
  const { secrets } = ENVIRONMENT_RULES[environment];
  if (row.secrets_source !== null && secrets !== null && row.secrets_source !== secrets) {
    const message = `secrets of ${environment} come from ${secrets}, never from elsewhere`;
    say(`${at}/secrets_source`, 'secrets_not_for_environment', message);
  }
}

/** PAPER sees what everybody sees, and can send nothing. */
function paperRules(row: MatrixRow, say: Say): void {
  if (row.scopes.includes('trade')) {
    say('/environments/PAPER/scopes', 'paper_can_trade', 'PAPER must not be able to trade');
  }
  if (!PAPER_NOTE.test(row.notes)) {
    const message = 'must say public-only, simulated or no private trade auth';
    say('/environments/PAPER/notes', 'paper_note', message);
  }
}

/** A key or account in two environments is a way from one into the other. */
function distinctRules({ environments }: EnvMatrix, say: Say): void {
  for (const key of ['account', 'key_id'] as const) {
    const seen = new Map<string, string>();
    for (const [environment, row] of Object.entries(environments)) {
      const value = row[key];
      if (value === null) continue;
      const first = seen.get(value);
      if (first !== undefined) {
        const path = `/environments/${environment}/${key}`;
        say(path, 'shared_between_environments', `${value} is already that of ${first}`);
      }
      seen.set(value, environment);
    }
  }
}
