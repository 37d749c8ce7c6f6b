/** An action as one line for the log: what it does and to what, never what a file holds. */
import { createHash } from 'node:crypto';
import type { Action } from '../step.ts';

export function commandOf(action: Action): string {
  switch (action.kind) {
    case 'fs.read':
    case 'fs.delete':
      return `${action.kind} ${word(action.path)}`;
    case 'fs.write': {
      const { path, content, mode } = action;
      const bytes = Buffer.from(content, 'utf8');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const what = `${action.kind} ${word(path)} ${bytes.length} bytes sha256:${sha256}`;
      return mode === undefined ? what : `${what} mode ${mode}`;
    }
    case 'fs.copy':
      return `fs.copy ${word(action.from)} ${word(action.to)}`;
    case 'fs.chmod':
      return `fs.chmod ${action.mode} ${word(action.path)}`;
    case 'config.patch':
      return [action.kind, action.path, ...action.set.map(({ pointer }) => pointer)]
        .map(word)
        .join(' ');
    case 'service':
      return `service ${action.verb} ${word(action.service)}`;
    case 'systemd.daemon_reload':
      return action.kind;
    case 'exec.read':
    case 'exec.sandboxed':
      return action.argv.map(word).join(' ');
    case 'check':
      return `check ${action.gate.kind}`;
  }
}

/** As a shell would need it, so that the line can be read in one way only. */
function word(text: string): string {
  return /^[A-Za-z0-9@%+=:,./_~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
