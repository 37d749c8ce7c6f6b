/** One trick, driven through the command line, and what has to come of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Ground, hasSandbox, type Typing } from './ground.ts';

export interface Attack {
  /** The rule it is against, and the trick. */
  readonly title: string;
  /** `typed`: the command line is a process of its own. */
  readonly how: 'typed' | 'composed';
  /** Sets the trap, and answers the words that spring it. */
  readonly prepare: (ground: Ground) => Promise<readonly string[]> | readonly string[];
  /** Goes on while the command runs; what it answers ends it. */
  readonly meanwhile?: (ground: Ground) => Promise<() => Promise<void> | void>;
  readonly typing?: (ground: Ground) => Typing;
  /** Milliseconds since the epoch, for whoever would like it to be another time. */
  readonly clock?: () => number;
  /** As section 9.14 has it; more than one where a race may be lost early or late. */
  readonly exit: number | readonly number[];
  /** The code of the no: in the answer, or on record. */
  readonly says: string | RegExp;
  /** Never in the answer, nor on record. */
  readonly unsaid?: readonly string[];
  /** It needs a command that runs: where there is no sandbox, that is what is refused. */
  readonly inSandbox?: true;
  /** What somebody else changes around the scope: the product has to have named each. */
  readonly strays?: (ground: Ground) => readonly string[];
}

const NEVER = /^OPS-\d{4}-\d{2}-\d{2}-\d{3}: SUCCESS$/m;
/** What would speak to the terminal. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
const REFUSED_COMMAND: Attack = {
  title: 'D-43 a command where there is no sandbox',
  how: 'typed',
  prepare: async (ground) => ['run', await ground.declared(ground.runs([ground.tool('a', ':')]))],
  exit: 1,
  says: 'command_forbidden',
};

/** Springs it, and holds everything around the scope against what it was. */
export async function repel(ground: Ground, attack: Attack, isBoxed: boolean): Promise<void> {
  // What needs name spaces cannot be tried without them; a command is refused then.
  if (attack.inSandbox === true && !isBoxed) return repel(ground, REFUSED_COMMAND, true);
  const words = await attack.prepare(ground);
  const end = await attack.meanwhile?.(ground);
  const before = ground.manifest();
  const sealed = successes(ground);
  const answer = await spring(ground, attack, words);
  await end?.();
  const told = `${answer.said}\n${ground.records()}`;
  const strays = attack.strays?.(ground) ?? [];
  expect(different(before, ground.manifest())).toEqual(strays);
  for (const path of strays) expect(answer.said).toContain(path);
  expect([attack.exit].flat(), answer.said).toContain(answer.code);
  expect(isSaid(told, attack.says), `${attack.says} in ${answer.said}`).toBe(true);
  expect(answer.said).not.toMatch(NEVER);
  expect(answer.said).not.toMatch(CONTROLS);
  expect(successes(ground)).toBe(sealed);
  for (const word of attack.unsaid ?? []) expect(around(told, word)).toBe('');
  expect(ground.running()).toEqual([]);
}

/** What stands behind a word, for whoever has to mend it; empty where it is not said. */
const around = (told: string, word: string): string =>
  told.includes(word) ? told.slice(told.indexOf(word)).slice(0, 200) : '';

const isSaid = (told: string, says: string | RegExp): boolean =>
  typeof says === 'string' ? told.includes(says) : says.test(told);

function spring(ground: Ground, attack: Attack, words: readonly string[]): Promise<Answer> {
  if (attack.how === 'composed') return ground.compose(words, attack.clock);
  return ground.type(words, attack.typing?.(ground));
}

/** Entries of the ledger that say so. */
function successes(ground: Ground): number {
  return ground.records().split('"outcome":"SUCCESS"').length;
}

function different(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** Every attack of a table, each on ground of its own; one that was not run fails the table. */
export function repelAll(name: string, attacks: readonly Attack[]): void {
  describe(name, () => {
    const ground = new Ground();
    let isBoxed = false;
    let ran = 0;
    beforeAll(async () => {
      isBoxed = await hasSandbox();
      await ground.open();
    });
    afterAll(async () => {
      await ground.close();
      expect(ran).toBe(attacks.length);
    });
    it.each(attacks.map((attack) => [attack.title, attack] as const))('%s', async (_, attack) => {
      ground.reset();
      await repel(ground, attack, isBoxed);
      ran += 1;
    });
  });
}
