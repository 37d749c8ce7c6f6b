/**
 * Every order of events to a stated bound, over the real core.
 *   npm run explore                                  all subjects, as deep as `npm test` goes
 *   npm run explore -- latch --depth 6               one of them, to this depth
 *   npm run explore -- --deeper 2                    all of them, so much deeper
 *   npm run explore -- --json                        for machines; the last line has the counts
 * Exit code 0: no rule was broken. 1: one was, and the shortest path to it is printed. 2: wrong
 * usage.
 */
import { parseArgs } from 'node:util';
import { SUBJECTS, type Subject } from './all.ts';
import type { Exploration } from './explore.ts';

const NAMES = SUBJECTS.map(({ name }) => name).join(' | ');
const USAGE = `usage: npm run explore -- [${NAMES}] [--depth N | --deeper N] [--json]`;

/** One line of what was explored, and the path to what was found. */
export function told({ model, depth, ...found }: Exploration): string {
  const bound = found.complete ? 'to the end' : `to depth ${depth}`;
  const counts = `${found.states} states, ${found.transitions} steps, ${found.rested} at rest`;
  const line = `${model.padEnd(15)} ${bound.padEnd(12)} ${counts}, ${found.seconds.toFixed(1)} s`;
  if (found.violation === null) return `ok    ${line}`;
  return `FOUND ${line}\n      ${found.violation.says}\n      ${found.violation.path.join(' > ')}`;
}

interface Wanted {
  readonly subjects: readonly Subject[];
  readonly depth: number | null;
  /** Added to the depth each has by itself. */
  readonly deeper: number;
  readonly json: boolean;
}

/** What the words ask for; null where they ask for nothing there is. */
export function wantedOf(words: readonly string[]): Wanted | null {
  const options = {
    depth: { type: 'string' },
    deeper: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch {
    return null;
  }
  const { positionals, values } = parsed;
  const depth = values.depth === undefined ? null : Number(values.depth);
  const deeper = Number(values.deeper ?? 0);
  if (depth !== null && !(Number.isSafeInteger(depth) && depth > 0)) return null;
  if (!Number.isSafeInteger(deeper) || deeper < 0) return null;
  const subjects = SUBJECTS.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  const isKnown = positionals.every((name) => SUBJECTS.some((each) => each.name === name));
  return isKnown ? { subjects, depth, deeper, json: values.json ?? false } : null;

  function parse() {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  }
}

function main(): void {
  const wanted = wantedOf(process.argv.slice(2));
  if (wanted === null) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const found = wanted.subjects.map((subject) => {
    const own = subject.depth === null ? undefined : subject.depth + wanted.deeper;
    const explored = subject.run(wanted.depth ?? own);
    if (!wanted.json) console.log(told(explored));
    return explored;
  });
  const failed = found.filter(({ violation }) => violation !== null).length;
  if (wanted.json) {
    console.log(JSON.stringify({ passed: found.length - failed, failed, explored: found }));
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.main) main();
