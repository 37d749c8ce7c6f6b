import { hash as digest } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  merkleLeaf,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => digest('sha256', bytes, 'buffer');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The test vectors of the certificate-transparency reference implementation. */
const RECORDS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const A = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const B = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const C = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const D = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const E = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const F = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
const QUAD = ROOTS[4] ?? '';

const leaves = RECORDS.map((record) => merkleLeaf(sha256, Buffer.from(record, 'hex')));

describe('RFC 6962 known vectors', () => {
  it.each(ROOTS.map((root, size) => ({ size, root })))('root of $size leaves', ({ size, root }) => {
    expect(hex(merkleRoot(sha256, leaves.slice(0, size)))).toBe(root);
  });

  it.each([
    { leaf: 0, size: 1, path: [] },
    { leaf: 0, size: 8, path: [E, A, B] },
    { leaf: 5, size: 8, path: [C, D, QUAD] },
    { leaf: 2, size: 3, path: [ROOTS[2]] },
    { leaf: 1, size: 5, path: [ROOTS[1], A, C] },
  ])('inclusion of leaf $leaf in $size', ({ leaf, size, path }) => {
    const proof = inclusionProof(sha256, leaves.slice(0, size), leaf);
    expect(proof?.map(hex)).toEqual(path);
  });

  it.each([
    { from: 1, to: 1, path: [] },
    { from: 1, to: 8, path: [E, A, B] },
    { from: 6, to: 8, path: [F, D, QUAD] },
    { from: 2, to: 5, path: [A, C] },
  ])('consistency of $from with $to', ({ from, to, path }) => {
    const proof = consistencyProof(sha256, leaves.slice(0, to), from);
    expect(proof?.map(hex)).toEqual(path);
  });
});

describe('what is not in the tree', () => {
  it.each([-1, 8, 0.5, Number.NaN])('has no inclusion proof: leaf %d of 8', (index) => {
    expect(inclusionProof(sha256, leaves, index)).toBeNull();
  });

  it.each([0, -1, 9, 1.5, Number.NaN])('has no consistency proof: size %d of 8', (size) => {
    expect(consistencyProof(sha256, leaves, size)).toBeNull();
  });

  const root = merkleRoot(sha256, leaves);
  const [leaf = root] = leaves;
  const proof = inclusionProof(sha256, leaves, 0) ?? [];
  const claim = { leaf, index: 0, size: 8, root, proof };
  it.each([
    ['as claimed', claim, true],
    ['another index', { ...claim, index: 1 }, false],
    ['an index past the end', { ...claim, index: 8 }, false],
    ['a fraction', { ...claim, index: 0.5 }, false],
    ['an empty tree', { ...claim, size: 0 }, false],
    ['a smaller tree', { ...claim, size: 4 }, false],
    ['a larger tree', { ...claim, size: 9 }, false],
    ['a short proof', { ...claim, proof: proof.slice(1) }, false],
    ['a long proof', { ...claim, proof: [...proof, root] }, false],
    ['another leaf', { ...claim, leaf: root }, false],
    ['a truncated digest', { ...claim, leaf: leaf.slice(1) }, false],
    ['an empty root', { ...claim, root: new Uint8Array(0) }, false],
  ])('is proven only as it is: %s', (_, candidate, expected) => {
    expect(verifyInclusion(sha256, candidate)).toBe(expected);
  });

  const oldRoot = merkleRoot(sha256, leaves.slice(0, 6));
  const growth = {
    oldSize: 6,
    newSize: 8,
    oldRoot,
    newRoot: root,
    proof: consistencyProof(sha256, leaves, 6) ?? [],
  };
  it.each([
    ['as claimed', growth, true],
    ['shrunk', { ...growth, oldSize: 8, newSize: 6 }, false],
    ['from nothing', { ...growth, oldSize: 0 }, false],
    ['another old size', { ...growth, oldSize: 5 }, false],
    ['another new size', { ...growth, newSize: 9 }, false],
    ['another old root', { ...growth, oldRoot: root }, false],
    ['another new root', { ...growth, newRoot: oldRoot }, false],
    ['no proof', { ...growth, proof: [] }, false],
    ['a long proof', { ...growth, proof: [...growth.proof, root] }, false],
    ['the same tree', { ...growth, oldSize: 8, oldRoot: root, proof: [] }, true],
    ['the same size, another root', { ...growth, oldSize: 8, proof: [] }, false],
    ['the same tree with a proof', { ...growth, oldSize: 8, oldRoot: root, proof: [root] }, false],
  ])('grows only as it did: %s', (_, candidate, expected) => {
    expect(verifyConsistency(sha256, candidate)).toBe(expected);
  });
});
