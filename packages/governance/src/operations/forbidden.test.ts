import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultName } from './fault.ts';
import { loadForbidden, nearMisses, readForbidden } from './forbidden.ts';
import { PROJECT, publishedList } from './probe.fixture.ts';

const TEXT = readFileSync(join(PROJECT, 'config/ops/forbidden.yaml'), 'utf8');
const PLACES = { project: '/srv/holdfast', home: '/srv/people/ops' };

describe('the published list', () => {
  const list = publishedList();

  it('G-47 has trading logic by name: it is read and never written', () => {
    for (const part of ['core', 'strategies', 'deribit', 'runtime']) {
      const path = join(PROJECT, 'packages', part, 'src/index.ts');
      expect(list.path(path, 'write'), part).toBe('trading logic');
      expect(list.path(path, 'read'), part).toBeNull();
    }
    expect(list.path(join(PROJECT, 'packages'), 'write')).toBeNull();
    expect(list.path('/srv/app/packages/corelib/a.ts', 'write')).toBeNull();
  });

  it('O-03 denies what is below, in any case, and nothing beside', () => {
    expect(list.path('/etc/ssh', 'read')).not.toBeNull();
    expect(list.path('/etc/ssh/keys/a', 'read')).not.toBeNull();
    expect(list.path('/ETC/SSH/a', 'read')).not.toBeNull();
    expect(list.path('/etc/sshd', 'read')).toBeNull();
    expect(list.path('/srv/a.env', 'read')).toBeNull();
    expect(list.path('/srv/.env', 'read')).not.toBeNull();
    expect(list.path('/srv/.env.production', 'read')).not.toBeNull();
    expect(list.path('/srv/a.pem/x', 'read')).not.toBeNull();
  });

  it('O-05 G-39 denies the three streams and names that are coined beside them', () => {
    for (const name of [
      'apply.plan',
      'trade.intent',
      'ai.decision',
      'ai.decision.made',
      'apply.plan.manual',
    ]) {
      expect(list.redisKey(`quantum:stream:${name}`), name).toBe(true);
    }
    expect(list.redisKey('quantum:permit:x')).toBe(true);
    expect(list.redisKey('quantum:stream:market')).toBe(false);
  });

  it('denies itself to operations', () => {
    expect(list.path(join(PROJECT, 'config/ops/forbidden.yaml'), 'write')).not.toBeNull();
    expect(list.version).toBe(1);
    expect(list.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a list', () => {
  it('G-39 takes the prefix of a deployment', () => {
    const read = readForbidden(TEXT, { ...PLACES, redisPrefix: 'desk1:' });
    const list = read.ok ? read.forbidden : null;
    expect(list?.streams).toContain('desk1:stream:ai.decision');
    expect(list?.redisKey('desk1:stream:ai.decision.made')).toBe(true);
    expect(list?.redisKey('quantum:stream:ai.decision')).toBe(false);
  });

  it('takes the place of the project as it is, whatever signs are in it', () => {
    const read = readForbidden(TEXT, { ...PLACES, project: '/srv/a+b (1).x' });
    const list = read.ok ? read.forbidden : null;
    expect(list?.path('/srv/a+b (1).x/bin/holdfast.js', 'write')).toBe('trading logic');
    expect(list?.path('/srv/aab (1)/x/bin/holdfast.js', 'write')).toBeNull();
    expect(list?.tooBroad('/srv/a+b (1).x')).not.toBeNull();
    expect(list?.tooBroad('/srv/people')).toBe('/srv/people/ops is in it');
  });

  it.each([
    ['an unknown key', `${TEXT}\nallowed: [/etc]\n`],
    ['a missing part', TEXT.replace(/^trading_logic:[\s\S]*?\n\n/m, '')],
    ['an empty part', TEXT.replace(/^trading_logic:\n( {2}- .*\n)+/m, 'trading_logic: []\n')],
    ['a pattern that is none', TEXT.replace('/etc/sudo.conf', 'etc/sudo.conf')],
    ['another version', TEXT.replace('forbidden.v1', 'forbidden.v2')],
    ['no YAML', '{'],
    ['nothing', ''],
  ])('with %s is no list, and so there is no operation', (_, text) => {
    expect(text).not.toBe(TEXT);
    const read = readForbidden(text, PLACES);
    expect(read.ok ? 0 : read.faults.length).toBeGreaterThan(0);
  });

  it('that is not there is no list', () => {
    const read = loadForbidden(join(tmpdir(), 'holdfast-none'));
    expect(read.ok ? [] : read.faults.map(faultName)).toEqual(['declaration_unreadable:missing']);
  });
});

describe('near misses', () => {
  const near = (listed: readonly string[], existing: readonly string[]): unknown =>
    nearMisses(listed, existing).map((each) => [each.listed, ...each.near]);

  it('G-39 finds the stream that was meant', () => {
    expect(
      near(
        ['quantum:stream:ai.decision', 'quantum:stream:trade.intent'],
        ['quantum:stream:ai.decision.made', 'quantum:stream:trade.intent', 'quantum:stream:market'],
      ),
    ).toEqual([['quantum:stream:ai.decision', 'quantum:stream:ai.decision.made']]);
  });

  it('G-39 sees other separators, another case, a letter more or less', () => {
    const existing = ['q:Stream:trade_intent', 'q:stream:trade.intents', 'q:stream:trade.intnt'];
    expect(near(['q:stream:trade.intent'], existing)).toEqual([
      ['q:stream:trade.intent', ...[...existing].sort()],
    ]);
  });

  it('says nothing where the name is there, or nothing is like it', () => {
    expect(near(['a.b'], ['a.b', 'a.b.c'])).toEqual([]);
    expect(near(['quantum:stream:apply.plan'], ['quantum', 'orders', ''])).toEqual([]);
    expect(near([], ['a'])).toEqual([]);
  });
});
