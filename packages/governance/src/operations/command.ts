/**
 * Whether a program may be run at all (section 9.4). The sandbox holds it whatever it is; here is
 * refused what a reader of the declaration could not foresee: shells, programs that start others,
 * text that is run as code.
 */
import { posix } from 'node:path';
import { formFault, refusal, type ScopeDecision, type ScopeRules } from './scope.ts';

const YES: ScopeDecision = { allowed: true };

/** An entry of `uses.commands`. */
export function assessProgram(path: string, rules: ScopeRules, place: string): ScopeDecision {
  const refuse = refusal(path, place);
  const misspelled = formFault(path);
  if (misspelled !== null) return refuse('path_not_absolute', misspelled);
  const names = namesOf(path, rules);
  if (names === null) return refuse('command_forbidden', 'where it leads cannot be told');
  const denied = names.find((each) => rules.forbidden.command(posix.basename(each)));
  if (denied !== undefined) {
    return refuse('command_forbidden', `${posix.basename(denied)} is run by no operation`);
  }
  const owner = names
    .map((each) => rules.forbidden.path(each, 'read'))
    .find((each) => each !== null);
  if (owner !== undefined) return refuse('path_forbidden', `it belongs to ${owner}`);
  return YES;
}

/** The argument list of a step or a gate, against the programs that are declared. */
export function assessCommand(
  argv: readonly string[],
  declared: readonly string[],
  rules: ScopeRules,
  place: string,
): ScopeDecision {
  const [program = '', ...rest] = argv;
  const itself = assessProgram(program, rules, place);
  if (!itself.allowed) return itself;
  if (!declared.includes(program)) {
    return refusal(program, place)('command_not_declared', 'it is not in uses.commands');
  }
  const interpreted = assessInterpreter(program, rest, declared, rules, place);
  if (!interpreted.allowed) return interpreted;
  for (const argument of rest) {
    const one = assessArgument(argument, rules, place);
    if (!one.allowed) return one;
  }
  return YES;
}

/** An interpreter runs one file, which is a program of the declaration like any other. */
export function assessInterpreter(
  program: string,
  rest: readonly string[],
  declared: readonly string[],
  rules: ScopeRules,
  place: string,
): ScopeDecision {
  const names = namesOf(program, rules) ?? [];
  if (!names.some((each) => rules.forbidden.interpreter(posix.basename(each)))) return YES;
  const refuse = refusal(program, place);
  const [script = ''] = rest;
  if (!script.startsWith('/')) {
    return refuse('command_forbidden', 'its first argument is the file it runs, and no option');
  }
  const itself = assessProgram(script, rules, place);
  if (!itself.allowed) return itself;
  if (declared.includes(script)) return YES;
  return refusal(script, place)('command_not_declared', 'it is run, and is not in uses.commands');
}

/** Options of programs that are otherwise harmless, which make them start another. */
const STARTERS = new Set(['-exec', '-execdir', '-ok', '-okdir', '-delete']);
const STARTING = /^--?(to-command|checkpoint-action|use-compress-program|rsh|upload-pack)(=|$)/;

function assessArgument(argument: string, rules: ScopeRules, place: string): ScopeDecision {
  const refuse = refusal(argument, place);
  if (argument.includes('\0')) return refuse('command_forbidden', 'it holds a NUL');
  if (STARTERS.has(argument) || STARTING.test(argument)) {
    return refuse('command_forbidden', 'it makes the program start another, or delete');
  }
  for (const part of [argument, argument.slice(argument.indexOf('=') + 1)]) {
    if (rules.forbidden.redisKey(part)) {
      return refuse('command_forbidden', 'no operation names this stream in a command');
    }
    if (!part.startsWith('/')) continue;
    const what = rules.forbidden.path(posix.normalize(part), 'read');
    if (what !== null) return refuse('path_forbidden', `it belongs to ${what}`);
    if (rules.forbidden.command(posix.basename(part))) {
      return refuse('command_forbidden', `${posix.basename(part)} is run by no operation`);
    }
  }
  return YES;
}

/** The declared name and the one it leads to; null where that cannot be told. */
export function namesOf(path: string, { probe }: ScopeRules): readonly string[] | null {
  try {
    const real = probe.realpath(path);
    // What is not installed here is refused when it is run.
    return real === null || real === path ? [path] : [path, real];
  } catch {
    return null;
  }
}
