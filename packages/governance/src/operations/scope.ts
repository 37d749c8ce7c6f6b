/**
 * Whether an operation may touch a path or a service. Everything unclear is a no with its code. The
 * hands check again when they open, for what lies there may change after it was judged.
 */
import { posix } from 'node:path';
import type { Fault, FaultCode } from './fault.ts';
import type { Forbidden } from './forbidden.ts';
import { faultAt } from './place.ts';
import type { Found, PathProbe } from './probe.ts';

export type ScopeDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly fault: Fault };

/** What the judge knows beside the declaration. */
export interface ScopeRules {
  readonly forbidden: Forbidden;
  readonly probe: PathProbe;
}

type Refuse = (
  code: FaultCode,
  message: string,
) => Extract<ScopeDecision, { readonly allowed: false }>;

const YES: ScopeDecision = { allowed: true };
const PATH_BYTES_MAX = 4_095;

/** An entry of ALLOWED_PATHS: a file or a folder, named by where it really is. */
export function assessAllowedPath(path: string, rules: ScopeRules, place: string): ScopeDecision {
  const refuse = refusal(path, place);
  const misspelled = formFault(path);
  if (misspelled !== null) return refuse('path_not_absolute', misspelled);
  const broad = rules.forbidden.tooBroad(path);
  if (broad !== null) return refuse('path_too_broad', `${broad}; name what is changed`);
  const denied = rules.forbidden.path(path, 'write');
  if (denied !== null) return refuse('path_forbidden', `no operation may touch ${denied}`);
  const real = resolve(path, rules.probe);
  if ('fault' in real) return refuse(real.fault, real.why);
  if (real.path !== path) {
    return refuse('path_symlink_escape', `it is really ${shown(real.path)}; declare that`);
  }
  if (real.found?.kind === 'other') return refuse('path_not_a_file', 'neither file nor folder');
  return isHardLinked(real.found) ? refuse('path_hard_linked', HARD_LINKED) : YES;
}

/** An entry of `uses.reads`: what commands are shown, and can change nothing of. */
export function assessReadable(path: string, rules: ScopeRules, place: string): ScopeDecision {
  const shownAt = assessShown(path, rules, place);
  if ('allowed' in shownAt) return shownAt;
  const broad = rules.forbidden.tooBroad(path);
  const refuse = refusal(path, place);
  if (broad !== null) return refuse('path_too_broad', `${broad}; name what is read`);
  return shownAt.found?.kind === 'other'
    ? refuse('path_not_a_file', 'neither file nor folder')
    : YES;
}

/** An entry of `uses.sockets`: nobody can tell what whoever answers there will do. */
export function assessSocket(
  path: string,
  rules: ScopeRules,
  isHighRisk: boolean,
  place: string,
): ScopeDecision {
  const shownAt = assessShown(path, rules, place);
  if ('allowed' in shownAt) return shownAt;
  const refuse = refusal(path, place);
  if (!isHighRisk) {
    return refuse('path_forbidden', 'whoever answers there acts: only with custom_high_risk');
  }
  // Its owner may be away now; that it is a socket is looked at again when it is shown.
  const isOther = shownAt.found === null || shownAt.found.kind === 'other';
  return isOther ? YES : refuse('path_not_a_file', 'it is no socket');
}

/** What lies there, named by where it really is; else why it is not shown to anybody. */
function assessShown(
  path: string,
  { forbidden, probe }: ScopeRules,
  place: string,
): Extract<ScopeDecision, { allowed: false }> | { readonly found: Found | null } {
  const refuse = refusal(path, place);
  const misspelled = formFault(path);
  if (misspelled !== null) return refuse('path_not_absolute', misspelled);
  const denied = forbidden.path(path, 'read');
  if (denied !== null) return refuse('path_forbidden', `no operation may read ${denied}`);
  const real = resolve(path, probe);
  if ('fault' in real) return refuse(real.fault, real.why);
  if (real.path === path) return real;
  return refuse('path_symlink_escape', `it is really ${shown(real.path)}; declare that`);
}

/**
 * A file that an action or a gate names. To be read it may lie anywhere that is not forbidden; to
 * be written it must really lie below an allowed path.
 */
export function assessFile(
  path: string,
  use: 'read' | 'write',
  allowed: readonly string[],
  rules: ScopeRules,
  place: string,
): ScopeDecision {
  const refuse = refusal(path, place);
  const misspelled = formFault(path);
  if (misspelled !== null) return refuse('path_not_absolute', misspelled);
  const forbidden = (at: string): ScopeDecision | null => {
    const what = rules.forbidden.path(at, use);
    if (what === null) return null;
    const verb = use === 'read' ? 'read' : 'change';
    return refuse('path_forbidden', `no operation may ${verb} ${what}`);
  };
  const denied = forbidden(path);
  if (denied !== null) return denied;
  if (use === 'write' && !isBelow(path, allowed)) return refuse('path_out_of_scope', OUTSIDE);
  const real = resolve(path, rules.probe);
  if ('fault' in real) return refuse(real.fault, real.why);
  const reallyDenied = forbidden(real.path);
  if (reallyDenied !== null) return reallyDenied;
  if (use === 'write' && !isBelow(real.path, allowed)) {
    return refuse('path_symlink_escape', `it leads to ${shown(real.path)}, outside of the scope`);
  }
  const { found } = real;
  if (found?.kind === 'symlink') {
    return refuse('path_symlink_escape', `a link; name the file itself, ${shown(real.path)}`);
  }
  if (found !== null && found.kind !== 'file') {
    return refuse('path_not_a_file', 'what is there is no regular file');
  }
  return isHardLinked(found) ? refuse('path_hard_linked', HARD_LINKED) : YES;
}

const OUTSIDE = 'it is below no path of ALLOWED_PATHS';
const HARD_LINKED = 'the file has another name, under which it would change as well';

function isHardLinked(found: Found | null): boolean {
  return found?.kind === 'file' && found.links > 1;
}

/** `/etc/app` holds itself and `/etc/app/x`, and not `/etc/app2`. */
export function isBelow(path: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => path === each || path.startsWith(`${each}/`));
}

/** Why the text is no plain absolute path; null where it is one. */
export function formFault(path: string): string | null {
  if (!path.startsWith('/')) return 'a path begins at the root';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(path)) return 'it holds a character that cannot be seen';
  if (/[^\S ]|^ | $|\/ | \//u.test(path)) return 'a name begins or ends with space';
  if (/[*?[\]{}]/.test(path)) return 'a pattern names what nobody has read; name each path';
  if (path.split('/').includes('..')) return '`..` leads elsewhere; write the path out';
  if (posix.normalize(path) !== path || (path.length > 1 && path.endsWith('/'))) {
    return 'it is written with more than it needs: no `//`, no `/./`, no `/` at the end';
  }
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return 'it is longer than a path can be';
  return null;
}

type Resolved =
  | { readonly path: string; readonly found: Found | null }
  | { readonly fault: FaultCode; readonly why: string };

/**
 * Where the path really is: the nearest ancestor that exists, every link of it followed, and what
 * does not exist yet behind it.
 */
function resolve(path: string, probe: PathProbe): Resolved {
  try {
    const missing: string[] = [];
    let at = path;
    let found = probe.lstat(at);
    while (found === null && at !== '/') {
      missing.unshift(posix.basename(at));
      at = posix.dirname(at);
      found = probe.lstat(at);
    }
    const real = probe.realpath(at);
    if (real === null || !posix.isAbsolute(real)) {
      return { fault: 'path_symlink_escape', why: `${shown(at)} is a link that leads nowhere` };
    }
    if (missing.length === 0) return { path: real, found };
    if (probe.lstat(real)?.kind !== 'directory') {
      return {
        fault: 'path_not_a_file',
        why: `${shown(at)} is no folder, and nothing can be in it`,
      };
    }
    return { path: posix.join(real, ...missing), found: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { fault: 'path_symlink_escape', why: `where it leads cannot be told: ${why}` };
  }
}

/** Of section 9.3, and no first character that a command would take for an option. */
const SERVICE = /^[A-Za-z0-9@_][A-Za-z0-9@_.-]*(\.(service|timer|target|socket))?$/;
const OTHER_UNIT = /\.(mount|automount|path|slice|scope|swap|device|snapshot)$/;

/** One name for one unit: `nginx` is `nginx.service`. */
export function canonicalUnit(service: string): string {
  return /\.(service|timer|target|socket)$/.test(service) ? service : `${service}.service`;
}

/** The name of a service, whatever is done with it. */
export function assessServiceName(service: string, place: string): ScopeDecision {
  const refuse = refusal(service, place);
  if (!SERVICE.test(service) || OTHER_UNIT.test(service)) {
    return refuse('service_invalid', 'one unit by its name: no list, no pattern, no space');
  }
  return YES;
}

/** An entry of ALLOWED_SERVICES. */
export function assessAllowedService(
  service: string,
  rules: Pick<ScopeRules, 'forbidden'>,
  isHighRisk: boolean,
  place: string,
): ScopeDecision {
  const named = assessServiceName(service, place);
  if (!named.allowed) return named;
  const refuse = refusal(service, place);
  const standing = rules.forbidden.service(withoutKind(service));
  const own = rules.forbidden.service(service);
  if (standing === 'forbidden' || own === 'forbidden') {
    return refuse('service_forbidden', 'no operation may touch it');
  }
  if ((standing ?? own) === null || isHighRisk) return YES;
  return refuse('service_forbidden', 'it holds trading: only with custom_high_risk');
}

/** A timer, socket or target moves the service of its name. */
function withoutKind(service: string): string {
  return service.replace(/\.(service|timer|target|socket)$/, '');
}

/** A service that an action changes. */
export function assessService(
  service: string,
  allowed: readonly string[],
  rules: Pick<ScopeRules, 'forbidden'>,
  isHighRisk: boolean,
  place: string,
): ScopeDecision {
  const itself = assessAllowedService(service, rules, isHighRisk, place);
  if (!itself.allowed) return itself;
  const unit = canonicalUnit(service);
  if (allowed.some((each) => canonicalUnit(each) === unit)) return YES;
  return refusal(service, place)('service_out_of_scope', 'it is not in ALLOWED_SERVICES');
}

/** @param subject what the decision is about; stands behind the code. */
export function refusal(subject: string, place: string): Refuse {
  return (code, message) => ({
    allowed: false,
    fault: faultAt(code, subject, place, `${shown(subject)}: ${message}`),
  });
}

function shown(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
