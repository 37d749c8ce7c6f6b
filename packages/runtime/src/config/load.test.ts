import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from './load.ts';
import type { Environ } from './secrets.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POLICY = readFileSync(join(root, 'config/policy.json'), 'utf8');
const RUNTIME = readFileSync(join(root, 'config/runtime/dev.json'), 'utf8');
const policyPath = join(folder, 'policy.json');
const runtimePath = join(folder, 'dev.json');

const NOW = Date.UTC(2026, 10, 21);

function load(
  policy: string | Uint8Array | null,
  runtime: string | null = RUNTIME,
  env: Environ = {},
) {
  rmSync(policyPath, { force: true });
  rmSync(runtimePath, { force: true });
  if (policy !== null) writeFileSync(policyPath, policy);
  if (runtime !== null) writeFileSync(runtimePath, runtime);
  return loadConfiguration({ policyPath, runtimePath, env, root: folder, now: NOW });
}

/** `document line:column rule` of each violation. */
function faults(loaded: ReturnType<typeof load>): readonly string[] {
  if (loaded.ok) return [];
  return loaded.violations.map(({ document, place, rule }) => {
    const at = place.replace(policyPath, '').replace(runtimePath, '').trim();
    return `${document} ${at} ${rule}`;
  });
}

/**
 * The line and column at which `text` first stands in the policy, to compute what a fault must say.
 */
function placeIn(document: string, text: string): string {
  const lines = document.slice(0, document.indexOf(text)).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

function hashOf(loaded: ReturnType<typeof load>): string {
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.violations));
  return loaded.value.runtimeConfigHash;
}

describe('the configuration in the tree', () => {
  it('P0-T2 loads, with every required key, and PAPER cannot send', () => {
    const loaded = load(POLICY);
    expect(faults(loaded)).toEqual([]);
    if (!loaded.ok) return;
    expect(loaded.value.policy.policyId).toBe('LP-001');
    expect(JSON.parse(POLICY).environments.PAPER.trade_capable).toBe(false);
    expect(loaded.value.policy.expiryDelistBufferS).toBe(3600);
    expect(loaded.value.secrets.venueKey).toBeNull();
    expect(loaded.value.policyHash).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.isFrozen(loaded.value.runtime.ledger)).toBe(true);
  });
});

describe('P0-F P0-T1 unsafe policies (phases section 1.10) are refused with place and rule', () => {
  const limit = '"max_daily_loss_usd": 5000';
  it.each([
    ['NaN limit', limit, '"max_daily_loss_usd": NaN', 'NaN', 'json_syntax'],
    ['Infinity limit', limit, '"max_daily_loss_usd": Infinity', 'Infinity', 'json_syntax'],
    ['overflowing limit', limit, '"max_daily_loss_usd": 1e999', '1e999', 'number_not_finite'],
    ['true as a limit', limit, '"max_daily_loss_usd": true', 'true,\n    "max_weekly', 'type'],
    [
      'duplicate key',
      limit,
      `${limit},\n    "max_daily_loss_usd": 9e9`,
      '"max_daily_loss_usd": 9e9',
      'duplicate_key',
    ],
    ['unknown top-level key', '"stage":', '"note": "x",\n  "stage":', '"x"', 'unknown_key'],
    ['misspelt limit', limit, `${limit},\n    "max_daily_los_usd": 7`, '7,', 'unknown_key'],
    [
      'extra environment',
      '"STAGING":',
      '"LIVE2": 1,\n    "STAGING":',
      '1,\n    "STAGING"',
      'unknown_key',
    ],
    [
      'PAPER trade capable',
      '"PAPER": { "trade_capable": false',
      '"PAPER": { "trade_capable": true',
      'true, "purpose": "paper',
      'environment_trade_capable',
    ],
    [
      'DEV trade capable',
      '"DEV": { "trade_capable": false',
      '"DEV": { "trade_capable": true',
      'true',
      'environment_trade_capable',
    ],
    ['contract 9.9', '"5.2"', '"9.9"', '"9.9"', 'const'],
    ['unknown order type', '["LIMIT", "POST_ONLY"', '["LIMIT", "FANCY"', '"FANCY"', 'enum'],
    ['lower-case market', '["LIMIT", "POST_ONLY"', '["LIMIT", "market"', '"market"', 'enum'],
    ['nested list', '["LIMIT", "POST_ONLY"', '["LIMIT", ["MARKET"]', '["MARKET"]', 'enum'],
    [
      'rounded number',
      limit,
      '"max_daily_loss_usd": 5000.0000000000001',
      '5000.0000000000001',
      'number_not_exact',
    ],
    ['off-grid money', '"min_edge_usd": 0.5', '"min_edge_usd": 0.5000001', '0.5000001', 'off_grid'],
  ])('%s', (_, from, to, at, rule) => {
    const text = POLICY.replace(from, to);
    expect(text).not.toBe(POLICY);
    expect(faults(load(text))).toContain(`policy ${placeIn(text, at)} ${rule}`);
  });

  it('MARKET moved from forbidden to allowed', () => {
    const text = POLICY.replace('["LIMIT",', '["MARKET", "LIMIT",').replace(
      '["MARKET", "STOP"',
      '["STOP"',
    );
    expect(faults(load(text))).toEqual([
      `policy ${placeIn(text, '"MARKET", "LIMIT"')} order_type_never_allowed`,
    ]);
  });

  it.each([
    ['no file', null, 'policy  file_missing'],
    ['an empty file', '', 'policy 1:1 json_syntax'],
    ['half a file', POLICY.slice(0, 300), 'json_syntax'],
    ['a list', '[]', 'policy 1:1 type'],
    ['bytes that are no text', new Uint8Array([0x7b, 0xff, 0x7d]), 'policy  file_unreadable'],
  ])('%s', (_, text, expected) => {
    const found = faults(load(text));
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toContain(expected);
  });

  it('says what is wrong in every document at once', () => {
    const found = faults(
      load(POLICY.replace('"5.2"', '"9.9"'), RUNTIME.replace('"CSP"', '"FULL"')),
    );
    expect(found.map((line) => line.split(' ')[0])).toEqual(['policy', 'runtime']);
  });
});

describe('runtime document', () => {
  it.each(['staging', 'paper', 'micro-live', 'prod'])('%s has no sign-off yet', (environment) => {
    const text = RUNTIME.replace('"environment": "dev"', `"environment": "${environment}"`);
    expect(faults(load(POLICY, text))).toContainEqual(
      expect.stringMatching(/^sign_offs .*sign-offs\/phase0\.json sign_off_missing$/),
    );
  });

  it.each([
    ['testnet', 'venue_not_for_environment'],
    ['live', 'venue_not_for_environment'],
    ['binance', 'enum'],
  ])('dev on %s is refused', (venue, rule) => {
    const text = RUNTIME.replace('"simulated"', `"${venue}"`);
    expect(faults(load(POLICY, text))).toContain(`runtime ${placeIn(text, `"${venue}"`)} ${rule}`);
  });

  it.each(['GOP', 'FULL'])('does not claim to enforce %s', (profile) => {
    const text = RUNTIME.replace('"CSP"', `"${profile}"`);
    expect(faults(load(POLICY, text))).toEqual([
      `runtime ${placeIn(text, `"${profile}"`)} profile_not_supported`,
    ]);
  });

  it('serves another address than loopback with TLS', () => {
    const pair = '"tls": { "certificate": "tls/a.crt", "key": "tls/a.key" }';
    const text = RUNTIME.replace('"host": "127.0.0.1"', '"host": "0.0.0.0"');
    expect(load(POLICY, text.replace('"tls": "none"', pair)).ok).toBe(true);
  });

  it('has no default for its profile (AMB-24)', () => {
    const text = RUNTIME.replace('  "enforced_profile": "CSP",\n', '');
    expect(faults(load(POLICY, text))).toEqual(['runtime 1:1 missing_key']);
  });

  const HOST = '"host": "127.0.0.1"';
  const TLS = '"tls": "none"';
  const URL_NULL = '"url": null';
  it.each([
    [HOST, '"host": "0.0.0.0"', '"none"', 'tls_required'],
    [HOST, '"host": "example.com"', '"none"', 'tls_required'],
    [HOST, '"host": ""', '{\n    "host"', 'anyOf'],
    [TLS, '"tls": "on"', '{\n    "host"', 'anyOf'],
    [TLS, '"tls": { "certificate": "a.crt" }', '{\n    "host"', 'anyOf'],
    [TLS, '"tls": "none", "cors": "*"', '{\n    "host"', 'anyOf'],
    [URL_NULL, '"url": "ws://10.0.0.1/ws"', '"ws://10.0.0.1', 'url_not_for_venue'],
    [URL_NULL, '"url": "wss://www.deribit.com/ws/api/v2"', '"wss://www', 'url_not_for_venue'],
    [URL_NULL, '"url": "ws://me:pw@127.0.0.1/ws"', '"ws://me', 'url_not_for_venue'],
    [URL_NULL, '"url": "http://127.0.0.1/"', '"http://127', 'anyOf'],
    ['"silence_ms": 5000', '"silence_ms": 5001', '5001', 'maximum'],
    ['"kill_after_ms": 15000', '"kill_after_ms": 5000', '5000 }', 'kill_before_silence'],
    ['"budget_bytes": 4294967296', '"budget_bytes": 7', '7 }', 'minimum'],
    ['"run_folder": "artifacts/run"', '"run_folder": "../x"', '"../x"', 'pattern'],
    ['config/strategies/cheap-option.json', 'a/../b', '"a/../b"', 'pattern'],
  ])('%s turned into %s is refused', (from, to, at, rule) => {
    const text = RUNTIME.replace(from, to);
    expect(text).not.toBe(RUNTIME);
    expect(faults(load(POLICY, text))).toEqual([`runtime ${placeIn(text, at)} ${rule}`]);
  });

  it.each([
    [HOST, '"host": "::1"'],
    ['"port": 0', '"port": 8080'],
    [URL_NULL, '"url": "ws://127.0.0.1:8025/ws/api/v2"'],
    ['["config/strategies/cheap-option.json"]', '[]'],
  ])('%s may be %s', (from, to) => {
    expect(faults(load(POLICY, RUNTIME.replace(from, to)))).toEqual([]);
  });

  it('wants folders spelled out', () => {
    const text = RUNTIME.replace('artifacts/run', 'artifacts/../../etc');
    expect(faults(load(POLICY, text))[0]).toContain('pattern');
  });
});

describe('secrets', () => {
  it.each(['HOLDFAST_DERIBIT_CLIENT_SECRET', 'DERIBIT_CLIENT_ID', 'VAULT_TOKEN'])(
    '%s in dev is refused, and its value is never said',
    (name) => {
      const loaded = load(POLICY, RUNTIME, { [name]: 'hunter2-hunter2' });
      expect(faults(loaded)).toEqual([`secrets ${name} secret_forbidden`]);
      expect(JSON.stringify(loaded)).not.toContain('hunter2');
    },
  );

  it('a machine that believes to be another environment is refused', () => {
    const live = load(POLICY, RUNTIME, { HOLDFAST_TRADING_ENV: 'LIVE' });
    expect(faults(live)).toEqual(['secrets HOLDFAST_TRADING_ENV environment_mismatch']);
    expect(load(POLICY, RUNTIME, { HOLDFAST_TRADING_ENV: 'DEV' }).ok).toBe(true);
  });
});

describe('runtime_config_hash', () => {
  it('AT-113 does not depend on key order or white space', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, item]) => [key, reversed(item)]),
      );
    };
    const hash = hashOf(load(POLICY));
    expect(hashOf(load(JSON.stringify(reversed(JSON.parse(POLICY)), null, '\t')))).toBe(hash);
    expect(hashOf(load(POLICY, JSON.stringify(reversed(JSON.parse(RUNTIME)))))).toBe(hash);
  });

  it('changes with any value of either document', () => {
    const hashes = new Set([
      hashOf(load(POLICY)),
      hashOf(load(POLICY.replace('"max_daily_loss_usd": 5000', '"max_daily_loss_usd": 4999'))),
      hashOf(
        load(POLICY, RUNTIME.replace('"commit_deadline_ms": 250', '"commit_deadline_ms": 251')),
      ),
    ]);
    expect(hashes.size).toBe(3);
  });

  it('is SHA-256 of the canonical JSON of both documents', async () => {
    const { createHash } = await import('node:crypto');
    const { default: canonicalize } = await import('canonicalize');
    const text = canonicalize({ policy: JSON.parse(POLICY), runtime: JSON.parse(RUNTIME) });
    expect(hashOf(load(POLICY))).toBe(
      createHash('sha256')
        .update(text ?? '')
        .digest('hex'),
    );
  });

  it('says nothing about secrets: the environment is no part of it', () => {
    expect(hashOf(load(POLICY, RUNTIME, { HOLDFAST_TRADING_ENV: 'DEV', PATH: '/x' }))).toBe(
      hashOf(load(POLICY)),
    );
  });
});
