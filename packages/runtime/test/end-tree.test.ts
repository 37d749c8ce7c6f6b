import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { descendantsOf, endTree } from './end-tree.ts';

/** A process that starts another, which tells its number and stays. */
const PARENT = `require('node:child_process').spawn(process.execPath, ['-e',
  'console.log(process.pid); setInterval(() => {}, 1000)'], { stdio: 'inherit' })`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('nothing that a process has started outlives it', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((done) => parent.once('exit', done));
  const { pid = 0 } = parent;
  const child = await new Promise<number>((done) => {
    createInterface({ input: parent.stdout }).once('line', (line) => done(Number(line)));
  });
  expect(isAlive(child)).toBe(true);
  expect(descendantsOf(pid)).toEqual([child]);
  endTree(pid);
  await exited;
  for (let left = 100; isAlive(child) && left > 0; left -= 1) await sleep(50);
  expect(isAlive(child)).toBe(false);
});
