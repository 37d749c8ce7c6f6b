/**
 * `npm run profiles`: builds core safety, runs the acceptance tests of both profiles and writes
 * what this commit shows of each.
 *   node scripts/profile-matrix.ts [--out FILE]
 * Exit code 0: core safety is shown. 1: it is not; the file says why. 2: wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeProfileMatrix, PROFILE_MATRIX_PATH } from './evidence/phase2/profile-matrix.ts';
import { profileMatrixFaults } from './evidence/phase2/profile-matrix-schema.ts';

const ROOT = join(import.meta.dirname, '..');
const HELP = `usage: npm run profiles -- [--out <file>]
example: npm run profiles -- --out artifacts/profile_matrix.json`;

function outOf(words: readonly string[]): string | null {
  try {
    const { out } = parseArgs({ args: [...words], options: { out: { type: 'string' } } }).values;
    return resolve(out ?? join(ROOT, 'artifacts', PROFILE_MATRIX_PATH));
  } catch {
    return null;
  }
}

function main(words: readonly string[]): number {
  const out = outOf(words);
  if (out === null) {
    console.error(HELP);
    return 2;
  }
  const { text } = makeProfileMatrix(ROOT, console.log);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, text);
  const faults = profileMatrixFaults(text);
  for (const fault of faults) console.error(`fault      ${fault}`);
  console.log(`written    ${out}`);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
