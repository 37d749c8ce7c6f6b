/** What class an action needs (section 9.3): an operation's class is at least that of each step. */
import { posix } from 'node:path';
import { type Declaration, RISK_CLASSES, type RiskClass } from './declaration.ts';
import type { Fault } from './fault.ts';
import { faultAt } from './place.ts';
import type { Action, ServiceVerb, Step } from './step.ts';
import { isUnitFile } from './unit-file.ts';

/** Higher may do everything that lower may. */
function rankOf(riskClass: RiskClass): number {
  return RISK_CLASSES.indexOf(riskClass);
}

const VERBS: Readonly<Record<ServiceVerb, RiskClass>> = {
  status: 'READ_ONLY',
  reload: 'LOW_RISK_CONFIG',
  restart: 'SERVICE_RESTART',
  start: 'SERVICE_RESTART',
  stop: 'SERVICE_RESTART',
  enable: 'FILESYSTEM_WRITE',
  disable: 'FILESYSTEM_WRITE',
  mask: 'FILESYSTEM_WRITE',
};

/** The lowest class that may do this. */
export function classOf(action: Action): RiskClass {
  switch (action.kind) {
    case 'fs.read':
    case 'exec.read':
    case 'check':
      return 'READ_ONLY';
    case 'config.patch':
      return forFile(isConfigFile(action.path));
    case 'fs.copy':
      return forFile(isConfigFile(action.from) && isConfigFile(action.to));
    case 'fs.write':
      return forFile(
        isConfigFile(action.path) && !isProgram(action.content) && !isExecutable(action.mode),
      );
    case 'service':
      return VERBS[action.verb];
    case 'systemd.daemon_reload':
      return 'SERVICE_RESTART';
    case 'fs.delete':
    case 'fs.chmod':
    case 'exec.sandboxed':
      return 'FILESYSTEM_WRITE';
  }
}

/** The maximum of what a step does and of what undoes it. */
export function classOfStep(step: Step): RiskClass {
  return [step.action, ...(step.rollback ?? [])]
    .map(classOf)
    .reduce((high, each) => (rankOf(each) > rankOf(high) ? each : high));
}

function forFile(isConfig: boolean): RiskClass {
  return isConfig ? 'LOW_RISK_CONFIG' : 'FILESYSTEM_WRITE';
}

const CONFIG_ENDINGS = /\.(json|ya?ml|toml|ini|conf|cnf|cfg|properties)$/i;
/** Configuration by its ending, and code by what reads it. */
const CODE_NAMES =
  /^((package(-lock)?|composer|deno|tsconfig.*)\.json|ld\.so\.conf|(docker-)?compose.*\.ya?ml)$/i;
const CODE_FOLDERS =
  /^(systemd|cron.*|init\.d|(ld\.so\.conf|modprobe|sysctl|tmpfiles)\.d|s?bin|node_modules|\.git)$/i;

/** A file that programs read their settings from: no code, no unit, no binary. */
export function isConfigFile(path: string): boolean {
  const name = posix.basename(path);
  const isCode = posix
    .dirname(path)
    .split('/')
    .some((folder) => CODE_FOLDERS.test(folder));
  return CONFIG_ENDINGS.test(name) && !CODE_NAMES.test(name) && !isCode && !isUnitFile(path);
}

function isProgram(content: string): boolean {
  return content.startsWith('#!') || content.startsWith('\u007fELF') || content.includes('\0');
}

function isExecutable(mode: string | undefined): boolean {
  return mode !== undefined && /[1357]/.test(mode);
}

/** What its class does not allow, and lists that its class needs filled. */
export function capabilityFaults(declaration: Declaration): readonly Fault[] {
  const { RISK_CLASS: riskClass, steps } = declaration;
  const faults = [...emptyLists(declaration)];
  steps.forEach((step, index) => {
    const needed = classOfStep(step);
    if (rankOf(needed) <= rankOf(riskClass)) return;
    const message = `step ${index + 1} needs ${needed}, and the operation is ${riskClass}`;
    const place = `/steps/${index}`;
    faults.push(faultAt('step_exceeds_risk_class', String(index + 1), place, message));
  });
  return faults;
}

/** The list that may not be empty, by class. */
const NEEDED: Readonly<Record<RiskClass, 'ALLOWED_PATHS' | 'ALLOWED_SERVICES' | null>> = {
  READ_ONLY: null,
  LOW_RISK_CONFIG: 'ALLOWED_PATHS',
  SERVICE_RESTART: 'ALLOWED_SERVICES',
  FILESYSTEM_WRITE: 'ALLOWED_PATHS',
};

function emptyLists(declaration: Declaration): readonly Fault[] {
  const field = NEEDED[declaration.RISK_CLASS];
  if (field === null || declaration[field].length > 0) return [];
  const message = `${declaration.RISK_CLASS} names at least one entry in ${field}`;
  return [faultAt('declaration_missing_field', field, `/${field}`, message)];
}
