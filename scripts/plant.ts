/**
 * `npm run plant`: proves that the checkers see. A copy of the project is given one known bug after
 * another, and worlds are run in it until a checker finds the bug. First a copy without any bug
 * must come out clean.
 * Exit code 0: every bug was found and the control is clean. 1: one was not, or the control is not.
 * 2: a bug no longer applies, or wrong usage.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PLANTS } from './plant/catalogue.ts';
import type { Ground, Plant } from './plant/plant.ts';
import { plantTable, verdictLine } from './plant/table.ts';
import { hunt, judge, type Verdict } from './plant/verdict.ts';
import { openWorkshop, type Workshop } from './plant/workshop.ts';

const SEEDS = 1_000;
const CONTROL_SEEDS = 200;

const HELP = `npm run plant -- [options]

Plants one known bug after another in a copy of the project and runs worlds until a checker
finds it. The project itself is never touched.

  --only <name>   this one; may be given more than once
  --seeds <n>     worlds before a bug counts as missed; ${SEEDS} unless given
  --list          the table of planted bugs, and nothing is run
  --json          one line of JSON for each bug, and one with the counts at the end
  --help          this

Exit codes: 0 all found, 1 one was missed or the control is not clean, 2 a bug no longer applies
or wrong usage.

Example: npm run plant -- --only book-gap-applied
`;

interface Asked {
  readonly plants: readonly Plant[];
  readonly seeds: number;
  readonly json: boolean;
}

interface Control {
  readonly ground: Ground;
  readonly ran: number;
  /** Null when it is clean. */
  readonly fault: string | null;
}

function main(words: readonly string[]): number {
  const options = read(words);
  if (typeof options === 'string') {
    console.error(options);
    return 2;
  }
  const { values } = options;
  if (values.help === true) console.log(HELP);
  else if (values.list === true) console.log(plantTable(PLANTS));
  else {
    const asked = askedOf(values.only ?? [], values.seeds, values.json === true);
    if (typeof asked !== 'string') return prove(asked);
    console.error(asked);
    return 2;
  }
  return 0;
}

function read(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        only: { type: 'string', multiple: true },
        seeds: { type: 'string' },
        list: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return `plant: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function askedOf(only: readonly string[], seeds: string | undefined, json: boolean) {
  const unknown = only.find((name) => !PLANTS.some((plant) => plant.name === name));
  if (unknown !== undefined) return `plant: no bug is called '${unknown}'; --list shows them all`;
  const bound = seeds === undefined ? SEEDS : Number(seeds);
  if (!Number.isSafeInteger(bound) || bound < 1) return 'plant: --seeds takes a whole number';
  const plants = only.length === 0 ? PLANTS : PLANTS.filter(({ name }) => only.includes(name));
  return { plants, seeds: bound, json };
}

function prove({ plants, seeds, json }: Asked): number {
  const workshop = openWorkshop(join(import.meta.dirname, '..'));
  try {
    const controls = (['worlds', 'scenarios'] as const).map((ground) => control(workshop, ground));
    for (const each of controls) tell(json, { control: each.ground, ...each }, controlLine(each));
    const verdicts = plants.map((plant) => {
      const verdict = judge(workshop, plant, seeds);
      tell(json, jsonOf(verdict), verdictLine(verdict));
      return verdict;
    });
    return conclude(verdicts, controls, json);
  } finally {
    workshop.close();
  }
}

/** The same hunt with nothing planted: whatever it finds is no proof of anything. */
function control(workshop: Workshop, ground: Ground): Control {
  const hunted = hunt(workshop, ground, CONTROL_SEEDS, ['any']);
  if (typeof hunted === 'string') return { ground, ran: 0, fault: hunted };
  const { caught, ran } = hunted;
  return {
    ground,
    ran,
    fault: caught === null ? null : `${caught.checker} at ${caught.where}: ${caught.detail}`,
  };
}

function controlLine({ ground, ran, fault }: Control): string {
  return fault === null ? `clean   control: ${ran} ${ground}` : `FOUND   control: ${fault}`;
}

function jsonOf({ plant, outcome, seconds }: Verdict): object {
  return { plant: plant.name, class: plant.class, ...outcome, seconds: Math.round(seconds) };
}

function tell(json: boolean, line: object, text: string): void {
  console.log(json ? JSON.stringify(line) : text);
}

function conclude(
  verdicts: readonly Verdict[],
  controls: readonly Control[],
  json: boolean,
): number {
  const isCaught = ({ outcome }: Verdict): boolean => outcome.kind === 'caught';
  const passed = verdicts.filter(isCaught).length;
  const failed = verdicts.length - passed;
  const isClean = controls.every(({ fault }) => fault === null);
  const worth = isClean ? '' : ', and the control is not clean';
  tell(json, { passed, failed, clean: isClean }, `${passed} found, ${failed} not${worth}`);
  if (verdicts.some(({ outcome }) => outcome.kind === 'unplantable')) return 2;
  return failed === 0 && isClean ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
