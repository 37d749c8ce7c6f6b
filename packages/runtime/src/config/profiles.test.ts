import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedRules, supportedProfiles } from './profiles.ts';

const LINKED = [{ profile: 'GOP' }] as const;

describe('the profiles a build may claim', () => {
  it('are core safety alone where nothing else is linked, whatever the list of rules says', () => {
    for (const planned of [null, [], ['AT-992']]) {
      expect(supportedProfiles([], planned)).toEqual(['CSP']);
    }
  });

  it('do not grow with a linked governance part while one of its rules is planned', () => {
    expect(supportedProfiles(LINKED, ['AT-992'])).toEqual(['CSP']);
  });

  it('do not grow while nobody can tell which rules are planned', () => {
    expect(supportedProfiles(LINKED, null)).toEqual(['CSP']);
  });

  it('are all three once governance is linked and every one of its rules is tested', () => {
    expect(supportedProfiles(LINKED, [])).toEqual(['CSP', 'GOP', 'FULL']);
  });
});

describe('the planned rules of governance', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));
  const rule = (id: string, profile: string, status: string) => ({
    id,
    profile,
    title: 't',
    status,
    tests: [],
  });
  const planned = (text: string) => {
    const path = join(root, 'docs/contract/rules.json');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return plannedRules(root);
  };

  it('are those of the list that are of its profile and have no test', () => {
    const rules = [
      rule('AT-001', 'CSP', 'planned'),
      rule('AT-002', 'GOP', 'planned'),
      rule('AT-005', 'GOP', 'tested'),
    ];
    expect(planned(JSON.stringify(rules))).toEqual(['AT-002']);
    expect(planned(JSON.stringify(rules.slice(2)))).toEqual([]);
  });

  it.each([
    ['is no list', '{}'],
    ['is empty', '[]'],
    ['is broken', '[{'],
    ['names no rule of governance', JSON.stringify([rule('AT-001', 'CSP', 'tested')])],
    ['has a status nobody knows', JSON.stringify([rule('AT-002', 'GOP', 'done')])],
  ])('cannot be told where the list %s', (_, text) => {
    expect(planned(text)).toBeNull();
  });

  it('cannot be told where there is no list', () => {
    expect(plannedRules(join(root, 'nowhere'))).toBeNull();
  });

  it('of this project are read from its own list', () => {
    expect(plannedRules(resolve(import.meta.dirname, '../../../..'))).toContain('AT-992');
  });
});
