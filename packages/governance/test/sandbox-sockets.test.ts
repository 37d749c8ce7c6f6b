/** What a command is shown to read, and the sockets it may reach, asked of the sandbox itself. */
import * as fs from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, findProgram, type Sandbox } from '../src/operations/backend/sandbox.ts';

const NODE = process.execPath;
const isHere = findProgram('bwrap') !== null || findProgram('unshare') !== null;

let top: string;
let run: string;
let sockets: readonly [string, string];
let servers: readonly Server[];

beforeEach(async () => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-sockets-')));
  run = join(top, 'run');
  fs.mkdirSync(run);
  fs.writeFileSync(join(run, 'ledger'), 'kept');
  sockets = [join(run, 'control.sock'), join(run, 'other.sock')];
  servers = await Promise.all(sockets.map(listenAt));
});
afterEach(() => {
  for (const server of servers) server.close();
  fs.rmSync(top, { recursive: true, force: true });
});

function listenAt(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.end('acted'));
    server.listen(path, () => resolve(server));
  });
}

const asking = (path: string): string =>
  `require('node:net').connect(${JSON.stringify(path)})` +
  `.on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))`;

async function said(sandbox: Sandbox, script: string, declared: readonly string[] = []) {
  const ran = await sandbox.run({
    argv: [NODE, '-e', script],
    writable: [],
    ports: [],
    sockets: declared,
    timeoutMs: 20_000,
  });
  return ran.started ? ran.output.toString().trim() : ran.refused.message;
}

const box = (
  readable: readonly string[],
  isForbidden: (path: string, use: 'read' | 'write') => boolean = () => false,
): Sandbox => createSandbox({ readable, hidden: [], isForbidden });

describe.skipIf(!isHere)('9.14 a socket', () => {
  it('that is declared is reached, and nothing beside it is shown', async () => {
    const [control] = sockets;
    expect(await said(box([]), asking(control), [control])).toBe('acted');
    const listing = `console.log(require('node:fs').readdirSync(${JSON.stringify(run)}).join())`;
    expect(await said(box([]), listing, [control])).toBe('control.sock');
  });

  it('that is not declared is not reached, though its folder is shown', async () => {
    const [control, other] = sockets;
    const sandbox = box([run]);
    expect(await said(sandbox, asking(other), [control])).toMatch(/^(EACCES|ECONNREFUSED)$/);
    expect(await said(sandbox, asking(control))).toMatch(/^(EACCES|ECONNREFUSED)$/);
    const reading = `console.log(String(require('node:fs').readFileSync('${run}/ledger')))`;
    expect(await said(sandbox, reading)).toBe('kept');
  });

  it('that is none, or a link to one, is refused before anything runs', async () => {
    const [control] = sockets;
    fs.symlinkSync(control, join(top, 'alias.sock'));
    for (const path of [join(run, 'ledger'), join(top, 'none.sock'), join(top, 'alias.sock')]) {
      expect(await said(box([]), 'console.log("ran")', [path])).toContain('there is no socket');
    }
    fs.symlinkSync(run, join(top, 'alias'));
    const through = await said(box([]), 'console.log("ran")', [join(top, 'alias/control.sock')]);
    expect(through).toContain('symbolic link');
  });
});

describe.skipIf(!isHere)('9.4 what may be read and never written', () => {
  const reading = (path: string): string =>
    `try { console.log(String(require('node:fs').readFileSync('${path}'))) } ` +
    `catch (e) { console.log(e.code) }`;

  it('is shown to be read, and hidden where it is forbidden to be read', async () => {
    const ledger = join(run, 'ledger');
    const isLogic = (path: string, use: string): boolean => path === ledger && use === 'write';
    expect(await said(box([run], isLogic), reading(ledger))).toBe('kept');
    expect(
      await said(
        box([run], (path) => path === ledger),
        reading(ledger),
      ),
    ).toBe('EACCES');
  });

  it('is hidden in what may be written', async () => {
    const ledger = join(run, 'ledger');
    for (const server of servers) server.close();
    const sandbox = box([], (path, use) => path === ledger && use === 'write');
    const argv = [NODE, '-e', reading(ledger)];
    const asked = { argv, writable: [run], ports: [], timeoutMs: 20_000 };
    const ran = await sandbox.run(asked);
    expect(ran.started && ran.output.toString().trim()).toBe('EACCES');
  });

  it('is not searched where it is packages, which are the same everywhere', async () => {
    const name = join(run, 'ledger');
    const isForbidden = (path: string): boolean => path === name;
    const options = { readable: [run], hidden: [], isForbidden };
    const packaged = createSandbox({ ...options, packaged: [top] });
    expect(await said(packaged, reading(name))).toBe('kept');
    expect(await said(createSandbox(options), reading(name))).toBe('EACCES');
  });
});
