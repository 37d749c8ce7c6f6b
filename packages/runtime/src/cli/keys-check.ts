import { resolve } from 'node:path';
import { type Parser, parseText, type Violation } from '@holdfast/core/parse';
import { MATRIX_ENVIRONMENTS } from '../config/env-matrix.ts';
import { readBounded } from '../proof/bounded-file.ts';
import { complain, type ExitCode, type Io, shown, tell, tellJson } from './io.ts';
import {
  isTradeCapable,
  parseProbeEntry,
  parseProbeRecord,
  type ProbeEntry,
} from './keys-record.ts';

/** Where the pack of phase 0 keeps the record. */
export const PROBE_PATH = 'evidence/phase0/keys/key_scope_probe.json';

const PROBE_BYTES_MAX = 1 << 20;

/** Words by which a venue says no to a key that was let in. */
const REFUSED = ['permission_denied', 'forbidden', 'rejected', 'failed', 'not_allowed'];
const WENT_THROUGH = ['success', 'accepted'];
/** Scopes that move money, by whatever name (phases section 9, item 35). */
const MOVES_MONEY = /withdraw|transfer|^wallet(:(?!none)|$)/i;

export interface KeysCheckOptions {
  readonly probe?: string;
  readonly env?: string;
  readonly json: boolean;
}

/** Judges a recorded probe by the rules of phases section 1.11. Anything amiss is a no. */
export function checkKeys(options: KeysCheckOptions, io: Io): ExitCode {
  const { probe, env = null, json } = options;
  const path = probe === undefined ? resolve(io.root, PROBE_PATH) : resolve(io.cwd, probe);
  const place = shown(path, io.cwd);
  const read = readProbes(path);
  const entries = read.entries.filter((entry) => env === null || entry.env === env);
  const errors = [...read.errors];
  if (read.errors.length === 0 && entries.length === 0) {
    errors.push(env === null ? 'the record holds no probe' : `the record holds no probe of ${env}`);
  }
  errors.push(...judgeEntries(entries));
  if (json) {
    tellJson(io, {
      ok: errors.length === 0,
      checked_entries: entries.length,
      env_filter: env,
      probe_path: place,
      errors,
    });
  } else {
    for (const detail of errors) complain(io, { place, rule: 'key_not_least_privilege', detail });
    if (errors.length === 0) {
      tell(io, `${place}: ${entries.length} probes, every key can do what it must and no more`);
    }
  }
  return errors.length === 0 ? 0 : 1;
}

export interface ProbesRead {
  readonly entries: readonly ProbeEntry[];
  readonly errors: readonly string[];
}

/** `{probes: […]}` or one entry alone. A file that cannot be read holds an error and no entry. */
export function readProbes(path: string): ProbesRead {
  const read = readBounded(path, PROBE_BYTES_MAX);
  if (!read.ok) return { entries: [], errors: [read.detail] };
  const text = read.bytes.toString('utf8');
  const whole = parseText(text, parseAny);
  if (whole.ok) return { entries: whole.value, errors: [] };
  const errors = whole.violations.map(({ place, path: key, rule, message }) => {
    return `${place.line}:${place.column} ${key} ${rule} ${message}`;
  });
  return { entries: [], errors };
}

const parseAny: Parser<readonly ProbeEntry[]> = (value) => {
  const isRecord = typeof value === 'object' && value !== null && 'probes' in value;
  if (isRecord) {
    const parsed = parseProbeRecord(value);
    return parsed.ok ? { ok: true, value: parsed.value.probes } : parsed;
  }
  const parsed: { ok: true; value: ProbeEntry } | { ok: false; violations: Violations } =
    parseProbeEntry(value);
  return parsed.ok ? { ok: true, value: [parsed.value] } : parsed;
};

type Violations = readonly [Violation, ...Violation[]];

/** What is wrong with the entries, alone and beside each other. */
export function judgeEntries(entries: readonly ProbeEntry[]): readonly string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = `${entry.env} ${entry.key_id}`;
    for (const fault of faultsOf(entry)) errors.push(`${name}: ${fault}`);
    if (seen.has(name)) errors.push(`${name}: stands in the record twice`);
    seen.add(name);
  }
  return errors;
}

function faultsOf(entry: ProbeEntry): readonly string[] {
  const faults: string[] = [];
  const say = (isWrong: boolean, fault: string): void => {
    if (isWrong) faults.push(fault);
  };
  const resultOf = (name: string): string | null => entry.probe_results?.[name]?.result ?? null;
  say(!MATRIX_ENVIRONMENTS.some((known) => known === entry.env), 'an unknown environment');
  say(entry.withdraw_enabled, 'withdraw_enabled is not false');
  say(entry.transfer_enabled !== false, 'transfer_enabled is not false');
  for (const scope of entry.scopes) {
    say(MOVES_MONEY.test(scope), `scope ${scope} can move money`);
  }
  const identity = entry.probe_results?.['identity_check'];
  say(
    identity?.matched_expected_account === false,
    'the key leads to another account than the environment matrix says',
  );
  const withdraw = resultOf('withdraw');
  const transfer = resultOf('transfer');
  say(transfer !== null && WENT_THROUGH.includes(transfer), `a transfer went through: ${transfer}`);
  if (isTradeCapable(entry)) {
    say(entry.env === 'PAPER', 'PAPER must not hold a key that can trade');
    say(
      withdraw === null || !REFUSED.includes(withdraw),
      `a withdrawal was not refused: ${withdraw ?? 'not probed'}`,
    );
  } else {
    const placed = resultOf('place_order');
    say(
      placed !== null && WENT_THROUGH.includes(placed),
      'a key without the trade scope may place orders',
    );
  }
  return faults;
}
