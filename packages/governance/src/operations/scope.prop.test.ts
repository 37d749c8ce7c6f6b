import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pretended, pretend, publishedList } from './probe.fixture.ts';
import type { PathProbe } from './probe.ts';
import { assessAllowedPath, assessFile, isBelow } from './scope.ts';

const forbidden = publishedList();
const segment = fc.constantFrom('a', 'b', 'app', 'app2', 'x', '..', '.', '', 'etc', '.env', '*');
const plain = fc.constantFrom('a', 'b', 'app', 'app2', 'x');
const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/srv/${parts.join('/')}`);
const place = fc
  .array(plain, { minLength: 1, maxLength: 4 })
  .map((parts) => `/srv/${parts.join('/')}`);
const what: fc.Arbitrary<Pretended> = fc.oneof(
  fc.constantFrom<Pretended>('folder', 'device', { links: 1 }, { links: 2 }),
  fc
    .oneof(place, fc.constantFrom('..', '../..', '/etc/x', '/', '../app2'))
    .map((link) => ({ link })),
);
const disk = fc.dictionary(place, what, { maxKeys: 8 }).map(pretend);

const below = fc.array(segment, { maxLength: 2 });

describe('scope', () => {
  it('O-03 a path is admitted only if its real location is below an allowed one', () => {
    let admitted = 0;
    const allowances = fc.array(place, { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(disk, allowances, path, below, (probe, allowed, other, parts) => {
        const rules = { forbidden, probe };
        if (!allowed.every((each) => assessAllowedPath(each, rules, '').allowed)) return;
        for (const at of [other, `${allowed[0]}/${parts.join('/')}`]) {
          if (!assessFile(at, 'write', allowed, rules, '').allowed) continue;
          admitted += 1;
          expect(isBelow(realPlace(probe, at), allowed)).toBe(true);
          expect(probe.lstat(at) ?? { kind: 'file', links: 1 }).toEqual({ kind: 'file', links: 1 });
        }
      }),
      { numRuns: 2_000 },
    );
    expect(admitted).toBeGreaterThan(100);
  });

  it('O-03 is total: any text is judged, and only a plain path can be allowed', () => {
    const rules = { forbidden, probe: pretend({ '/srv/app': 'folder' }) };
    fc.assert(
      fc.property(fc.oneof(fc.string(), path), (text) => {
        const decisions = [
          assessAllowedPath(text, rules, ''),
          assessFile(text, 'read', [], rules, ''),
          assessFile(text, 'write', ['/srv'], rules, ''),
        ];
        const isPlain = /^(\/[^/*]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text);
        expect(isPlain || decisions.every(({ allowed }) => !allowed)).toBe(true);
      }),
    );
  });
});

/** Where it will be, found another way: the longest part of it that exists, and the rest. */
function realPlace(probe: PathProbe, at: string): string {
  const parts = at.split('/');
  const existing = parts
    .map((_, index) => parts.slice(0, parts.length - index).join('/') || '/')
    .find((each) => probe.lstat(each) !== null);
  return `${probe.realpath(existing ?? '/')}${at.slice(existing?.length ?? 0)}`;
}
