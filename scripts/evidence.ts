/**
 * Evidence packs, made by running what they are evidence of.
 *   npm run evidence -- phase0           makes evidence/phase0
 *   npm run evidence -- phase1           makes evidence/phase1; takes about eight minutes
 *   npm run evidence -- phase1 --check   refuses a pack that is empty, stale or changed by hand
 *   npm run evidence -- phase2           makes evidence/phase2; takes about an hour
 *   npm run evidence -- phase1 --cycles 5 --out /tmp/try   fewer restarts, somewhere else
 * Exit code 0: whole. 1: made or found, and not whole. 2: wrong usage.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type PackRules, packFaults } from './evidence/check.ts';
import type { PackOutcome } from './evidence/pack.ts';
import { PHASE0_RULES } from './evidence/phase0-check.ts';
import { makePhase0 } from './evidence/phase0.ts';
import { PHASE1_RULES } from './evidence/phase1/check.ts';
import { makePhase1 } from './evidence/phase1/make.ts';
import { PHASE2_RULES } from './evidence/phase2/check.ts';
import { makePhase2 } from './evidence/phase2/make.ts';
import { CYCLES_MIN } from './evidence/phase1/restart-loop.ts';

const ROOT = join(import.meta.dirname, '..');

const HELP = `usage: npm run evidence -- <phase0 | phase1 | phase2> [--check] [--json]
                       [--out <folder>] [--cycles <restarts of phase1>]
example: npm run evidence -- phase1 --check`;

interface Pack {
  readonly rules: PackRules;
  make(folder: string, cycles: number, say: (line: string) => void): Promise<PackOutcome>;
}

const PACKS: Readonly<Record<string, Pack>> = {
  phase0: {
    rules: PHASE0_RULES,
    make: (folder, _cycles, say) => makePhase0(ROOT, folder, say),
  },
  phase1: {
    rules: PHASE1_RULES,
    make: (folder, cycles, say) => makePhase1({ root: ROOT, folder, cycles, say }),
  },
  phase2: {
    rules: PHASE2_RULES,
    make: (folder, _cycles, say) => makePhase2(ROOT, folder, say),
  },
};

const OPTIONS = {
  check: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  out: { type: 'string' },
  cycles: { type: 'string', default: String(CYCLES_MIN) },
} as const;

function read(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch {
    return null;
  }
}

async function main(words: readonly string[]): Promise<number> {
  const given = read(words);
  if (given?.values.help === true) {
    console.log(HELP);
    return 0;
  }
  const [name = '', ...more] = given?.positionals ?? [];
  const pack = PACKS[name];
  const cycles = Number(given?.values.cycles);
  if (given === null || pack === undefined || more.length > 0 || !(cycles >= 1)) {
    console.error(HELP);
    return 2;
  }
  const { check, json, out } = given.values;
  const folder = out === undefined ? join(ROOT, 'evidence', name) : resolve(out);
  const say = json ? () => undefined : console.log;
  const made = check ? null : await pack.make(folder, cycles, say);
  if (made !== null) {
    say(`written    ${made.written} files in ${out ?? `evidence/${name}`}`);
    for (const { path, why } of made.missing) say(`missing    ${path}: ${why}`);
  }
  const faults = packFaults(ROOT, folder, pack.rules);
  for (const fault of faults) say(`fault      ${fault}`);
  const word = faults.length === 0 ? 'whole' : `not whole (${faults.length} faults)`;
  say(`${out ?? `evidence/${name}`}: ${word}, NOT SIGNED`);
  if (json) console.log(JSON.stringify({ pack: name, whole: faults.length === 0, faults }));
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
