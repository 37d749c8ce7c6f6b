import xxhash from 'xxhash-wasm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xxhash64, xxhash64Text } from './xxhash64.ts';

const reference = await xxhash();

function ofBytes(bytes: Uint8Array): string {
  return reference.h64Raw(bytes).toString(16).padStart(16, '0');
}

describe('xxhash64', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['abc', '44bc2cf5ad770999'],
  ])('gives the published value of %j', (text, hash) => {
    expect(xxhash64Text(text)).toBe(hash);
  });

  it('equals the reference at every length around the stripe and word bounds', () => {
    for (let length = 0; length <= 200; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 151 + length) & 0xff);
      expect(xxhash64(bytes)).toBe(ofBytes(bytes));
    }
  });

  it('reads no byte past the length it is given', () => {
    const bytes = new Uint8Array(100).fill(7);
    const longer = Uint8Array.from([...bytes, 1, 2, 3]);
    expect(xxhash64(longer, 100)).toBe(xxhash64(bytes));
    expect(xxhash64(longer, 101)).not.toBe(xxhash64(bytes));
  });
});

describe('xxhash64 properties', () => {
  it('equals the reference on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(xxhash64(bytes)).toBe(ofBytes(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('equals the reference on the UTF-8 of any text, lone surrogates included', () => {
    const units = fc.uint16Array({ maxLength: 100 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), units), (text) => {
        expect(xxhash64Text(text)).toBe(ofBytes(new TextEncoder().encode(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('equals the reference past the size of its scratch buffer', () => {
    const text = 'ε'.repeat(1_000);
    expect(xxhash64Text(text)).toBe(ofBytes(new TextEncoder().encode(text)));
  });
});
