import { resolve } from 'node:path';
import type { EnvMatrix, MatrixEnvironment } from '../config/env-matrix.ts';
import type { Environ } from '../config/index.ts';
import { hostOf, isLoopbackHost } from '../loopback.ts';
import { replaceFile } from '../proof/bounded-file.ts';
import { readBuildIdentity } from '../proof/index.ts';
import { type KeyPair, venueOverHttp } from '../key-identity.ts';
import {
  complain,
  couldNotTell,
  type ExitCode,
  type Io,
  shown,
  systemTrouble,
  tell,
  tellJson,
  type Trouble,
} from './io.ts';
import { judgeEntries, readProbes } from './keys-check.ts';
import { environmentNamed, isLeastPrivilege, NO_KEY, readMatrix } from './keys-document.ts';
import { type Probed, probeKey } from './keys-probe.ts';
import {
  NOT_APPLICABLE,
  NOT_SIGNED,
  type ProbeEntry,
  type ProbeResult,
  type Provenance,
  recordOf,
} from './keys-record.ts';

export interface KeysProbeOptions {
  readonly env: string;
  readonly url?: string;
  readonly clientId?: string;
  readonly secretEnv?: string;
  readonly revokedClientId?: string;
  readonly revokedSecretEnv?: string;
  readonly out?: string;
  readonly append: boolean;
  readonly json: boolean;
}

const TIMEOUT_MS = 10_000;

type Planned =
  | { readonly ok: false; readonly trouble: Trouble }
  | {
      readonly ok: true;
      readonly environment: MatrixEnvironment;
      readonly url: string | null;
      readonly key: KeyPair | null;
      readonly revoked: KeyPair | null;
    };

/** Asks the exchange what a key can do and records it. Secrets come from the environment alone. */
export async function probeKeys(options: KeysProbeOptions, io: Io): Promise<ExitCode> {
  const read = readMatrix(io);
  if (!read.ok) {
    for (const trouble of read.troubles) complain(io, trouble);
    return 2;
  }
  const { matrix } = read;
  const planned = plan(options, matrix, io.env);
  if (!planned.ok) return couldNotTell(io, options.json, planned.trouble);
  const probed = await probe(planned, matrix, io);
  const kept = keptEntries(options, probed.entry, io);
  if (!kept.ok) return couldNotTell(io, options.json, kept.trouble);
  const entries = [...kept.entries, probed.entry];
  const record = recordOf(entries, {
    executedBy: 'holdfast keys probe',
    at: utc(io.now()),
    leastPrivilege: isLeastPrivilege(matrix, entries),
  });
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const secrets = [planned.key, planned.revoked].flatMap((pair) => pair?.clientSecret ?? []);
  if (secrets.some((secret) => text.includes(secret))) {
    const detail = 'the answers of the exchange repeat a secret; nothing was written';
    return couldNotTell(io, options.json, {
      place: 'keys probe',
      rule: 'secret_in_answer',
      detail,
    });
  }
  if (options.out !== undefined) {
    try {
      replaceFile(resolve(io.cwd, options.out), text);
    } catch (error) {
      return couldNotTell(io, options.json, systemTrouble(options.out, error));
    }
  }
  return answer(options, probed, record, io);
}

function answer(options: KeysProbeOptions, probed: Probed, record: object, io: Io): ExitCode {
  const { entry, mismatches, isIncomplete } = probed;
  const faults = [...judgeEntries([entry]), ...mismatches];
  if (options.json) tellJson(io, record);
  else {
    tell(io, `${entry.env} ${entry.exchange} ${entry.key_id}: ${entry.scopes.join(', ')}`);
    for (const [name, { result, error, reason }] of Object.entries(entry.probe_results ?? {})) {
      const why = [error, reason].filter((text) => text !== undefined).join('; ');
      tell(io, `  ${name.padEnd(22)} ${result}${why === '' ? '' : ` (${why})`}`);
    }
    for (const detail of faults) {
      complain(io, { place: entry.key_id, rule: 'key_not_least_privilege', detail });
    }
    if (options.out !== undefined) tell(io, `recorded in ${options.out}`);
  }
  if (isIncomplete) return 2;
  return faults.length === 0 ? 0 : 1;
}

function plan(options: KeysProbeOptions, matrix: EnvMatrix, env: Environ): Planned {
  const no = (place: string, rule: string, detail: string): Planned => ({
    ok: false,
    trouble: { place, rule, detail },
  });
  const environment = environmentNamed(options.env);
  if (environment === null) {
    return no('--env', 'unknown_environment', 'one of DEV, STAGING, PAPER, LIVE');
  }
  const { url = null } = options;
  const reach = url === null ? null : reachFault(matrix, environment, url);
  if (reach !== null) return no('--url', 'host_not_for_environment', reach);
  const holdsKey = environment === 'DEV' || matrix.environments[environment].key_type !== 'NONE';
  if (!holdsKey) {
    if (options.clientId === undefined && options.secretEnv === undefined) {
      return { ok: true, environment, url, key: null, revoked: null };
    }
    return no('--client-id', 'key_not_expected', `${environment} holds no key`);
  }
  if (url === null)
    return no('--url', 'missing', `${environment} has a key: say where to probe it`);
  const key = pairOf(env, options.clientId, options.secretEnv);
  if (key === null || 'rule' in key) {
    return key === null
      ? no('--client-id', 'missing', 'name the key and, with --secret-env, its secret')
      : { ok: false, trouble: key };
  }
  const revoked = pairOf(env, options.revokedClientId, options.revokedSecretEnv);
  if (revoked !== null && 'rule' in revoked) return { ok: false, trouble: revoked };
  return { ok: true, environment, url, key, revoked };
}

/** Credentials go to the host of the matrix alone, and over TLS anywhere but on this machine. */
function reachFault(matrix: EnvMatrix, environment: MatrixEnvironment, url: string): string | null {
  const host = hostOf(url);
  if (host === null) return 'not an http or https address';
  if (environment === 'DEV') {
    return isLoopbackHost(host) ? null : 'DEV reaches the built-in exchange on loopback only';
  }
  const { base_url: base } = matrix.environments[environment];
  return host === base && url.startsWith('https://') ? null : `${environment} is https://${base}`;
}

/** Null when neither is named; trouble when only half is there. */
function pairOf(
  env: Environ,
  clientId: string | undefined,
  secretEnv: string | undefined,
): KeyPair | Trouble | null {
  if (clientId === undefined && secretEnv === undefined) return null;
  const clientSecret = secretEnv === undefined ? undefined : env[secretEnv];
  if (clientId !== undefined && clientSecret !== undefined && clientSecret.trim() !== '') {
    return { clientId, clientSecret };
  }
  const detail = 'a key needs its id and the name of an environment variable that holds its secret';
  return { place: secretEnv ?? clientId ?? 'keys probe', rule: 'secret_missing', detail };
}

async function probe(
  { environment, url, key, revoked }: Extract<Planned, { ok: true }>,
  matrix: EnvMatrix,
  io: Io,
): Promise<Probed> {
  const { venue } = matrix.environments[environment];
  const venueOf = { DEV: 'simulated', STAGING: 'testnet', PAPER: 'live', LIVE: 'live' } as const;
  const provenance: Provenance = {
    clock: 'real',
    venue: url === null ? 'none' : venueOf[environment],
    data: url === null ? 'none' : environment === 'DEV' ? 'synthetic' : 'recorded',
    build_id: buildIdOf(io.root),
    node: process.version,
  };
  const about = {
    exchange: venue,
    operator: NOT_SIGNED,
    provenance,
    timestamp: utc(io.now()),
  };
  const caller = url === null ? null : venueOverHttp(url, TIMEOUT_MS);
  if (key !== null && caller !== null) {
    return probeKey({ matrix, environment, key, revoked, venue: caller, ...about });
  }
  return { entry: keylessEntry(environment, about), mismatches: [], isIncomplete: false };
}

/** What the matrix says of an environment without a key: there is nothing to ask with. */
function keylessEntry(
  environment: MatrixEnvironment,
  about: {
    readonly exchange: string;
    readonly operator: string;
    readonly provenance: Provenance;
    readonly timestamp: string;
  },
): ProbeEntry {
  const none: ProbeResult = {
    attempted: false,
    result: NOT_APPLICABLE,
    reason: 'the environment matrix gives it no key',
  };
  const names = [
    'identity_check',
    'read_account',
    'place_order',
    'withdraw',
    'transfer',
    'trade_with_revoked_key',
  ];
  return {
    env: environment,
    exchange: about.exchange,
    key_id: NO_KEY,
    account: null,
    scopes: [],
    venue_scope: null,
    withdraw_enabled: false,
    transfer_enabled: false,
    probe_results: Object.fromEntries(names.map((name) => [name, none])),
    timestamp_utc: about.timestamp,
    operator: about.operator,
    provenance: { ...about.provenance, venue: 'none', data: 'none' },
  };
}

function buildIdOf(root: string): string {
  const build = readBuildIdentity(root);
  return build.ok ? build.buildId : `unknown (${build.code})`;
}

type Kept =
  | { readonly ok: true; readonly entries: readonly ProbeEntry[] }
  | { readonly ok: false; readonly trouble: Trouble };

/** With --append, what the record already says about other keys. */
function keptEntries(options: KeysProbeOptions, fresh: ProbeEntry, io: Io): Kept {
  if (!options.append || options.out === undefined) return { ok: true, entries: [] };
  const path = resolve(io.cwd, options.out);
  const { entries, errors } = readProbes(path);
  const [detail] = errors;
  if (detail !== undefined) {
    return { ok: false, trouble: { place: shown(path, io.cwd), rule: 'not_appended', detail } };
  }
  const isSame = ({ env, key_id }: ProbeEntry): boolean =>
    env === fresh.env && key_id === fresh.key_id;
  return { ok: true, entries: entries.filter((entry) => !isSame(entry)) };
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
