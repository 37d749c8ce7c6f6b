import type { Violation } from '@holdfast/core/parse';
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
    meaning: 'What the machine believes it is; when set, it must be what the runtime file says.',
  },
} as const;

/** Names under which exchange or vault credentials are commonly left lying about. */
const CREDENTIAL = /^(HOLDFAST_|STOIC_)?(DERIBIT|VAULT)_.*(CLIENT_ID|SECRET|KEY|TOKEN|PASSWORD)/;

export function readSecrets(env: Environ, runtime: RuntimeDocument): SecretsRead {
  const violations: Violation[] = [];
  const say = (name: string, rule: string, message: string): void => {
    violations.push({ path: `/${name}`, rule, message });
  };
  const { clientId, clientSecret, tradingEnvironment } = ENVIRONMENT_VARIABLES;
  const believed = env[tradingEnvironment.name];
  if (isSet(believed) && believed.toLowerCase() !== runtime.environment) {
    const message = `the machine says ${believed}, the runtime file says ${runtime.environment}`;
    say(tradingEnvironment.name, 'environment_mismatch', message);
  }
  const id = env[clientId.name];
  const secret = env[clientSecret.name];
  if (runtime.venue === 'simulated') {
    for (const name of credentialNames(env)) {
      const message = 'a credential is present where none may be: remove it from this environment';
      say(name, 'secret_forbidden', message);
    }
  } else {
    for (const name of [clientId.name, clientSecret.name]) {
      if (!isSet(env[name])) say(name, 'secret_missing', 'required for this venue and not set');
    }
  }
  const [first, ...rest] = violations;
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  if (!isSet(id) || !isSet(secret)) return { ok: true, value: Object.freeze({ venueKey: null }) };
  const venueKey = Object.freeze({ clientId: id, clientSecret: createSecret(secret) });
  return { ok: true, value: Object.freeze({ venueKey }) };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function credentialNames(env: Environ): readonly string[] {
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
