import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinnedNode } from '../bin/pinned-node.js';

const ROOT = join(import.meta.dirname, '..');
const LAUNCHER = join(ROOT, 'bin', 'holdfast.js');

function holdfast(launcher: string, ...args: string[]) {
  return spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' });
}

describe('the launcher', () => {
  it('lists its verbs, each with a line, without arguments and for --help', () => {
    for (const args of [[], ['--help']]) {
      const { status, stdout } = holdfast(LAUNCHER, ...args);
      expect(status).toBe(0);
      for (const verb of ['start', 'drill', 'fuzz', 'run', 'emergency', 'verify', 'doctor']) {
        expect(stdout).toMatch(new RegExp(`^ {2}${verb} +\\S`, 'm'));
      }
    }
  });

  it('says its version', () => {
    expect(holdfast(LAUNCHER, '--version').stdout).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
  });

  it('refuses an unknown verb with 2, and suggests one only where one is near', () => {
    const near = holdfast(LAUNCHER, 'emergncy');
    expect(near.status).toBe(2);
    expect(near.stderr).toContain("Did you mean 'emergency'?");
    const far = holdfast(LAUNCHER, 'toString');
    expect(far.status).toBe(2);
    expect(far.stderr).not.toContain('Did you mean');
  });
});

describe('a started command', () => {
  let root = '';
  let launcher = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'launcher-'));
    cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    launcher = join(root, 'bin', 'holdfast.js');
    const cli = join(root, 'packages', 'sim', 'src', 'cli.ts');
    mkdirSync(dirname(cli), { recursive: true });
    writeFileSync(
      cli,
      `const [verb, what]: string[] = process.argv.slice(2);
      if (what === 'wait') {
        process.on('SIGTERM', () => process.exit(7));
        setInterval(() => {}, 1000);
      }
      console.log(JSON.stringify({ verb, what, node: process.execPath, flags: process.execArgv }));
      if (what === 'die') process.kill(process.pid, 'SIGKILL');
      if (what === 'fail') process.exitCode = 5;
      `,
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('gets its verb and words, and its exit code is ours', () => {
    const { status, stdout } = holdfast(launcher, 'drill', 'fail');
    expect(JSON.parse(stdout)).toMatchObject({ verb: 'drill', what: 'fail' });
    expect(status).toBe(5);
  });

  it('that dies of a signal takes the launcher with it', () => {
    expect(holdfast(launcher, 'drill', 'die').signal).toBe('SIGKILL');
  });

  it('hears the signal sent to the launcher', async () => {
    const child = spawn(process.execPath, [launcher, 'drill', 'wait'], { stdio: 'pipe' });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7);
  });

  it('that this build lacks is refused with 2', () => {
    const { status, stderr } = holdfast(launcher, 'run');
    expect(status).toBe(2);
    expect(stderr).toContain('not in this build');
  });
});

describe('the pinned Node', () => {
  const running = {
    platform: 'linux',
    arch: 'x64',
    execPath: '/old/node',
    versions: { node: '20.1.0' },
  };
  const nowhere = (): string => {
    throw new Error('not installed');
  };

  it('is the one of the checkout, whatever runs the launcher', () => {
    expect(pinnedNode()).toContain(join('node_modules', 'node-'));
  });

  it('may be the running one where the platform has none and it is new enough', () => {
    const recent = { ...running, versions: { node: '24.0.0' } };
    expect(pinnedNode(recent, nowhere)).toBe('/old/node');
  });

  it('is missed with the way out where neither is there', () => {
    expect(() => pinnedNode(running, nowhere)).toThrow(/npm install/);
    expect(() => pinnedNode(running, () => '/nowhere/package.json')).toThrow(/npm install/);
  });
});
