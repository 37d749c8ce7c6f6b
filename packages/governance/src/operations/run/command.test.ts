import { expect, it } from 'vitest';
import type { Action } from '../step.ts';
import { commandOf } from './command.ts';

it.each<[Action, string]>([
  [{ kind: 'fs.delete', path: '/srv/a' }, 'fs.delete /srv/a'],
  [{ kind: 'fs.copy', from: '/srv/a', to: '/srv/b' }, 'fs.copy /srv/a /srv/b'],
  [{ kind: 'fs.chmod', path: '/srv/a', mode: '0600' }, 'fs.chmod 0600 /srv/a'],
  [{ kind: 'service', verb: 'restart', service: 'app' }, 'service restart app'],
  [{ kind: 'systemd.daemon_reload' }, 'systemd.daemon_reload'],
  [{ kind: 'exec.read', argv: ['/bin/cat', "it's", ''] }, "/bin/cat 'it'\\''s' ''"],
  [{ kind: 'check', gate: { kind: 'file.absent', path: '/x' } }, 'check file.absent'],
])('%o is told as %s', (action, line) => {
  expect(commandOf(action)).toBe(line);
});

it('never tells what a file is to hold', () => {
  const write = { kind: 'fs.write', path: '/srv/a', content: 'hunter2', mode: '0600' } as const;
  expect(commandOf(write)).toMatch(/^fs\.write \/srv\/a 7 bytes sha256:[0-9a-f]{64} mode 0600$/);
  const patch = {
    kind: 'config.patch',
    path: '/srv/a',
    set: [{ pointer: '/k', value: 'hunter2' }],
  };
  expect(commandOf(patch as Action)).toBe('config.patch /srv/a /k');
});
