/**
 * Services by systemd: argument lists for systemctl and journalctl, and readers of what they print.
 * Where PID 1 is not systemd it is tested with recorded transcripts only (D-43).
 */
import { spawn } from 'node:child_process';
import { OUTPUT_MAX } from '../answer.ts';
import type { Acted, LogLine, ServicePort, UnitState } from './port.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TIMEOUT_MS = 120_000;
const QUIET = ['--no-pager', '--no-ask-password'];
/** Said where there was nothing to say; any other word that is no record is trouble. */
const NOTHING = '-- No entries --';

/** @param path where systemctl and journalctl are; fixed unless a test says otherwise. */
export function createSystemd(path: string = PATH): ServicePort {
  const systemctl = (...args: readonly string[]): Promise<Spoken> =>
    speak('systemctl', [...QUIET, ...args], path);
  return {
    namesOf: async (service) => {
      const asked = await systemctl('show', '--property=Id,Names,LoadState', '--', service);
      return asked.exitCode === 0 ? parseNames(asked.out) : failed('systemctl show', asked);
    },
    act: async (verb, unit) => acted(await systemctl(verb, '--', unit)),
    state: async (unit) => {
      const asked = await systemctl(
        'show',
        '--property=ActiveState,SubState,LoadState,UnitFileState',
        '--',
        unit,
      );
      return asked.exitCode === 0 ? parseState(asked.out) : failed('systemctl show', asked);
    },
    log: async (unit, sinceMs) => {
      const since = `--since=@${(sinceMs / 1_000).toFixed(3)}`;
      const asked = await speak(
        'journalctl',
        ['--no-pager', '--output=json', `--unit=${unit}`, since],
        path,
      );
      // A hint that not everything may be read goes to the other stream, and the exit code is 0.
      if (asked.exitCode !== 0 || asked.err.trim() !== '' || asked.isCut) {
        return failed('journalctl', asked);
      }
      return parseJournal(asked.out).filter(({ at }) => at >= sinceMs);
    },
    reloadManager: async () => acted(await systemctl('daemon-reload')),
    commands: {
      status: (units) => `systemctl is-active ${units.join(' ')}`,
      log: (unit) => `journalctl -u ${unit} | grep -iE "error|fail|panic|fatal"`,
    },
  };
}

interface Spoken {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
  readonly isCut: boolean;
}

function failed(what: string, { exitCode, err, isCut }: Spoken): never {
  const why = isCut ? 'more than can be read' : err.trim().slice(0, 500);
  throw new Error(`${what} failed (exit ${exitCode}): ${why}`);
}

function acted({ exitCode, out, err }: Spoken): Acted {
  return { exitCode, output: Buffer.from(out + err) };
}

function speak(program: string, args: readonly string[], path: string): Promise<Spoken> {
  return new Promise((resolve) => {
    const env = { PATH: path, LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' };
    const child = spawn(program, args, {
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const said = { out: '', err: '' };
    let bytes = 0;
    const listen = (which: 'out' | 'err', piece: string): void => {
      bytes += piece.length;
      if (bytes <= OUTPUT_MAX) said[which] += piece;
    };
    child.stdout.setEncoding('utf8').on('data', (piece: string) => listen('out', piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => listen('err', piece));
    child.once('error', (error) => {
      resolve({ exitCode: null, out: '', err: error.message, isCut: false });
    });
    child.once('close', (exitCode) => {
      resolve({ exitCode, ...said, isCut: bytes > OUTPUT_MAX });
    });
  });
}

/** `Key=value` lines of one unit. */
function propertiesOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function parseNames(text: string): readonly string[] | null {
  const properties = propertiesOf(text);
  const id = properties.get('Id');
  if (id === undefined || id === '') throw new Error('systemctl names no unit');
  // systemctl shows any name, also of a unit that does not exist.
  if (properties.get('LoadState') === 'not-found') return null;
  const names = (properties.get('Names') ?? '').split(' ').filter((name) => name !== '');
  return [id, ...names.filter((name) => name !== id)];
}

function parseState(text: string): UnitState {
  const properties = propertiesOf(text);
  const active = properties.get('ActiveState');
  if (active === undefined) throw new Error('systemctl tells no state');
  const file = properties.get('UnitFileState') ?? '';
  const isEnabled = file === 'enabled' ? true : file === 'disabled' ? false : null;
  const isMasked = file.startsWith('masked') || properties.get('LoadState') === 'masked';
  return { isActive: active === 'active', isEnabled, isMasked, text: active };
}

function parseJournal(text: string): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line === NOTHING) continue;
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) throw new Error('no journal entry');
    const at = Number(Reflect.get(entry, '__REALTIME_TIMESTAMP')) / 1_000;
    if (!Number.isFinite(at)) throw new Error('a journal entry without its time');
    lines.push({ at, text: messageOf(Reflect.get(entry, 'MESSAGE')) });
  }
  return lines;
}

/** Text, or its bytes where it is not UTF-8; a message too long for the journal is null. */
function messageOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (Array.isArray(message)) return Buffer.from(message as number[]).toString('latin1');
  throw new Error('a journal entry whose message cannot be read');
}
