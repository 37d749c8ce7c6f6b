import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventOf, resultOf, risingBars } from './bars.fixture.ts';
import { coreHashOf, parseGoldenManifest, recordGolden } from './golden-manifest.ts';
import { tablesOf } from './table.ts';

const data = { sourceId: 'test', bars: risingBars(3), sha256: 'a'.repeat(64) };
const stamp = { createdAt: Date.UTC(2026, 10, 22), codeVersion: 'test' };
const one = resultOf([eventOf()]);
const none = resultOf([]);

const manifest = recordGolden(
  data,
  new Map([
    ['b', { role: 'control', result: none }],
    ['a', { role: 'candidate', result: one }],
  ]),
  stamp,
);

describe('the golden manifest', () => {
  it('says what was recorded, and reads back', () => {
    expect(parseGoldenManifest(manifest)).toEqual({ ok: true, value: manifest });
    expect(manifest).toMatchObject({
      created_at: '2026-11-22T00:00:00.000Z',
      data: { from: '2026-03-02T09:00:00.000Z', to: '2026-03-02T09:00:08.000Z', rows: 3 },
      branches: { a: { role: 'candidate', events: { rows: 1 } }, b: { role: 'control' } },
    });
  });

  it('its core hash is that of the sorted triples, in whatever order they were run', () => {
    const [a, b] = [tablesOf(one), tablesOf(none)];
    const triples = [
      ['a', 'daily', a.daily.sha256],
      ['a', 'events', a.events.sha256],
      ['a', 'trades', a.trades.sha256],
      ['b', 'daily', b.daily.sha256],
      ['b', 'events', b.events.sha256],
      ['b', 'trades', b.trades.sha256],
    ];
    const expected = createHash('sha256').update(JSON.stringify(triples)).digest('hex');
    expect(manifest.core_hash).toBe(expected);
    expect(
      coreHashOf(
        new Map([
          ['a', a],
          ['b', b],
        ]),
      ),
    ).toBe(expected);
    expect(
      coreHashOf(
        new Map([
          ['a', b],
          ['b', a],
        ]),
      ),
    ).not.toBe(expected);
  });

  it.each([
    ['another schema', { ...manifest, schema_version: 'golden-manifest.v2' }],
    ['a key nobody knows', { ...manifest, spare: 1 }],
    ['a branch that is a path', { ...manifest, branches: { '../a': manifest.branches['a'] } }],
    ['a hash that is none', { ...manifest, core_hash: 'abc' }],
    [
      'a figure that is a number',
      {
        ...manifest,
        branches: {
          a: {
            ...manifest.branches['a'],
            headline: { ...manifest.branches['a']?.headline, win_rate: 0.5 },
          },
        },
      },
    ],
  ])('%s is refused', (_name, wrong) => {
    expect(parseGoldenManifest(wrong).ok).toBe(false);
  });
});
