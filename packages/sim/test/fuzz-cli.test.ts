import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzz, type FuzzArguments } from '../src/cli/fuzz.ts';
import type { CliIo } from '../src/cli/io.ts';
import type { BatchResult } from '../src/fuzz/batch.ts';
import { swarmCrew } from '../src/fuzz/swarm-crew.ts';
import { weatherOf } from '../src/fuzz/models.ts';
import { NO_WORLDS } from '../src/fuzz/totals.ts';
import { createPrng } from '../src/prng.ts';
import { parseScenario } from '../src/scenario/parse.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const root = mkdtempSync(join(tmpdir(), 'fuzz-'));
cpSync(join(CHECKOUT, 'config'), join(root, 'config'), { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly status: readonly (string | null)[];
}

async function run(
  given: Partial<FuzzArguments>,
  crew: typeof swarmCrew = swarmCrew,
  isTerminal = false,
  interrupted = new Promise<void>(() => {}),
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const status: (string | null)[] = [];
  const io: CliIo = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    cwd: root,
    root,
    env: {},
    ...(isTerminal ? { status: (text) => void status.push(text) } : {}),
  };
  const code = await fuzz({ from: 1, jobs: 1, ...given }, io, interrupted, crew);
  return { code, out, err, status };
}

/** A crew whose every batch comes to this. */
const made =
  (result: BatchResult): typeof swarmCrew =>
  () => [{ run: () => Promise.resolve(result), dismiss: () => undefined }];

describe('holdfast fuzz', () => {
  it('two processes come to what one does, and a run that found nothing exits 0', async () => {
    const one = await run({ seeds: 10, json: true });
    const two = await run({ seeds: 10, jobs: 2, json: true });
    expect([one.code, two.code, one.err, two.err]).toEqual([0, 0, [], []]);
    const told = ({ out }: Ran): object => ({ ...JSON.parse(out.at(-1) ?? ''), seconds: 0 });
    expect(one.out.length).toBe(1);
    expect(told(two)).toEqual(told(one));
    expect(told(one)).toMatchObject({ passed: 10, failed: 0, findings: [] });
  });

  it('a finding exits 1 and is a scenario file that can be read back', async () => {
    const seed = 77;
    const weather = weatherOf(createPrng(seed).fork('weather'));
    const finding = { seed, checker: 'a-checker', detail: 'what it saw', tries: 3, weather };
    const totals = { ...NO_WORLDS, failed: 1 };
    const { code, out } = await run({ seeds: 1 }, made({ totals, findings: [finding] }));
    expect(code).toBe(1);
    const path = 'artifacts/findings/seed-77-a-checker.yaml';
    expect(out.slice(0, 3)).toEqual([
      'FOUND  seed 77: a-checker, shrunk in 3 tries',
      '       what it saw',
      `       again: npm run drill -- ${path}`,
    ]);
    const read = parseScenario(readFileSync(join(root, path), 'utf8'));
    expect(read).toMatchObject({ ok: true, scenario: { seed } });
  });

  it('a code that is listed as out of reach and was reached exits 1', async () => {
    const totals = { ...NO_WORLDS, passed: 1, reached: { 'reject LabelTooLong': 1 } };
    const { code, out } = await run({ seeds: 1 }, made({ totals, findings: [] }));
    expect(code).toBe(1);
    expect(out).toContain('    WRONG  reject LabelTooLong is listed as out of reach');
  });

  it('a worker that dies, and a checkout without a policy, exit 2', async () => {
    const dead: typeof swarmCrew = () => [
      { run: () => Promise.reject(new Error('it died')), dismiss: () => undefined },
    ];
    const { code, err } = await run({ seeds: 1 }, dead);
    expect([code, err]).toEqual([2, ['fuzz: it died']]);
    rmSync(join(root, 'config/policy.json'));
    expect(existsSync(join(root, 'config/policy.json'))).toBe(false);
    expect((await run({ seeds: 1 })).code).toBe(2);
    cpSync(join(CHECKOUT, 'config'), join(root, 'config'), { recursive: true });
  });

  it('interrupted it deals no more, says so and exits 2', async () => {
    const result = { totals: { ...NO_WORLDS, passed: 8 }, findings: [] };
    const { code, err } = await run({ seeds: 64 }, made(result), false, Promise.resolve());
    expect([code, err]).toEqual([2, ['fuzz: interrupted before it was done']]);
  });

  it('only a terminal is shown the progress', async () => {
    const result = { totals: { ...NO_WORLDS, passed: 8 }, findings: [] };
    const { status } = await run({ seeds: 16 }, made(result), true);
    expect(status[0]).toMatch(/^\[#{12} {12}\] {2}50 % {2}8 worlds/);
    expect(status.at(-1)).toBeNull();
    expect((await run({ seeds: 16 }, made(result))).status).toEqual([]);
  });
});
