import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admitUnit } from './port.ts';
import { playSystemd, showNames, showState } from './systemd.fixture.ts';
import { createSystemd } from './systemd.ts';

/** Stand-ins and transcripts: PID 1 of a test machine is rarely systemd (D-43). */
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'holdfast-systemd-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const WEB = 'Id=web.service\nNames=www.service web.service\nLoadState=loaded\n';
const BILLING = 'Id=billing.service\nNames=billing.service pay.service\nLoadState=loaded\n';
const GONE = 'Id=gone.service\nNames=gone.service\nLoadState=not-found\n';
const rules = {
  services: ['web', 'pay.service'],
  isForbidden: (unit: string) => unit === 'ssh.service',
};

describe('O-04 which unit is meant (transcripts)', () => {
  const port = (): ReturnType<typeof createSystemd> => {
    const shown = [
      showNames('web.service', WEB),
      showNames('www.service', WEB),
      showNames('billing.service', BILLING),
      showNames('pay.service', BILLING),
      showNames('gone.service', GONE),
      showNames(
        'shell.service',
        'Id=ssh.service\nNames=ssh.service shell.service\nLoadState=loaded\n',
      ),
    ];
    return createSystemd(playSystemd(folder, shown).path);
  };

  it.each([
    ['web', 'web.service'],
    ['web.service', 'web.service'],
    ['www', 'web.service'],
  ])('O-04 %s is %s', async (name, unit) => {
    expect(await admitUnit(port(), name, rules)).toEqual({ ok: true, value: unit });
  });

  it.each([
    ['billing', 'service_out_of_scope'],
    // Listed, but only another name of a unit that is not.
    ['pay.service', 'service_out_of_scope'],
    ['shell', 'service_forbidden'],
    ['web,billing', 'service_invalid'],
    ['web billing', 'service_invalid'],
    ['web*', 'service_invalid'],
    ['../web', 'service_invalid'],
    ['--now', 'service_invalid'],
    ['-H', 'service_invalid'],
    ['', 'service_invalid'],
  ])('O-04 %s is refused: %s', async (name, code) => {
    expect(await admitUnit(port(), name, rules)).toMatchObject({ ok: false, refused: { code } });
  });

  it('O-04 one that does not exist is no unit, whatever systemctl shows of it', async () => {
    const answer = await admitUnit(port(), 'gone', { ...rules, services: ['gone'] });
    expect(answer).toMatchObject({ ok: false, refused: null });
  });
});

describe('D-43 systemd (transcripts)', () => {
  it('D-43 a verb is an argument list in which a unit cannot be an option', async () => {
    const restart = '--no-pager --no-ask-password restart -- web.service';
    const err = 'Job for web.service failed because the control process exited.\n';
    const played = playSystemd(folder, [
      { args: restart, err, exitCode: 1 },
      { args: '--no-pager --no-ask-password daemon-reload' },
    ]);
    const port = createSystemd(played.path);
    const done = await port.act('restart', 'web.service');
    expect([done.exitCode, done.output.toString()]).toEqual([1, err]);
    expect((await port.reloadManager()).exitCode).toBe(0);
    expect(fs.readFileSync(played.calls, 'utf8').split('\n')[0]).toBe(`systemctl ${restart}`);
  });

  it.each([
    ['active', 'enabled', 'loaded', { isActive: true, isEnabled: true, isMasked: false }],
    ['inactive', 'disabled', 'loaded', { isActive: false, isEnabled: false, isMasked: false }],
    ['failed', 'static', 'loaded', { isActive: false, isEnabled: null, isMasked: false }],
    ['activating', 'masked', 'masked', { isActive: false, isEnabled: null, isMasked: true }],
  ])('O-10 %s, %s, %s', async (active, file, load, state) => {
    const out = `ActiveState=${active}\nSubState=x\nLoadState=${load}\nUnitFileState=${file}\n`;
    const port = createSystemd(playSystemd(folder, [showState('web.service', out)]).path);
    expect(await port.state('web.service')).toMatchObject(state);
  });

  const AT = 1_769_500_000_123;
  const journal = '--no-pager --output=json --unit=web.service --since=@1769500000.123';
  const entry = (message: unknown, at = AT): string =>
    `${JSON.stringify({ __REALTIME_TIMESTAMP: `${at}000`, MESSAGE: message })}\n`;

  it('O-09 the journal is read from the moment on, also what is no text', async () => {
    const out = entry('up') + entry([102, 97, 105, 108]) + entry('earlier', AT - 1);
    const port = createSystemd(playSystemd(folder, [], [{ args: journal, out }]).path);
    expect(await port.log('web.service', AT)).toEqual([
      { at: AT, text: 'up' },
      { at: AT, text: 'fail' },
    ]);
    const none = { args: journal, out: '-- No entries --\n' };
    const quiet = createSystemd(playSystemd(folder, [], [none]).path);
    expect(await quiet.log('web.service', AT)).toEqual([]);
  });

  it.each([
    ['is not there', { err: 'No journal files were found.\n', exitCode: 1 }],
    ['is not ours to read', { err: 'Hint: You are currently not seeing messages from others.\n' }],
    ['is no journal', { out: 'Nov 22 web: failed\n' }],
    ['left a message out', { out: entry(null) }],
    ['left a time out', { out: '{"MESSAGE":"x"}\n' }],
  ])('O-09 a journal that %s is no empty one', async (_, said) => {
    const port = createSystemd(playSystemd(folder, [], [{ args: journal, ...said }]).path);
    await expect(port.log('web.service', AT)).rejects.toThrow(/./);
  });

  it('D-43 where there is no systemctl nothing is known', async () => {
    const port = createSystemd(join(folder, 'empty'));
    await expect(port.state('web.service')).rejects.toThrow('failed');
    await expect(port.namesOf('web.service')).rejects.toThrow('failed');
    expect((await port.act('start', 'web.service')).exitCode).toBeNull();
  });
});
