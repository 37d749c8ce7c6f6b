import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_PATH, DEFAULT_GUARD_CONFIG } from './config.ts';
import { loadGuardConfig } from './config-file.ts';

const REPOSITORY = join(import.meta.dirname, '../../../../..');
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-guard-'));
  mkdirSync(join(root, 'config/governance'), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const load = (variables: Readonly<Record<string, string>> = {}) =>
  loadGuardConfig(variables, root, root);
const codes = (variables: Readonly<Record<string, string>> = {}) => {
  const read = load(variables);
  return read.ok ? [] : read.faults.map(({ code }) => code);
};

describe('the file of the promotion guard', () => {
  it('that is shipped says what is built in, and says all of it', () => {
    expect(loadGuardConfig({}, REPOSITORY, root)).toMatchObject({
      ok: true,
      config: DEFAULT_GUARD_CONFIG,
    });
    const text = readFileSync(join(REPOSITORY, CONFIG_PATH), 'utf8');
    expect(text.match(/^ {2}[a-z_]+:/gm)).toHaveLength(7);
  });

  it('need not be there where nobody names one', () => {
    expect(load()).toMatchObject({ ok: true, config: DEFAULT_GUARD_CONFIG });
  });

  it('is read from its place, from the one that is named, and from below the home folder', () => {
    writeFileSync(join(root, CONFIG_PATH), 'promotion_guard: {min_decisions: 8}');
    writeFileSync(join(root, 'other.yaml'), 'min_decisions: 9');
    const least = (variables: Readonly<Record<string, string>>) => {
      const read = load(variables);
      return read.ok ? read.config.minDecisionsPerRegime : null;
    };
    expect(least({})).toBe(8);
    expect(least({ PROMOTION_GUARD_CONFIG: 'other.yaml' })).toBe(9);
    expect(least({ PROMOTION_GUARD_CONFIG: join(root, 'other.yaml') })).toBe(9);
    expect(least({ PROMOTION_GUARD_CONFIG: '~/other.yaml' })).toBe(9);
  });

  it('R-10 that was named and is not there ends the start', () => {
    expect(codes({ PROMOTION_GUARD_CONFIG: 'gone.yaml' })).toEqual(['config_missing']);
  });

  const BROKEN = [
    ['no YAML', 'a: [', ['config_malformed']],
    ['nothing', '', ['config_malformed']],
    ['a list', '- balanced', ['config_malformed']],
    ['a key twice', 'min_decisions: 1\nmin_decisions: 2', ['config_malformed']],
    [
      'more digits than can be kept',
      'min_regime_confidence: 0.50000000000000000001',
      ['config_malformed'],
    ],
    ['an unknown key', 'promotion_guard: {tpyo: 1}', ['config_unknown_key:tpyo']],
  ] as const;
  it.each(BROKEN)('R-10 that holds %s ends the start, wherever it lies', (_, text, expected) => {
    writeFileSync(join(root, CONFIG_PATH), text);
    writeFileSync(join(root, 'other.yaml'), text);
    expect(codes()).toEqual(expected);
    expect(codes({ PROMOTION_GUARD_CONFIG: 'other.yaml' })).toEqual(expected);
  });

  it('R-10 that is a folder, or not UTF-8, ends the start', () => {
    expect(codes({ PROMOTION_GUARD_CONFIG: 'config' })).toEqual(['config_malformed']);
    writeFileSync(join(root, CONFIG_PATH), Buffer.from([0x61, 0xff, 0xfe]));
    expect(codes()).toEqual(['config_malformed']);
  });

  it('R-10 names its place in the file, and the environment beside it', () => {
    writeFileSync(join(root, CONFIG_PATH), 'a: 1\na: 2');
    const read = load({ POLICY_LEDGER_PATH: '' });
    expect(read.ok ? [] : read.faults).toMatchObject([
      { code: 'config_malformed', detail: expect.stringContaining('line 2, column 1') as string },
      { code: 'env_empty:POLICY_LEDGER_PATH' },
    ]);
  });

  it('R-10 named by nothing is not looked for elsewhere', () => {
    writeFileSync(join(root, CONFIG_PATH), 'a: [');
    expect(codes({ PROMOTION_GUARD_CONFIG: '  ' })).toEqual(['env_empty:PROMOTION_GUARD_CONFIG']);
  });
});
