import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWireLog, readWireLog, type WireLine, type WireMessage } from './wire-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-wire-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const message = (id: number): WireMessage => ({
  at: id,
  direction: 'out',
  method: 'private/buy',
  label: 's4:a:b:0:c',
  id,
  text: `{"id":${id}}`,
});

async function read(path: string): Promise<WireLine[]> {
  const lines: WireLine[] = [];
  for await (const line of readWireLog(path)) lines.push(line);
  return lines;
}

it('what was written is read again, of every run, in order', async () => {
  const path = join(folder, 'a.jsonl');
  for (const run of ['one', 'two']) {
    const log = await openWireLog(path, run, 16);
    log.write(message(1));
    log.write(message(2));
    await log.close();
    expect(log.dropped).toBe(0);
  }
  expect(await read(path)).toEqual(
    ['one', 'two'].flatMap((run) => [1, 2].map((id) => ({ run_id: run, ...message(id) }))),
  );
});

it('what found no room is counted, and the file says so', async () => {
  const path = join(folder, 'b.jsonl');
  const log = await openWireLog(path, 'run', 2);
  for (let id = 1; id <= 5; id += 1) log.write(message(id));
  await log.close();
  expect(log.dropped).toBe(3);
  expect((await read(path)).at(-1)).toEqual({ run_id: 'run', gap: 3 });
});

it('a torn or foreign line is a lost message, never nothing', async () => {
  const path = join(folder, 'c.jsonl');
  const log = await openWireLog(path, 'run', 2);
  log.write(message(1));
  await log.close();
  appendFileSync(path, '{"run_id":"run","at":1,"dire\n');
  expect(await read(path)).toEqual([
    { run_id: 'run', ...message(1) },
    { run_id: 'unknown', gap: 1 },
  ]);
});
