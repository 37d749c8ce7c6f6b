/**
 * Evidence packs, made by running what they are evidence of.
 *   npm run evidence -- phase0           makes evidence/phase0
 *   npm run evidence -- phase0 --check   refuses a pack that is empty, stale or changed by hand
 * Exit code 0: whole. 1: made or found, and not whole. 2: wrong usage.
 */
import { join } from 'node:path';
import { packFaults } from './evidence/check.ts';
import { makePhase0 } from './evidence/phase0.ts';

const ROOT = join(import.meta.dirname, '..');

async function main(words: readonly string[]): Promise<number> {
  const [pack, flag, ...more] = words;
  if (pack !== 'phase0' || more.length > 0 || (flag !== undefined && flag !== '--check')) {
    console.error('usage: npm run evidence -- phase0 [--check]');
    return 2;
  }
  const folder = join(ROOT, 'evidence', pack);
  if (flag === undefined) {
    const { written, missing } = await makePhase0(ROOT, folder, console.log);
    console.log(`written    ${written} files in evidence/${pack}`);
    for (const { path, why } of missing) console.log(`missing    ${path}: ${why}`);
  }
  const faults = packFaults(ROOT, folder);
  for (const fault of faults) console.log(`fault      ${fault}`);
  const word = faults.length === 0 ? 'whole' : `not whole (${faults.length} faults)`;
  console.log(`evidence/${pack}: ${word}, NOT SIGNED`);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
