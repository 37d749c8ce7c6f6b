/** Gates that look where they may, at what cannot be changed by looking, and can say no. */
import { isLoopbackHost } from '@holdfast/runtime/config';
import { assessCommand } from './command.ts';
import type { Declaration } from './declaration.ts';
import type { Fault } from './fault.ts';
import type { Forbidden } from './forbidden.ts';
import type { Gate } from './gate.ts';
import { faultAt } from './place.ts';
import { postgresFault, redisFault } from './read-only.ts';
import { assessFile, assessServiceName, type ScopeDecision, type ScopeRules } from './scope.ts';

/** Where a gate stands. */
export interface GateSite {
  /** The step's number as people count, or `final`. */
  readonly step: string;
  readonly place: string;
}

/** What is wrong with one gate. */
export function gateFaults(
  gate: Gate,
  { step, place }: GateSite,
  declaration: Declaration,
  rules: ScopeRules,
): readonly Fault[] {
  const uses = declaration.uses ?? {};
  const outside = (what: string, message: string): readonly Fault[] => [
    faultAt('step_out_of_scope', `${step}:${what}`, place, message),
  ];
  switch (gate.kind) {
    case 'status':
      return gate.services.flatMap((each, index) =>
        faultsOf(assessServiceName(each, `${place}/services/${index}`)),
      );
    case 'logs':
      return [
        ...faultsOf(assessServiceName(gate.service, `${place}/service`)),
        ...expectationFaults(gate.expected_log_patterns ?? [], place),
      ];
    case 'http':
      return httpFault(gate.url, uses.http ?? [], outside);
    case 'file.sha256':
    case 'file.absent':
    case 'file.json':
      return faultsOf(assessFile(gate.path, 'read', [], rules, `${place}/path`));
    case 'redis': {
      if (uses.redis === undefined) return outside('redis', 'uses.redis does not name a Redis');
      const why = redisFault(gate.command);
      return why === null ? [] : [forbidden(gate.command[0] ?? '', `${place}/command`, why)];
    }
    case 'postgres': {
      if (uses.postgres === undefined)
        return outside('postgres', 'uses.postgres names no database');
      const why = postgresFault(gate.query);
      return why === null ? [] : [forbidden('postgres', `${place}/query`, why)];
    }
    case 'command':
      return faultsOf(assessCommand(gate.argv, uses.commands ?? [], rules, `${place}/argv`));
  }
}

/** The fault of a decision, or none. */
export function faultsOf(decision: ScopeDecision): readonly Fault[] {
  return decision.allowed ? [] : [decision.fault];
}

function forbidden(what: string, place: string, why: string): Fault {
  return faultAt('command_forbidden', what, place, why);
}

/** The words a log gate looks for; a pattern that one alone fits excuses every line with it. */
const ALARMS = ['', 'error', 'errors', 'fail', 'failed', 'failure', 'panic', 'fatal'];

function expectationFaults(patterns: readonly string[], place: string): readonly Fault[] {
  return patterns.flatMap((pattern, index) => {
    if (!ALARMS.some((word) => isExpected(word, pattern.toLowerCase()))) return [];
    const why = 'it expects any line of trouble, and so the gate sees none';
    return [faultAt('gate_missing', 'logs', `${place}/expected_log_patterns/${index}`, why)];
  });
}

/** The parts between stars stand in the text, in their order; a pattern is no expression. */
function isExpected(text: string, pattern: string): boolean {
  let at = 0;
  return pattern.split('*').every((part) => {
    const found = text.indexOf(part.trim(), at);
    at = found + part.trim().length;
    return found >= 0;
  });
}

function httpFault(
  url: string,
  origins: readonly string[],
  outside: (what: string, message: string) => readonly Fault[],
): readonly Fault[] {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.href !== url) {
    return outside(url, 'an address is written in its plain form, with its path');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return outside(url, 'an address holds no name and no password');
  }
  if (!origins.includes(parsed.origin)) return outside(url, `${parsed.origin} is not in uses.http`);
  return originFault(parsed.origin) === null ? [] : outside(url, 'it leads off this machine');
}

/** What is wrong with `uses`: every address is on this machine and holds no secret. */
export function usesFaults(declaration: Declaration, denied: Forbidden): readonly Fault[] {
  const { redis, postgres, http = [] } = declaration.uses ?? {};
  const addresses = [
    ['/uses/redis', redis, storeFault(redis, ['redis:'])],
    ['/uses/postgres', postgres, storeFault(postgres, ['postgres:', 'postgresql:'])],
    ...http.map((each, index) => [`/uses/http/${index}`, each, originFault(each)] as const),
  ] as const;
  const malformed = addresses.flatMap(([place, , why]) =>
    why === null ? [] : [faultAt('declaration_malformed', place, place, why)],
  );
  if (malformed.length > 0) return malformed;
  const stores = [redis, postgres].flatMap((each) => (each === undefined ? [] : [portOf(each)]));
  return http.flatMap((each, index) => {
    const port = portOf(each);
    if (!denied.port(port) && !stores.includes(port)) return [];
    const message = 'what stands there is no web server: a command would reach it as anybody';
    return [faultAt('port_forbidden', String(port), `/uses/http/${index}`, message)];
  });
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'redis:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
};

/** Of an address that was found well-formed. */
function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port);
}

function originFault(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === null || !isHttp || url.origin !== text) return 'an origin, as http://127.0.0.1:8080';
  return isLoopbackHost(url.hostname) ? null : 'gates ask this machine only';
}

function storeFault(text: string | undefined, protocols: readonly string[]): string | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !protocols.includes(url.protocol)) return `an address with ${protocols[0]}//`;
  if (url.password !== '') return 'a declaration is published: no password in it';
  // What follows the `?` may name another host or a file.
  if (url.search !== '' || url.hash !== '') return 'nothing behind the name of the database';
  return isLoopbackHost(url.hostname) ? null : 'gates ask this machine only';
}
