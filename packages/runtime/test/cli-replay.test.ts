import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTapes } from '../src/replay/run-tapes.ts';
import { base, ROOT, run, runJson } from './cli-fixture.ts';
import { edited } from './tape-edit.ts';

const GOLDEN = join(ROOT, 'fixtures/golden/v1/replay-3');
const names = listTapes(GOLDEN).map((path) => basename(path));
const [first = '', second = ''] = names;

/** A copy of the golden run, its tapes as if they had been made on the Node that runs here. */
function runFolder(name: string): string {
  const folder = join(base, name);
  cpSync(GOLDEN, folder, { recursive: true });
  const { node, v8 } = process.versions;
  for (const tape of names) {
    change(join(folder, tape), (content) => {
      content.header = { ...content.header, versions: { node, v8 } };
    });
  }
  return folder;
}

function change(path: string, how: Parameters<typeof edited>[1]): void {
  writeFileSync(path, edited(readFileSync(path), how));
}

beforeAll(() => mkdirSync(base, { recursive: true }));
afterAll(() => rmSync(base, { recursive: true }));

describe('holdfast replay', () => {
  it('0 replays every tape of a folder in order, and says that another build made it', async () => {
    runFolder('equal');
    const { code, out, err } = await run(['replay', 'equal']);
    expect([code, err]).toEqual([0, []]);
    expect(out[0]).toBe(`equal/${first} replays equal`);
    expect(out.filter((line) => line.includes('other_build'))).toHaveLength(2);
    expect(out.findIndex((line) => line.startsWith(`equal/${second}`))).toBeGreaterThan(1);
    expect(out.at(-1)).toBe('equal replays equal');
  });

  it('0 replays one tape by itself, with the ledger beside it or the one it is given', async () => {
    const folder = runFolder('single');
    const { code, document } = await runJson(['replay', join('single', second)]);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      verdict: 'equal',
      missing: [],
      tapes: [{ epoch: 2, node: process.versions.node, difference: null, doubt: null }],
    });
    const elsewhere = join(base, 'elsewhere.tape');
    cpSync(join(folder, first), elsewhere);
    expect((await run(['replay', elsewhere])).code).toBe(2);
    expect((await run(['replay', elsewhere, '--ledger', 'single/ledger'])).code).toBe(0);
  });

  it('1 names the first difference: event, time, effect, field, what was and is', async () => {
    const folder = runFolder('different');
    let event = 0;
    change(join(folder, first), ({ turns }) => {
      event = turns.findIndex(({ effects }) => effects[0]?.kind === 'wake') + 1;
      const effects = turns[event - 1]?.effects ?? [];
      const [wake] = effects;
      if (wake?.kind !== 'wake') throw new Error('no wake');
      effects[0] = { ...wake, at: (wake.at + 1) as typeof wake.at };
    });
    const { code, out } = await run(['replay', 'different']);
    expect(code).toBe(1);
    expect(out[0]).toBe(`different/${first} replays differently`);
    expect(out.find((line) => line.includes('differs'))).toMatch(
      new RegExp(`at event ${event}, ticked, 20.*Z: effect 0$`),
    );
    expect(out).toContain('  path     /at');
    expect(out.some((line) => /^ {2}expected \d/.test(line))).toBe(true);
    const { document } = await runJson(['replay', join('different', first)]);
    expect(document).toMatchObject({
      verdict: 'different',
      tapes: [{ difference: { event, kind: 'ticked', index: 0, path: '/at' } }],
    });
  });

  it('2 when a process on record left no tape', async () => {
    const folder = runFolder('missing');
    rmSync(join(folder, second));
    const { code, out, err } = await run(['replay', 'missing']);
    expect(code).toBe(2);
    expect(err).toEqual(['missing tape_missing epoch 2, run 2b, is on record and left no tape']);
    expect(out.at(-1)).toBe('missing cannot be told');
  });

  it('2 when the tape was made on another Node', async () => {
    const folder = runFolder('other-node');
    change(join(folder, second), (content) => {
      content.header = { ...content.header, versions: { node: '22.0.0', v8: '1' } };
    });
    const { code, err } = await run(['replay', 'other-node']);
    expect(code).toBe(2);
    expect(err[0]).toMatch(/other_engine_version recorded on Node 22\.0\.0 \(V8 1\), this is /);
  });

  it('2 for a market tape, with a sentence about what it lacks', async () => {
    writeFileSync(join(base, 'market.jsonl'), '{"at":1790000000000,"frame":{}}\n');
    const { code, err } = await run(['replay', 'market.jsonl']);
    expect(code).toBe(2);
    expect(err[0]).toMatch(/^market\.jsonl market_tape it holds what the venue said to everybody/);
  });

  it('2 where nothing is, or no tape is', async () => {
    mkdirSync(join(base, 'bare'), { recursive: true });
    expect((await run(['replay', 'bare'])).err[0]).toMatch(/^bare no_tape /);
    expect((await run(['replay', 'nowhere'])).err[0]).toMatch(/^nowhere not_found /);
    const { code, document } = await runJson(['replay', 'nowhere']);
    expect(code).toBe(2);
    expect(document).toMatchObject({ error: { rule: 'not_found' } });
  });

  it('0 with a note for a process that was killed', async () => {
    const folder = runFolder('killed');
    change(join(folder, second), (content) => {
      content.end = null;
    });
    const path = join(folder, second);
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([1, 2, 3])]));
    const { code, out } = await run(['replay', 'killed']);
    expect(code).toBe(0);
    expect(out.some((line) => line.includes('note     not_closed: '))).toBe(true);
    expect(out.some((line) => line.includes('note     torn_tail: 3 bytes'))).toBe(true);
  });
});
