import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admitUnit, type ServicePort } from '../src/operations/backend/services/port.ts';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';

let folder: string;
let port: ServicePort;
const UNIT = 'web.service';

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-services-')));
  port = createSupervisor(folder, { stopMs: 8_000 });
});
afterEach(async () => {
  for (const file of fs.readdirSync(join(folder, 'units'))) {
    if (file.startsWith('web')) await port.act('stop', UNIT);
  }
  fs.rmSync(folder, { recursive: true, force: true });
});

function define(script: string, more: object = {}, name = UNIT): void {
  const unit = { argv: ['/bin/sh', '-c', script], cwd: '/', env: ['PATH=/usr/bin:/bin'], ...more };
  fs.writeFileSync(join(folder, 'units', `${name}.json`), JSON.stringify(unit));
}

const STAYS = 'while :; do sleep 0.05; done';
const act = async (...[verb]: [Parameters<ServicePort['act']>[0]]): Promise<string> => {
  const { exitCode, output } = await port.act(verb, UNIT);
  return `${exitCode} ${output.toString().trim()}`;
};
const run = (): { keeper: { pid: number }; service: { pid: number; began: string } } =>
  JSON.parse(fs.readFileSync(join(folder, 'run', `${UNIT}.json`), 'utf8'));
const log = async (): Promise<string> =>
  (await port.log(UNIT, 0)).map(({ text }) => text).join('\n');

describe('D-43 our own supervisor', () => {
  it('D-43 starts, reloads, restarts and stops a real process, and keeps its log', async () => {
    define(`trap 'echo reloaded' HUP; echo "up $NAME"; ${STAYS}`, { env: ['NAME=a b=c'] });
    const began = Date.now();
    expect((await port.state(UNIT)).isActive).toBe(false);
    expect(await act('start')).toBe('0 web.service is active');
    expect((await port.state(UNIT)).isActive).toBe(true);
    expect(await act('start')).toContain('0 web.service is active already');
    const first = run().service.pid;
    expect(await act('reload')).toContain('0');
    await expect.poll(log).toContain('reloaded');
    expect(await act('restart')).toBe('0 web.service is active');
    expect(run().service.pid).not.toBe(first);
    expect(await act('stop')).toBe('0 web.service has stopped');
    expect((await port.state(UNIT)).isActive).toBe(false);
    expect(await act('reload')).toBe('1 web.service is not active');
    expect(await log()).toMatch(/up a b=c\nreloaded\n\[keeper\] ended: SIGTERM\n\[keeper\] start/);
    const lines = fs
      .readFileSync(join(folder, 'log', UNIT), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
    expect(await port.log(UNIT, Date.now() + 1_000)).toEqual([]);
    expect((await port.log(UNIT, began)).length).toBe(lines.length);
  });

  it('D-43 another process opens the folder and knows as much', async () => {
    define(STAYS);
    await act('start');
    const other = createSupervisor(folder);
    expect((await other.state(UNIT)).isActive).toBe(true);
    expect((await other.act('stop', UNIT)).exitCode).toBe(0);
    expect((await port.state(UNIT)).isActive).toBe(false);
  });

  it('D-43 kills the whole group where TERM is not heard, children and all', async () => {
    port = createSupervisor(folder, { stopMs: 300 });
    define(`trap '' TERM; (trap '' TERM; ${STAYS}) & echo "child $!"; ${STAYS}`);
    await act('start');
    await expect.poll(log).toContain('child');
    const child = Number(/child (\d+)/.exec(await log())?.[1]);
    expect(await act('stop')).toBe('0 web.service was killed');
    await expect.poll(() => fs.existsSync(`/proc/${child}`)).toBe(false);
  });

  it('O-08 a service that somebody began to stop is not up, though it still runs', async () => {
    define(`trap 'sleep 1; exit 0' TERM; echo ready; ${STAYS}`);
    await act('start');
    await expect.poll(log).toContain('ready');
    const { keeper } = run();
    const file = join(folder, 'run', `${UNIT}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...run(), stopping: true }));
    process.kill(-keeper.pid, 'SIGTERM');
    // Whoever asks is answered when it has ended.
    expect((await port.state(UNIT)).isActive).toBe(false);
    expect(fs.existsSync(`/proc/${keeper.pid}`)).toBe(false);
    expect(await act('start')).toBe('0 web.service is active');
    expect(run().keeper.pid).not.toBe(keeper.pid);
  });

  it('O-08 a service that was told to stop and does not is stopped before a start', async () => {
    port = createSupervisor(folder, { stopMs: 200 });
    define(`trap '' TERM; echo ready; ${STAYS}`);
    await act('start');
    const { keeper } = run();
    const file = join(folder, 'run', `${UNIT}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...run(), stopping: true }));
    expect(await port.state(UNIT)).toMatchObject({ isActive: false, text: 'deactivating' });
    expect(await act('start')).toBe('0 web.service is active');
    expect(run().keeper.pid).not.toBe(keeper.pid);
    expect(fs.existsSync(`/proc/${keeper.pid}`)).toBe(false);
  });

  it('D-43 a number that another process has by now is not taken for the service', async () => {
    define(STAYS);
    await act('start');
    const running = run();
    await act('stop');
    // As a file left over: our own number, with the time at which another one began.
    const mine = { ...running.service, pid: process.pid };
    const file = join(folder, 'run', `${UNIT}.json`);
    fs.writeFileSync(file, JSON.stringify({ keeper: mine, service: mine }));
    expect((await port.state(UNIT)).isActive).toBe(false);
    expect(await act('stop')).toBe('0 web.service is not active');
    expect(await act('reload')).toBe('1 web.service is not active');
    expect(await act('start')).toBe('0 web.service is active');
  });

  it('O-10 a service that ends at once, or cannot be started, has not started', async () => {
    define('echo broken; exit 3');
    expect(await act('start')).toContain('1 web.service did not start: it ended at once');
    expect(await log()).toContain('[keeper] failed: exit code 3');
    define('', { argv: ['/no/such/program'] });
    expect(await act('start')).toContain('1 web.service did not start');
    expect(await log()).toContain('failed to start');
    expect((await port.state(UNIT)).isActive).toBe(false);
  });

  it('D-43 is up when its port answers, and not before', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const open = typeof address === 'object' ? address?.port : 0;
    define(STAYS, { health: { port: open, within_ms: 2_000 } });
    expect(await act('start')).toBe('0 web.service is active');
    await act('stop');
    await new Promise((resolve) => server.close(resolve));
    define(STAYS, { health: { port: open, within_ms: 300 } });
    expect(await act('start')).toContain(`nothing listens on port ${open}`);
  });

  it('D-43 enabled and masked are kept, and a masked service does not start', async () => {
    define(STAYS);
    expect(await port.state(UNIT)).toMatchObject({ isEnabled: false, isMasked: false });
    await act('enable');
    await act('mask');
    expect(await port.state(UNIT)).toMatchObject({ isEnabled: true, isMasked: true });
    expect(await act('start')).toBe('1 web.service is masked');
    await act('unmask');
    await act('disable');
    expect(await port.state(UNIT)).toMatchObject({ isEnabled: false, isMasked: false });
  });

  it('O-04 an alias is its unit: refused where that is not listed', async () => {
    define(STAYS);
    define(STAYS, {}, 'billing.service');
    fs.symlinkSync('billing.service.json', join(folder, 'units/pay.service.json'));
    fs.symlinkSync('../units/billing.service.json', join(folder, 'units/far.service.json'));
    const rules = { services: ['web', 'pay'], isForbidden: () => false };
    const code = async (name: string): Promise<string> => {
      const answer = await admitUnit(port, name, rules);
      if (answer.ok) return answer.value;
      return answer.refused === null ? answer.why : answer.refused.code;
    };
    expect(await code('web')).toBe(UNIT);
    expect(await code('pay')).toBe('service_out_of_scope');
    expect(await code('billing')).toBe('service_out_of_scope');
    expect(await code('far')).toContain('there is no service');
    expect(await code('nothing')).toContain('there is no service');
  });

  it('O-09 a log that is gone, torn or cut is not an empty one', async () => {
    define(STAYS);
    await expect(port.log(UNIT, 0)).rejects.toThrow('has no log');
    const path = join(folder, 'log', UNIT);
    fs.writeFileSync(path, 'no time here\n');
    await expect(port.log(UNIT, 0)).rejects.toThrow('without its time');
    fs.writeFileSync(path, '2026-01-01T00:00:01.000Z now\n');
    fs.writeFileSync(`${path}.1`, '2026-01-01T00:00:00.000Z before\n');
    expect((await port.log(UNIT, 0)).map(({ text }) => text)).toEqual(['before', 'now']);
    fs.writeFileSync(`${path}.lost`, '2025-12-31T00:00:00.000Z');
    await expect(port.log(UNIT, 0)).rejects.toThrow('reaches back');
    expect(await port.log(UNIT, Date.parse('2026-01-01T00:00:01Z'))).toHaveLength(1);
  });
});
