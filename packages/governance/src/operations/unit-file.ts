/**
 * Files that say what a service runs, and as whom: units of our own supervisor (JSON) and of
 * systemd. Both are read into one shape, so that one judge can compare them.
 */
import { posix } from 'node:path';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

const absolute = Type.String({ pattern: '^/[^\\u0000]*$', maxLength: 4_096 });
const argument = Type.String({ pattern: '^[^\\u0000]*$', maxLength: 4_096 });

const UnitSchema = closed({
  argv: Type.Array(argument, { minItems: 1, maxItems: 256 }),
  cwd: absolute,
  /** `NAME=value`; the whole environment of the service. */
  env: Type.Array(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*=[^\\u0000]*$' }), {
    maxItems: 256,
  }),
  /** Started means that this port of the loopback takes connections. */
  health: Type.Optional(
    closed({
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      within_ms: Type.Integer({ minimum: 1, maximum: 600_000 }),
    }),
  ),
});
/** How a service of our own supervisor is run. */
export type UnitFile = Static<typeof UnitSchema>;

export const parseUnit = createParser(UnitSchema);

const KINDS = 'service|socket|timer|target|path|mount|automount|swap|slice|scope|device';
const OURS = /\/units\/[^/]+\.json$/i;
const SYSTEMD = new RegExp(
  `\\.(${KINDS})$|(^|[./])(${KINDS})\\.d/[^/]+$|/systemd/(system|user)/`,
  'i',
);

/** Whether a service manager reads there what it runs. */
export function isUnitFile(path: string): boolean {
  return OURS.test(path) || SYSTEMD.test(path);
}

/** The unit a file is about; a drop-in is about the unit its folder is named after. */
export function unitOf(path: string): string {
  if (OURS.test(path)) return posix.basename(path).replace(/\.json$/i, '');
  const folder = posix.basename(posix.dirname(path));
  return folder.endsWith('.d') ? folder.slice(0, -'.d'.length) : posix.basename(path);
}

/** A drop-in changes a unit and is none: without it the unit is still there. */
export function isWholeUnit(path: string): boolean {
  return OURS.test(path) || !posix.dirname(path).endsWith('.d');
}

/** One program with its arguments. */
export interface UnitCommand {
  /** As it is written, to tell whether it was touched at all. */
  readonly line: string;
  /** Null where the line cannot be taken apart for certain. */
  readonly argv: readonly string[] | null;
}

export interface UnitText {
  readonly commands: readonly UnitCommand[];
  /** `env`, `Service.User` and so on, each with its values; what changes nothing is left out. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

/** The manager's own word for what is run as whom, in what surroundings. */
export const ENVIRONMENT = /^(env|Service\.(\w*Environment(File)?))$/;
export const IDENTITY = /^Service\.(User|Group|DynamicUser|SupplementaryGroups)$/;

const LENGTH_MAX = 1 << 16;

/** What the bytes say; a sentence where nobody can tell. */
export function readUnitText(path: string, bytes: Uint8Array): UnitText | string {
  if (bytes.length > LENGTH_MAX) return `it is longer than ${LENGTH_MAX} bytes`;
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return 'it is not UTF-8';
  return OURS.test(path) ? readOurs(text) : readSystemd(text);
}

function readOurs(text: string): UnitText | string {
  const parsed = parseText(text, parseUnit);
  if (!parsed.ok) {
    const [{ place, rule }] = parsed.violations;
    return `line ${place.line}: ${rule}`;
  }
  const { argv, cwd, env } = parsed.value;
  const settings = new Map([['cwd', [cwd]]]);
  if (env.length > 0) settings.set('env', env);
  return { commands: [{ line: JSON.stringify(argv), argv }], settings };
}

/** Order, limits and wording: they run nothing and load nothing. */
const FREE = new Set([
  ...words('Unit', 'Description Documentation After Before StartLimitIntervalSec StartLimitBurst'),
  ...words('Service', 'Restart RestartSec TimeoutSec TimeoutStartSec TimeoutStopSec Nice TasksMax'),
  ...words('Service', 'LimitNOFILE LimitNPROC MemoryMax MemoryHigh CPUQuota CPUWeight IOWeight'),
  ...words('Service', 'OOMScoreAdjust SyslogIdentifier SuccessExitStatus'),
  ...words(
    'Timer',
    'OnCalendar OnBootSec OnUnitActiveSec RandomizedDelaySec AccuracySec Persistent',
  ),
]);

function words(section: string, names: string): readonly string[] {
  return names.split(' ').map((name) => `${section}.${name}`);
}

const SECTION = /^\[([A-Za-z][A-Za-z0-9 -]*)\]$/;
const ASSIGNMENT = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*=[ \t]*(.*)$/;

/** Strict where systemd forgives: a line nobody understands may be one that it does. */
function readSystemd(text: string): UnitText | string {
  if (/[^\P{C}\n\t]/u.test(text)) return 'it holds a character that cannot be seen';
  const commands: UnitCommand[] = [];
  const settings = new Map<string, string[]>();
  let section = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.endsWith('\\')) return `line ${index + 1}: it goes on in the next`;
    const head = SECTION.exec(line);
    if (head !== null) {
      section = head[1] ?? '';
      continue;
    }
    const [, key = '', value = ''] = ASSIGNMENT.exec(line) ?? [];
    if (key === '' || section === '') return `line ${index + 1}: no setting of a section`;
    const name = `${section}.${key}`;
    if (name === 'Service.ExecStart' && value !== '') commands.push(commandOf(value));
    else if (!FREE.has(name)) settings.set(name, [...(settings.get(name) ?? []), value]);
  }
  return { commands, settings };
}

const TOKENS = /^(?:(?:"[^"\\]*"|'[^'\\]*'|[^\s"'\\]+)(?:\s+|$))+$/;
const TOKEN = /"[^"\\]*"|'[^'\\]*'|[^\s"'\\]+/g;

/** `-` lets it fail; what other signs before the program do is not judged here. */
function commandOf(line: string): UnitCommand {
  const plain = line.replace(/^-/, '');
  const found = TOKENS.test(plain) ? plain.match(TOKEN) : null;
  const argv = found?.map((token) => token.replace(/^(["'])(.*)\1$/s, '$2')) ?? [];
  const isPlain = argv[0]?.startsWith('/') === true && !argv.includes(';');
  return { line, argv: isPlain ? argv : null };
}
