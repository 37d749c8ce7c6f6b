import { resolve } from 'node:path';
import { parseText } from '@holdfast/core/parse';
import {
  type EnvMatrix,
  MATRIX_ENVIRONMENTS,
  type MatrixEnvironment,
  parseEnvMatrix,
} from '../config/env-matrix.ts';
import { mismatchesOf } from '../key-identity.ts';
import { readBounded } from '../proof/bounded-file.ts';
import type { Io, Trouble } from './io.ts';
import { judgeEntries } from './keys-check.ts';
import { DENIED, isTradeCapable, type ProbeEntry } from './keys-record.ts';

/** Accounts, keys and hosts of every environment. */
const MATRIX_PATH = 'config/env-matrix.json';
const MATRIX_BYTES_MAX = 1 << 16;

export type MatrixRead =
  | { readonly ok: true; readonly matrix: EnvMatrix }
  | { readonly ok: false; readonly troubles: readonly Trouble[] };

/** The environment matrix of this checkout, or everything that is wrong with it. */
export function readMatrix(io: Pick<Io, 'root'>): MatrixRead {
  const read = readBounded(resolve(io.root, MATRIX_PATH), MATRIX_BYTES_MAX);
  if (!read.ok) {
    const trouble = { place: MATRIX_PATH, rule: `file_${read.fault}`, detail: read.detail };
    return { ok: false, troubles: [trouble] };
  }
  const parsed = parseText(read.bytes.toString('utf8'), parseEnvMatrix);
  if (parsed.ok) return { ok: true, matrix: parsed.value };
  const troubles = parsed.violations.map(({ path, rule, message, place }) => ({
    place: `${MATRIX_PATH}:${place.line}:${place.column}`,
    rule,
    detail: `${path}: ${message}`,
  }));
  return { ok: false, troubles };
}

export function environmentNamed(name: string): MatrixEnvironment | null {
  return MATRIX_ENVIRONMENTS.find((known) => known === name) ?? null;
}

/** Ways in which a recorded entry is not what the matrix says. An entry without a key has none. */
function mismatchesIn(matrix: EnvMatrix, entry: ProbeEntry): readonly string[] {
  const environment = environmentNamed(entry.env);
  if (environment === null) return [`${entry.env} is no environment`];
  if (entry.key_id === NO_KEY) return [];
  const { key_id: keyId, account = null, scopes } = entry;
  return mismatchesOf(matrix, environment, { keyId, account, scopes });
}

export const NO_KEY = 'N/A';

/**
 * Every key can do what it must and no more, and a revoked one nothing. False while anything is
 * unproven.
 */
export function isLeastPrivilege(matrix: EnvMatrix, entries: readonly ProbeEntry[]): boolean {
  if (entries.length === 0 || judgeEntries(entries).length > 0) return false;
  return entries.every((entry) => {
    const revoked = entry.probe_results?.['trade_with_revoked_key']?.result;
    const isRevokedRefused = !isTradeCapable(entry) || revoked === DENIED;
    return isRevokedRefused && mismatchesIn(matrix, entry).length === 0;
  });
}
