import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseText } from '@holdfast/core/parse';
import { parseRuntimeDocument } from '../config/index.ts';
import { type Scope, TOKEN_NAME, TOKENS_MAX } from '../tokens/token-document.ts';
import { changeTokenFile, readTokenFile } from '../tokens/token-file.ts';
import { mintToken, withoutToken, withToken } from '../tokens/token.ts';
import { RUNTIME_PATH } from './config-check.ts';
import {
  complain,
  couldNotTell,
  type ExitCode,
  type Io,
  systemTrouble,
  tell,
  tellJson,
  type Trouble,
} from './io.ts';

export interface TokenOptions {
  /** The token file; left out, the one of the runtime configuration. */
  readonly file?: string;
  readonly json: boolean;
}

export interface TokenCreateOptions extends TokenOptions {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly days: number;
}

type TokenIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'now'>;

const DAY_MS = 86_400_000;

/** `holdfast token create`: tells the token once. 0 done, 1 no room, 2 no token file. */
export function createToken(options: TokenCreateOptions, io: TokenIo): ExitCode {
  const { name, scope, days, json } = options;
  const file = fileOf(options, io);
  if (!file.ok) return couldNotTell(io, json, file.trouble);
  const { path } = file;
  if (!new RegExp(TOKEN_NAME).test(name)) {
    const detail = `${name}: a name fits ${TOKEN_NAME}`;
    return couldNotTell(io, json, { place: '--name', rule: 'bad_name', detail });
  }
  const now = io.now();
  const minted = mintToken({
    name,
    scopes: [...new Set(scope)],
    now,
    expiresAt: now + days * DAY_MS,
  });
  const changed = change(path, (document) => {
    const grown = withToken(document, minted.entry);
    return { document: grown ?? document, result: grown !== null };
  });
  if (!changed.ok) return couldNotTell(io, json, changed.trouble);
  if (!changed.result) {
    const detail = `${TOKENS_MAX} live tokens: revoke one`;
    complain(io, { place: path, rule: 'no_room', detail });
    return 1;
  }
  const { sha256: _hash, ...shown } = minted.entry;
  if (json) tellJson(io, { ...shown, token: minted.token, file: path });
  else {
    tell(io, minted.token);
    tell(io, `Shown this once. ${name} (${shown.id}): ${shown.scopes.join(', ')}, ${days} days.`);
  }
  return 0;
}

/** `holdfast token list`: who holds what, never a token. */
export function listTokens(options: TokenOptions, io: TokenIo): ExitCode {
  const file = fileOf(options, io);
  if (!file.ok) return couldNotTell(io, options.json, file.trouble);
  const { path } = file;
  const read = readTokenFile(path);
  if (!read.ok) {
    return couldNotTell(io, options.json, { place: path, rule: read.fault, detail: read.detail });
  }
  const now = io.now();
  const tokens = read.document.tokens.map(({ sha256: _hash, ...entry }) => ({
    ...entry,
    state: stateOf(entry, now),
  }));
  if (options.json) tellJson(io, { file: path, tokens });
  else if (tokens.length === 0) tell(io, `No token in ${path}.`);
  else {
    for (const { id, name, scopes, state, expires_ts_ms: expires } of tokens) {
      const until = new Date(expires).toISOString().slice(0, 10);
      tell(io, `${id}  ${state.padEnd(7)}  until ${until}  ${name}  ${scopes.join(', ')}`);
    }
  }
  return 0;
}

/** `holdfast token revoke <who>`: an id or a name. 1 when no live token fits. */
export function revokeToken(who: string, options: TokenOptions, io: TokenIo): ExitCode {
  const file = fileOf(options, io);
  if (!file.ok) return couldNotTell(io, options.json, file.trouble);
  const { path } = file;
  const changed = change(path, (document) => {
    const { document: left, revoked } = withoutToken(document, who, io.now());
    return { document: left, result: revoked };
  });
  if (!changed.ok) return couldNotTell(io, options.json, changed.trouble);
  const ids = changed.result.map(({ id }) => id);
  if (options.json) tellJson(io, { file: path, revoked: ids });
  else if (ids.length === 0) {
    complain(io, { place: path, rule: 'no_such_token', detail: `no live token is ${who}` });
  } else tell(io, `Revoked ${ids.join(', ')}; a running engine knows within a second.`);
  return ids.length === 0 ? 1 : 0;
}

function stateOf(
  entry: { readonly revoked_ts_ms: number | null; readonly expires_ts_ms: number },
  now: number,
): 'live' | 'expired' | 'revoked' {
  if (entry.revoked_ts_ms !== null) return 'revoked';
  return now >= entry.expires_ts_ms ? 'expired' : 'live';
}

type FileFound =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly trouble: Trouble };

function fileOf({ file }: TokenOptions, io: TokenIo): FileFound {
  if (file !== undefined) return { ok: true, path: resolve(io.cwd, file) };
  const path = resolve(io.root, RUNTIME_PATH);
  const refuse = (detail: string): FileFound => ({
    ok: false,
    trouble: { place: path, rule: 'no_token_file', detail: `${detail}; or name one with --file` },
  });
  try {
    const parsed = parseText(readFileSync(path, 'utf8'), parseRuntimeDocument);
    if (!parsed.ok) return refuse('the configuration is not valid: holdfast config check');
    const { http } = parsed.value;
    if (http === 'none') return refuse('this configuration opens no port');
    return { ok: true, path: resolve(io.root, http.tokens) };
  } catch (error) {
    return { ok: false, trouble: systemTrouble(path, error) };
  }
}

type Changed<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly trouble: Trouble };

function change<T>(path: string, by: Parameters<typeof changeTokenFile<T>>[1]): Changed<T> {
  try {
    const changed = changeTokenFile(path, by);
    if (changed.ok) return changed;
    return { ok: false, trouble: { place: path, rule: changed.fault, detail: changed.detail } };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      const detail = `${path}.lock exists: somebody changes it now, or died while doing so`;
      return { ok: false, trouble: { place: path, rule: 'locked', detail } };
    }
    return { ok: false, trouble: systemTrouble(path, error) };
  }
}
