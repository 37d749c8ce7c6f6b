import type { Violation } from '@holdfast/core/parse';
import { MATRIX_ENVIRONMENTS } from './env-matrix.ts';
import { ENVIRONMENT_RULES, environmentsOf } from './environments.ts';
import type { RuntimeDocument } from './runtime-document.ts';

/** A value that prints, logs and serialises as `[secret]`. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

export interface Secrets {
  /** Key of the exchange account; null on the built-in venue, which asks for none. */
  readonly venueKey: { readonly clientId: string; readonly clientSecret: Secret } | null;
}

export type SecretsRead =
  | { readonly ok: true; readonly value: Secrets }
  | { readonly ok: false; readonly violations: readonly [Violation, ...Violation[]] };

export type Environ = Readonly<Record<string, string | undefined>>;

/**
 * Environment variables this program reads. Secrets come from nowhere else and are never hashed or
 * logged.
 */
export const ENVIRONMENT_VARIABLES = {
  clientId: {
    name: 'HOLDFAST_DERIBIT_CLIENT_ID',
    meaning: 'Key id of the exchange account. Required for any venue but the built-in one.',
  },
  clientSecret: {
    name: 'HOLDFAST_DERIBIT_CLIENT_SECRET',
    meaning: 'Its secret. Required together with the id.',
  },
  tradingEnvironment: {
    name: 'HOLDFAST_TRADING_ENV',
    meaning:
      'What the machine is: DEV, STAGING, PAPER, LIVE; unset is DEV. The runtime file must agree.',
  },
  secretsSource: {
    name: 'HOLDFAST_SECRETS_SOURCE',
    meaning:
      'Who put the secrets into this environment: `vault` or `env-file`. LIVE takes `vault` alone.',
  },
} as const;

/** Names under which exchange or vault credentials are commonly left lying about. */
const CREDENTIAL = /^(HOLDFAST_|STOIC_)?(DERIBIT|VAULT)_.*(CLIENT_ID|SECRET|KEY|TOKEN|PASSWORD)/;

export function readSecrets(env: Environ, runtime: RuntimeDocument): SecretsRead {
  const violations: Violation[] = [];
  const say = (name: string, rule: string, message: string): void => {
    violations.push({ path: `/${name}`, rule, message });
  };
  const { clientId, clientSecret } = ENVIRONMENT_VARIABLES;
  const environment = environmentFault(env, runtime);
  if (environment !== null) violations.push(environment);
  const id = env[clientId.name];
  const secret = env[clientSecret.name];
  if (runtime.environment === 'paper') {
    // What a credential may do is known to the exchange alone: here, any may trade.
    for (const name of credentialNames(env)) {
      say(name, 'paper_with_credential', 'PAPER holds no credential: it could trade real money');
    }
  } else if (runtime.venue === 'simulated') {
    for (const name of credentialNames(env)) {
      const message = 'a credential is present where none may be: remove it from this environment';
      say(name, 'secret_forbidden', message);
    }
  } else {
    for (const name of [clientId.name, clientSecret.name]) {
      if (!isSet(env[name])) say(name, 'secret_missing', 'required for this venue and not set');
    }
    violations.push(...sourceFaults(env, runtime));
  }
  const [first, ...rest] = violations;
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  if (!isSet(id) || !isSet(secret)) return { ok: true, value: Object.freeze({ venueKey: null }) };
  const venueKey = Object.freeze({ clientId: id, clientSecret: createSecret(secret) });
  return { ok: true, value: Object.freeze({ venueKey }) };
}

function environmentFault(env: Environ, runtime: RuntimeDocument): Violation | null {
  const { name } = ENVIRONMENT_VARIABLES.tradingEnvironment;
  const said = env[name];
  const machine = isSet(said) ? said : 'DEV';
  const allowed = environmentsOf(machine);
  const path = `/${name}`;
  if (allowed === undefined) {
    const message = `${JSON.stringify(machine)} is none of ${MATRIX_ENVIRONMENTS.join(', ')}`;
    return { path, rule: 'environment_unknown', message };
  }
  if (allowed.includes(runtime.environment)) return null;
  const how = isSet(said) ? `says ${machine}` : 'says nothing, which is DEV';
  const message = `the machine ${how}, the runtime file says ${runtime.environment}`;
  return { path, rule: 'environment_mismatch', message };
}

const SOURCES = ['vault', 'env-file'];

/** LIVE takes its credentials from the vault and falls back to nothing. */
function sourceFaults(env: Environ, runtime: RuntimeDocument): readonly Violation[] {
  const { name } = ENVIRONMENT_VARIABLES.secretsSource;
  const path = `/${name}`;
  const source = env[name];
  if (isSet(source) && !SOURCES.includes(source)) {
    const message = `${JSON.stringify(source)} is none of ${SOURCES.join(', ')}`;
    return [{ path, rule: 'secrets_source_unknown', message }];
  }
  if (ENVIRONMENT_RULES[runtime.environment].machine !== 'LIVE' || source === 'vault') return [];
  if (source === 'env-file') {
    const message = 'LIVE never takes a secret from a file';
    return [{ path, rule: 'live_from_file', message }];
  }
  return [{ path, rule: 'live_without_vault', message: 'LIVE takes its secrets from the vault' }];
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

/** Variables that look like a credential of an exchange or a vault, and are set. */
export function credentialNames(env: Environ): readonly string[] {
  return Object.keys(env)
    .filter((name) => CREDENTIAL.test(name.toUpperCase()) && isSet(env[name]))
    .sort();
}

const MASK = '[secret]';

/**
 * The value lives in a closure: no property holds it, so no logger, serialiser or spread can find
 * it.
 */
export function createSecret(value: string): Secret {
  return Object.freeze({
    reveal: () => value,
    toString: () => MASK,
    toJSON: () => MASK,
    [Symbol.for('nodejs.util.inspect.custom')]: () => MASK,
  });
}
