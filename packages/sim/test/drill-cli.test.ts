import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drill, type DrillArguments } from '../src/cli/drill.ts';
import type { CliIo } from '../src/cli/io.ts';
import type { Played } from '../src/scenario/play.ts';
import { type Players, playersOf } from '../src/scenario/play-all.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const THREE = ['write-error', 'ghost-order', 'venue-rejects'];

interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

async function run(given: Partial<DrillArguments>, players: typeof playersOf): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    cwd: CHECKOUT,
    root: CHECKOUT,
    env: {},
  };
  const code = await drill({ scenarios: THREE, ...given }, io, players);
  return { code, out, err };
}

const PLAYED: Played = { passed: true, finding: null, broken: [], story: [] };

/** A player that lets so many milliseconds pass over each of its parts, and counts them. */
function slow(ms: number, counts: { played: number }): Players[number] {
  return {
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      counts.played += 1;
      return PLAYED;
    },
    dismiss: () => undefined,
  };
}

describe('holdfast drill', () => {
  it('two processes say what one says, in the same order', async () => {
    const one = await run({ json: true }, playersOf);
    const two = await run({ json: true, jobs: 2 }, playersOf);
    expect(two).toEqual(one);
    expect(one.code).toBe(0);
    expect(one.out).toHaveLength(4);
    expect(one.out.at(-1)).toBe('{"passed":3,"failed":0}');
    const paths = one.out.slice(0, 3).map((line) => JSON.parse(line).path);
    for (const [index, name] of THREE.entries()) expect(paths[index]).toContain(name);
  });

  it('whoever is free plays the next, and what is told keeps its order', async () => {
    const quick = { played: 0 };
    const { code, out } = await run({ json: true }, () => [
      slow(60, { played: 0 }),
      slow(5, quick),
    ]);
    expect([code, quick.played]).toEqual([0, 2]);
    expect(JSON.parse(out[0] ?? '').path).toContain('write-error');
  });

  it('one that does not hold is exit 1, and the others are played', async () => {
    const failing: Players[number] = {
      run: ({ scenario }) =>
        Promise.resolve({ ...PLAYED, passed: !scenario.scenario.includes('our label') }),
      dismiss: () => undefined,
    };
    const { code, out } = await run({ scenarios: ['ghost-order', 'write-error'] }, () => [failing]);
    expect([out[0]?.slice(0, 4), out.at(-1)]).toEqual(['FAIL', '1 passed, 1 failed']);
    expect(code).toBe(1);
  });

  it('a process that dies is exit 2, and nobody is kept', async () => {
    let dismissed = 0;
    const dismiss = (): void => void (dismissed += 1);
    const dead: Players = [
      { run: () => Promise.reject(new Error('the worker of it died: SIGKILL')), dismiss },
      { run: () => Promise.resolve(PLAYED), dismiss },
    ];
    const { code, err } = await run({}, () => dead);
    expect([code, err]).toEqual([2, ['drill: the worker of it died: SIGKILL']]);
    expect(dismissed).toBe(2);
  });
});
