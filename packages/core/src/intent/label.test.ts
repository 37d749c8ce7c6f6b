import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupId, intentHash, strategyId } from '../values/index.ts';
import { sid8 } from './identity.ts';
import {
  assembleLabel,
  buildLabel,
  type LabelIdentity,
  type LabelParts,
  parseLabel,
} from './label.ts';

const IDENTITY: LabelIdentity = {
  strategyId: strategyId('strangle_btc_low_vol'),
  groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f'),
  legIndex: 0,
  intentHash: intentHash('922c27184cf9a571'),
};
const GOLDEN = 's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571';
const PARTS: LabelParts = {
  sid8: 'nttrxjr6',
  gid12: '9f1c2d3e4b5a',
  legIndex: 0,
  ih16: '922c27184cf9a571',
};

describe('label', () => {
  it('matches the golden vectors of section 53', () => {
    expect(buildLabel(IDENTITY)).toEqual({ ok: true, label: GOLDEN });
    const second = {
      ...IDENTITY,
      legIndex: 1,
      intentHash: intentHash('4e91044e2cc65cf9'),
    } as const;
    const label = 's4:nttrxjr6:9f1c2d3e4b5a:1:4e91044e2cc65cf9';
    expect(buildLabel(second)).toEqual({ ok: true, label });
  });

  it('AT-216 a built label starts with s4:, fits and is parsed to its components', () => {
    const hex = (length: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((s) => s.length === length);
    fc.assert(
      fc.property(
        fc.string(),
        fc.uuid(),
        hex(16),
        fc.constantFrom(0, 1),
        (id, group, hash, leg) => {
          const identity = {
            strategyId: strategyId(id),
            groupId: groupId(group),
            legIndex: leg,
            intentHash: intentHash(hash),
          };
          const built = buildLabel(identity);
          if (!built.ok) throw new Error(`refused ${JSON.stringify(identity)}`);
          expect(built.label.startsWith('s4:')).toBe(true);
          expect(built.label.length).toBeLessThanOrEqual(64);
          expect(parseLabel(built.label)).toEqual({
            sid8: sid8(strategyId(id)),
            gid12: group.replaceAll('-', '').slice(0, 12),
            legIndex: leg,
            ih16: hash,
          });
        },
      ),
    );
  });

  it('AT-921 a label over 64 characters is refused with its length, never cut', () => {
    const at = (total: number) => assembleLabel({ ...PARTS, ih16: 'a'.repeat(total - 27) });
    expect(at(65)).toEqual({ ok: false, length: 65, malformed: null });
    expect(at(200)).toEqual({ ok: false, length: 200, malformed: null });
  });

  it('lets exactly 64 characters through', () => {
    const built = assembleLabel({ ...PARTS, ih16: 'a'.repeat(37) });
    expect(built.ok && built.label.length).toBe(64);
  });

  it.each([
    ['sid8', { sid8: '' }],
    ['sid8', { sid8: 'nttr:jr6' }],
    ['sid8', { sid8: 'NTTRXJR6' }],
    ['sid8', { sid8: 'nttrxjr1' }],
    ['gid12', { gid12: '' }],
    ['gid12', { gid12: '9f1c2d3e4b5é' }],
    ['gid12', { gid12: '9F1C2D3E4B5A' }],
    ['legIndex', { legIndex: 7 }],
    ['legIndex', { legIndex: Number.NaN }],
    ['legIndex', { legIndex: 0.5 }],
    ['ih16', { ih16: '' }],
    ['ih16', { ih16: '922c27184cf9a57z' }],
    ['ih16', { ih16: ':22c27184cf9a571' }],
  ] as const)('refuses a malformed %s: %j', (part, change) => {
    expect(assembleLabel({ ...PARTS, ...change })).toMatchObject({ ok: false, malformed: part });
  });

  it.each([
    ['gid12', { groupId: groupId('9f1c2d3e4b5a4c6d8e7f0a1b2c3d4e5f') }],
    ['gid12', { groupId: groupId('9F1C2D3E-4B5A-4C6D-8E7F-0A1B2C3D4E5F') }],
    ['gid12', { groupId: groupId('') }],
    ['gid12', { groupId: groupId('9f1') }],
    ['ih16', { intentHash: intentHash('922c27184cf9a57') }],
    ['ih16', { intentHash: intentHash('922c27184cf9a5710') }],
  ] as const)('builds no label that would not be read back: %s of %j', (part, change) => {
    expect(buildLabel({ ...IDENTITY, ...change })).toMatchObject({ ok: false, malformed: part });
  });

  it.each([
    '',
    's4',
    's4::::',
    's3:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571',
    'S4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571',
    's4:nttrxjr:9f1c2d3e4b5a:0:922c27184cf9a571a',
    's4:nttrxjr6a:9f1c2d3e4b5:0:922c27184cf9a571',
    's4:nttrxjr6:9f1c2d3e4b5a:2:922c27184cf9a571',
    's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a57',
    's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a5711',
    's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a57g',
    's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9:571',
    's4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571:',
    's4:nttrxjr1:9f1c2d3e4b5a:0:922c27184cf9a571',
    's4:nttrxjr6:9F1c2d3e4b5a:0:922c27184cf9a571',
    ' s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571',
  ])('does not read %j as ours', (text) => {
    expect(parseLabel(text)).toBeNull();
  });

  it('reads nothing but what it would have built', () => {
    const near = fc
      .tuple(fc.nat({ max: GOLDEN.length - 1 }), fc.string({ unit: 'binary', maxLength: 2 }))
      .map(([at, put]) => GOLDEN.slice(0, at) + put + GOLDEN.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        const parts = parseLabel(text);
        if (parts === null) return true;
        const again = assembleLabel(parts);
        return again.ok && again.label === text;
      }),
    );
  });
});
