import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openTape } from './tape-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tape-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const linesOf = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

it('keeps every frame as it came, and what is no JSON as text', async () => {
  const path = join(folder, 'a.jsonl');
  const tape = await openTape(path, 1_000_000);
  tape.write(1, '{"price":0.10000000000000001}');
  tape.write(2, 'not json');
  tape.write(3, '{"a":\n1}');
  await tape.close();
  expect(readFileSync(path, 'utf8')).toContain('{"at":1,"frame":{"price":0.10000000000000001}}\n');
  expect(linesOf(path).slice(1)).toEqual([
    { at: 2, text: 'not json' },
    { at: 3, text: '{"a":\n1}' },
  ]);
  expect(tape.telemetry()).toMatchObject({ frames: 3, dropped: 0 });
});

it('beyond its size nothing is kept, and the tape says how much is missing', async () => {
  const path = join(folder, 'b.jsonl');
  const tape = await openTape(path, 20);
  for (let at = 1; at <= 4; at += 1) tape.write(at, '{"n":1}');
  await tape.close();
  expect(linesOf(path)).toEqual([{ at: 1, frame: { n: 1 } }, { gap: 3 }]);
  expect(tape.telemetry().dropped).toBe(3);
});

it('is never written over', async () => {
  const path = join(folder, 'a.jsonl');
  await expect(openTape(path, 1_000)).rejects.toThrow('EEXIST');
});

it('a folder that is not there is said, not made', async () => {
  await expect(openTape(join(folder, 'no', 'x.jsonl'), 1_000)).rejects.toThrow('ENOENT');
});
