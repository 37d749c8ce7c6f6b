/**
 * What no operation may touch, whatever it declares (section 9.4): the machine form of the list,
 * read from `config/ops/forbidden.yaml`. It denies and never allows.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { closed, createParser } from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import { type Static, Type } from 'typebox';
import type { Fault } from './fault.ts';
import { namePattern, pathPattern } from './glob.ts';
import { faultAt } from './place.ts';
import { readText } from './read.ts';
import { readYaml } from './strict-yaml.ts';

const text = Type.String({ minLength: 1, maxLength: 256 });
const list = Type.Array(text, { minItems: 1, maxItems: 256 });
const glob = Type.String({ pattern: '^(/|\\*\\*/|\\{project\\})[^?\\[\\]]*$', maxLength: 256 });
const globs = Type.Array(glob, { minItems: 1, maxItems: 256 });

const ForbiddenSchema = closed({
  schema: Type.Literal('holdfast.ops-forbidden.v1'),
  version: Type.Integer({ minimum: 1 }),
  redis: closed({
    prefix: Type.String({ maxLength: 128 }),
    streams: list,
    key_patterns: list,
  }),
  paths: closed({
    secrets: globs,
    grafana: globs,
    accounts: globs,
    network: globs,
    system: globs,
    governance: globs,
  }),
  trading_logic: globs,
  too_broad: globs,
  homes: globs,
  ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), { minItems: 1, maxItems: 256 }),
  services: closed({ forbidden: list, protected: list }),
  commands: closed({ forbidden: list, interpreters: list }),
});
export type ForbiddenDocument = Static<typeof ForbiddenSchema>;

const parseForbidden = createParser(ForbiddenSchema);

const KINDS: Readonly<Record<keyof ForbiddenDocument['paths'], string>> = {
  secrets: 'secrets',
  grafana: 'the database of Grafana',
  accounts: 'users and their permissions',
  network: 'firewall and network',
  system: 'the running system',
  governance: 'governance, its records and its rules',
};

/** What is asked of the list. Every answer but null or false is a no. */
export interface Forbidden {
  readonly version: number;
  /** SHA-256 of the canonical list, in hex. */
  readonly digest: string;
  /** What of the project the path belongs to, where it may not be read or not be written. */
  path(path: string, use: 'read' | 'write'): string | null;
  /** Why nobody may be allowed all of it. */
  tooBroad(path: string): string | null;
  /** Whether no command may reach it, nor a gate over HTTP. */
  port(port: number): boolean;
  /** @param unit with or without its `.service`. */
  service(unit: string): 'forbidden' | 'protected' | null;
  /** @param name the last part of a program's path. */
  command(name: string): boolean;
  interpreter(name: string): boolean;
  /** Whether an operation may never write this key. */
  redisKey(key: string): boolean;
  /** The streams by their full names, to be looked for at the start. */
  readonly streams: readonly string[];
  readonly redisPrefix: string;
}

export interface ForbiddenPlaces {
  /** Root of the project, absolute. */
  readonly project: string;
  /** Home of whoever runs it, absolute. */
  readonly home: string;
  /** What this deployment puts before the names of its streams, where it is not the file's. */
  readonly redisPrefix?: string;
}

export type ForbiddenRead =
  | { readonly ok: true; readonly forbidden: Forbidden }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The list of a checkout. Without a list there is no operation. */
export function loadForbidden(project: string, redisPrefix?: string): ForbiddenRead {
  const read = readText(join(project, 'config', 'ops', 'forbidden.yaml'));
  if (typeof read !== 'string') return { ok: false, faults: [read] };
  const places = { project, home: homedir() };
  return readForbidden(read, redisPrefix === undefined ? places : { ...places, redisPrefix });
}

/** Total: a list that cannot be read whole denies by its faults. */
export function readForbidden(yaml: string, places: ForbiddenPlaces): ForbiddenRead {
  const read = readYaml(yaml);
  if (!read.ok) {
    const faults = read.faults.map(({ rule, path, message, place }) =>
      faultAt('declaration_unreadable', rule, path, `line ${place.line}: ${message}`),
    );
    return { ok: false, faults };
  }
  const parsed = parseForbidden(read.value);
  if (!parsed.ok) {
    const faults = parsed.violations.map(({ path, message }) =>
      faultAt('declaration_malformed', path, path, `line ${read.place(path).line}: ${message}`),
    );
    return { ok: false, faults };
  }
  const canonical = canonicalJson(parsed.value);
  if (!canonical.ok) {
    const fault = faultAt('declaration_malformed', canonical.path, canonical.path, canonical.rule);
    return { ok: false, faults: [fault] };
  }
  const digest = createHash('sha256').update(canonical.text).digest('hex');
  return { ok: true, forbidden: compile(parsed.value, places, digest) };
}

function compile(document: ForbiddenDocument, places: ForbiddenPlaces, digest: string): Forbidden {
  const { redis, services, commands } = document;
  const placed = (each: string): string => each.replaceAll('{project}', places.project);
  const denied = Object.entries(document.paths).flatMap(([kind, each]) =>
    each.map((one) => ({
      pattern: pathPattern(placed(one)),
      what: KINDS[kind as keyof typeof KINDS],
    })),
  );
  const trading = document.trading_logic.map((each) => pathPattern(placed(each)));
  const prefix = places.redisPrefix ?? redis.prefix;
  const names = (globsOfNames: readonly string[]): ((name: string) => boolean) => {
    const patterns = globsOfNames.map(namePattern);
    return (name) => patterns.some((pattern) => pattern.test(name));
  };
  const isForbiddenUnit = names(services.forbidden);
  const isProtectedUnit = names(services.protected);
  return {
    version: document.version,
    digest,
    path: (path, use) => {
      const found = denied.find(({ pattern }) => pattern.test(path));
      if (found !== undefined) return found.what;
      if (use === 'read') return null;
      return trading.some((pattern) => pattern.test(path)) ? 'trading logic' : null;
    },
    tooBroad: breadth([...document.too_broad.map(placed), places.home], document.homes),
    port: (port) => document.ports.includes(port),
    service: (unit) => {
      const name = unit.replace(/\.service$/, '');
      if (isForbiddenUnit(name)) return 'forbidden';
      return isProtectedUnit(name) ? 'protected' : null;
    },
    command: names(commands.forbidden),
    interpreter: names(commands.interpreters),
    redisKey: names([...redis.streams, ...redis.key_patterns].map((each) => prefix + each)),
    streams: redis.streams.map((each) => prefix + each),
    redisPrefix: prefix,
  };
}

function breadth(
  broad: readonly string[],
  homes: readonly string[],
): (path: string) => string | null {
  return (path) => {
    const folders = path.split('/').filter((name) => name !== '');
    if (folders.length < 2) return 'it is the root or a folder directly below it';
    const held = broad.find((each) => each === path || each.startsWith(`${path}/`));
    if (held !== undefined)
      return held === path ? 'it holds more than one thing' : `${held} is in it`;
    const isHome = homes.some((each) => `${each}/${folders.at(-1)}` === path);
    return isHome ? "it is somebody's home" : null;
  };
}

/** A listed stream that is not there, and the names that are there and may be what was meant. */
export interface NearMiss {
  readonly listed: string;
  readonly near: readonly string[];
}

const NEAR_MAX = 8;

/**
 * Asked at the start: a name on the list that exists nowhere, while a similar one does, protects
 * nothing. `ai.decision` was listed, and `ai.decision.made` was the stream.
 */
export function nearMisses(
  listed: readonly string[],
  existing: readonly string[],
): readonly NearMiss[] {
  const known = new Set(existing);
  return listed
    .filter((name) => !known.has(name))
    .map((name) => ({
      listed: name,
      near: [...known]
        .filter((other) => isNear(name, other))
        .sort()
        .slice(0, NEAR_MAX),
    }))
    .filter(({ near }) => near.length > 0);
}

function isNear(listed: string, other: string): boolean {
  const [a, b] = [plain(listed), plain(other)];
  if (b.startsWith(a)) return true;
  // A short name begins many long ones.
  if (a.startsWith(b)) return b.length * 2 > a.length;
  return distance(a, b) <= 2;
}

/** Without what spellings differ in: case and separators. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** How many letters to insert, drop or change (Levenshtein). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
