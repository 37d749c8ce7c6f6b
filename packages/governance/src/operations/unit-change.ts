/**
 * Whether a unit file may become what an operation makes of it (section 9.14): it runs what it ran,
 * or a program that is declared, as whom it ran, in the surroundings it had.
 */
import { posix } from 'node:path';
import { assessInterpreter, assessProgram, namesOf } from './command.ts';
import type { Fault, FaultCode } from './fault.ts';
import { faultAt } from './place.ts';
import type { ScopeRules } from './scope.ts';
import {
  ENVIRONMENT,
  IDENTITY,
  isWholeUnit,
  readUnitText,
  unitOf,
  type UnitCommand,
  type UnitText,
} from './unit-file.ts';

/** What a unit file was and would be; null where there is none. */
export interface UnitChange {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

export interface UnitRules extends ScopeRules {
  /** `uses.commands`. */
  readonly declared: readonly string[];
}

const NOTHING: UnitText = { commands: [], settings: new Map() };

/** The first fault, or null. */
export function unitFault({ path, before, after }: UnitChange, rules: UnitRules): Fault | null {
  const refuse = refusalOf(path);
  if (after === null && isWholeUnit(path)) return uncoveredFault(path, rules);
  const was = before === null ? NOTHING : readUnitText(path, before);
  const is = after === null ? NOTHING : readUnitText(path, after);
  if (typeof was === 'string') return refuse('unit_unreadable', `what it was: ${was}`);
  if (typeof is === 'string') return refuse('unit_unreadable', is);
  return (
    settingFault(path, before === null && isWholeUnit(path), was, is) ??
    commandsFault(path, was.commands, is.commands, rules)
  );
}

/** What of a unit can be told to be wrong without knowing what it was. */
export function unitTextFault(path: string, content: string, rules: UnitRules): Fault | null {
  const read = readUnitText(path, Buffer.from(content));
  if (typeof read === 'string') return refusalOf(path)('unit_unreadable', read);
  for (const { argv } of read.commands) {
    const fault = argv === null ? null : forbiddenFault(path, argv[0] ?? '', rules);
    if (fault !== null) return fault;
  }
  return null;
}

type Refuse = (code: FaultCode, message: string) => Fault;

function refusalOf(path: string): Refuse {
  return (code, message) => faultAt(code, path, '', message);
}

/** Folders of systemd, any of which may hold a unit of the same name. */
const FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'];

/** Taking a unit away must not bring another of its name to light. */
function uncoveredFault(path: string, { probe }: UnitRules): Fault | null {
  if (path.endsWith('.json')) return null;
  const others = FOLDERS.map((folder) => `${folder}/systemd/system/${unitOf(path)}`);
  const left = others.find((other) => other !== path && probe.lstat(other) !== null);
  if (left === undefined) return null;
  return refusalOf(path)('unit_program_changed', `${left} would be run in its place`);
}

/** May stand in a unit that is new; in one that was there they stay as they were. */
const OF_A_NEW_UNIT = new RegExp(
  '^(cwd|Install\\.WantedBy|Service\\.(Type|WorkingDirectory|User|Group' +
    '|NoNewPrivileges|Protect\\w+|Private\\w+))$',
);

function settingFault(path: string, isNew: boolean, was: UnitText, is: UnitText): Fault | null {
  for (const name of new Set([...was.settings.keys(), ...is.settings.keys()])) {
    const [old, now] = [was.settings.get(name) ?? [], is.settings.get(name) ?? []];
    const isSame = old.length === now.length && old.every((value, at) => value === now[at]);
    if (isSame || (isNew && OF_A_NEW_UNIT.test(name))) continue;
    return refusalOf(path)(codeOf(name), `${name} is not what it was`);
  }
  const runsAsRoot = isNew && !path.endsWith('.json') && is.commands.length > 0 && isRoot(is);
  return runsAsRoot ? refusalOf(path)('unit_user_changed', 'a new unit names its user') : null;
}

/** Without a user a unit of systemd runs as root. */
function isRoot({ settings }: UnitText): boolean {
  const users = settings.get('Service.User') ?? [];
  return users.length !== 1 || /^(root|0*|.*%.*)$/.test(users[0] ?? '');
}

function codeOf(name: string): FaultCode {
  if (ENVIRONMENT.test(name)) return 'unit_environment_changed';
  if (IDENTITY.test(name)) return 'unit_user_changed';
  return name.startsWith('Service.Exec') ? 'unit_program_changed' : 'unit_setting_changed';
}

function commandsFault(
  path: string,
  was: readonly UnitCommand[],
  is: readonly UnitCommand[],
  rules: UnitRules,
): Fault | null {
  const refuse = refusalOf(path);
  if (was.length > 0 && was.length !== is.length) {
    return refuse('unit_program_changed', 'it runs more or fewer programs than it did');
  }
  for (const [at, { line, argv }] of is.entries()) {
    const old = was[at];
    if (old?.line === line) continue;
    if (argv === null) return refuse('unit_unreadable', 'what it runs cannot be told apart');
    const fault = programFault(path, old?.argv ?? null, argv, rules);
    if (fault !== null) return fault;
  }
  return null;
}

function programFault(
  path: string,
  was: readonly string[] | null,
  argv: readonly string[],
  rules: UnitRules,
): Fault | null {
  const { declared } = rules;
  const [program = '', ...rest] = argv;
  const forbidden = forbiddenFault(path, program, rules);
  if (forbidden !== null) return forbidden;
  if (was !== null && isSameProgram(was, argv, rules)) return null;
  const refuse = refusalOf(path);
  const interpreted = assessInterpreter(program, rest, declared, rules, '');
  const isDeclared = declared.includes(program) && interpreted.allowed;
  if (isDeclared) return null;
  return refuse('unit_program_changed', `${program} is neither what it ran nor in uses.commands`);
}

function forbiddenFault(path: string, program: string, rules: UnitRules): Fault | null {
  const itself = assessProgram(program, rules, '');
  if (itself.allowed) return null;
  return refusalOf(path)('unit_program_forbidden', itself.fault.message);
}

function isSameProgram(was: readonly string[], is: readonly string[], rules: UnitRules): boolean {
  const [program = ''] = was;
  const names = namesOf(program, rules) ?? [];
  const isInterpreter = names.some((each) => rules.forbidden.interpreter(posix.basename(each)));
  const head = isInterpreter ? headOf(was) : 1;
  return names.length > 0 && was.slice(0, head).every((token, at) => token === is[at]);
}

/**
 * How much of an interpreter's line says what is run. An option without `=` may take the next word,
 * so that as many words as there are such options may stand before the script.
 */
function headOf(argv: readonly string[]): number {
  let options = 0;
  for (const [at, token] of argv.slice(1).entries()) {
    if (token.startsWith('-')) options += token.includes('=') ? 0 : 1;
    else if (options === 0) return at + 2;
    else options -= 1;
  }
  return argv.length;
}
