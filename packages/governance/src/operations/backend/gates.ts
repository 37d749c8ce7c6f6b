/** Asks every gate there is. What cannot be asked is `inconclusive`, and never a pass (D-23). */
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson } from '@holdfast/core/parse';
import type { Gate, GateAnswer, GateRecord } from '../gate.ts';
import { messageOf, type Try } from './answer.ts';
import type { Files } from './files.ts';
import { askHttp } from './http-ask.ts';
import { isExpected, isTellingPattern, speaksOfTrouble } from './log-words.ts';
import { partsOf, valueAt } from './patch.ts';
import type { PostgresReader } from './postgres.ts';
import type { RedisReader } from './redis.ts';
import type { Reply } from './resp.ts';
import { wordsOf } from './sandbox-limits.ts';
import type { Ran } from './sandbox.ts';
import { findUnit, type ServicePort } from './services/port.ts';

const SETTLE_MS = 15_000;
const OBSERVED_MAX = 500;
const SECRET_NAMES =
  'secret|token|password|passphrase|authorization|signature|api_?key|private_?key|credential';
const SECRET = new RegExp(`((?:${SECRET_NAMES})[\\w-]*["']?\\s*[:=]\\s*["']?)[^\\s"',;}]+`, 'gi');
const USER_INFO = /(\w+:\/\/)[^/\s@]+@/g;

/** What gates are asked of. */
export interface GateSources {
  readonly files: Files;
  readonly services: ServicePort;
  readonly origins: readonly string[];
  /** A command of the declared list, where nothing can be written. */
  readonly run: (argv: readonly string[]) => Promise<Ran>;
  /** Null where the declaration names none. */
  readonly redis: () => Promise<RedisReader> | null;
  readonly postgres: () => Promise<PostgresReader> | null;
  /** Whether the wall clock was set meanwhile: a window of time means nothing then. */
  readonly isClockMoved: () => boolean;
}

interface Finding {
  readonly answer: GateAnswer;
  readonly observed: string;
}

const pass = (observed: string): Finding => ({ answer: 'pass', observed });
const fail = (observed: string): Finding => ({ answer: 'fail', observed });
const unclear = (observed: string): Finding => ({ answer: 'inconclusive', observed });
const judge = (holds: boolean, observed: string): Finding =>
  holds ? pass(observed) : fail(observed);

/** `since` is when the step began, in milliseconds since the epoch. */
export async function askGate(
  gate: Gate,
  since: number,
  sources: GateSources,
): Promise<GateRecord> {
  let finding: Finding;
  try {
    finding = await look(gate, since, sources);
  } catch (error) {
    finding = unclear(messageOf(error));
  }
  const observed = printable(finding.observed);
  const { command, expected } = wording(gate, sources.services);
  return { gate, answer: finding.answer, command, expected, observed };
}

/** Bounded, in one piece, and without what looks like a secret. */
function printable(text: string): string {
  const clean = text.replaceAll(SECRET, '$1[redacted]').replaceAll(USER_INFO, '$1[redacted]@');
  return clean.length > OBSERVED_MAX ? `${clean.slice(0, OBSERVED_MAX)}…` : clean;
}

function look(gate: Gate, since: number, sources: GateSources): Promise<Finding> | Finding {
  switch (gate.kind) {
    case 'status':
      return lookAtStatus(gate.services, sources.services);
    case 'logs':
      return lookAtLogs(gate, since, sources);
    case 'http':
      return lookAtHttp(gate, sources.origins);
    case 'file.sha256':
      return withContent(sources.files.read(gate.path), (content) => {
        const digest = hash('sha256', content, 'hex');
        return judge(digest === gate.sha256, digest);
      });
    case 'file.absent': {
      const absent = sources.files.isAbsent(gate.path);
      if (!absent.ok) return unclear(reason(absent));
      return judge(absent.value, absent.value ? 'absent' : 'present');
    }
    case 'file.json':
      return withContent(sources.files.read(gate.path), (content) =>
        lookAtJson(content.toString('utf8'), [gate]),
      );
    case 'redis':
      return lookAtRedis(gate, sources);
    case 'postgres':
      return lookAtPostgres(gate, sources);
    case 'command':
      return lookAtCommand(gate.argv, sources);
  }
}

async function lookAtStatus(services: readonly string[], port: ServicePort): Promise<Finding> {
  const states: string[] = [];
  let isUp = true;
  for (const service of services) {
    const unit = await findUnit(port, service);
    if (!unit.ok) return unclear(reason(unit));
    const state = await port.state(unit.value);
    isUp &&= state.isActive;
    states.push(`${service} ${state.text}`);
  }
  return judge(isUp, states.join(', '));
}

async function lookAtLogs(
  gate: Extract<Gate, { kind: 'logs' }>,
  since: number,
  { services, isClockMoved }: GateSources,
): Promise<Finding> {
  const patterns = gate.expected_log_patterns ?? [];
  const vague = patterns.find((pattern) => !isTellingPattern(pattern));
  if (vague !== undefined) return unclear(`the expected pattern ${vague} lets everything through`);
  const unit = await findUnit(services, gate.service);
  if (!unit.ok) return unclear(reason(unit));
  await delay(gate.settle_ms ?? SETTLE_MS);
  if (isClockMoved()) return unclear('the clock of this machine was set meanwhile');
  const lines = await services.log(unit.value, since);
  const found = lines.filter(({ text }) => speaksOfTrouble(text) && !isExpected(text, patterns));
  const [first] = found;
  if (first === undefined) return pass(`${lines.length} lines, none of trouble`);
  return fail(`${found.length} of ${lines.length} lines, the first: ${first.text}`);
}

async function lookAtHttp(
  gate: Extract<Gate, { kind: 'http' }>,
  origins: readonly string[],
): Promise<Finding> {
  const answer = await askHttp(gate.url, origins);
  if (answer.kind === 'unasked') return unclear(answer.why);
  if (answer.kind === 'silent') return fail(answer.why);
  const status = `status ${answer.status}`;
  if (answer.status !== gate.status) return fail(status);
  if (gate.json === undefined) return pass(status);
  const { answer: judged, observed } = lookAtJson(answer.body, gate.json);
  return { answer: judged, observed: `${status}; ${observed}` };
}

type Wanted = { readonly pointer: string; readonly equals: string | number | boolean | null };

function lookAtJson(text: string, wanted: readonly Wanted[]): Finding {
  const read = readJson(text);
  if (!read.ok) return fail(`no JSON: ${read.faults[0].message}`);
  const found = wanted.map(({ pointer, equals }) => {
    const value = valueAt(read.value, pointer);
    // A field named like a secret is compared and not told.
    const isSecret = printable(`${partsOf(pointer).at(-1)}: x`).includes('[redacted]');
    const told = value === undefined ? 'nothing' : isSecret ? '[redacted]' : JSON.stringify(value);
    return { holds: value === equals, told: `${pointer} is ${told}` };
  });
  return judge(
    found.every(({ holds }) => holds),
    found.map(({ told }) => told).join('; '),
  );
}

async function lookAtRedis(
  gate: Extract<Gate, { kind: 'redis' }>,
  { redis }: GateSources,
): Promise<Finding> {
  const reader = redis();
  if (reader === null) return unclear('no Redis is declared');
  const reply: Reply = await (await reader).ask(gate.command);
  if (typeof reply === 'object' && reply !== null && 'error' in reply) return unclear(reply.error);
  const told = JSON.stringify(reply);
  if (gate.equals === undefined) return pass(told);
  return judge(isSame(reply, gate.equals), told);
}

async function lookAtPostgres(
  gate: Extract<Gate, { kind: 'postgres' }>,
  { postgres }: GateSources,
): Promise<Finding> {
  const reader = postgres();
  if (reader === null) return unclear('no PostgreSQL is declared');
  const value = await (await reader).first(gate.query);
  if (value === undefined) return fail('no row');
  // PostgreSQL writes a boolean as a letter.
  const { equals } = gate;
  const wanted = typeof equals === 'boolean' ? (equals ? 't' : 'f') : equals;
  return judge(isSame(value, wanted), JSON.stringify(value));
}

/** A server answers text: `"3"` is 3. Nothing is null but null. */
function isSame(reply: Reply, equals: Wanted['equals']): boolean {
  if (reply === null || equals === null) return reply === equals;
  return typeof reply !== 'object' && String(reply) === String(equals);
}

async function lookAtCommand(argv: readonly string[], { run }: GateSources): Promise<Finding> {
  const ran = await run(argv);
  if (!ran.started) return unclear(`${ran.refused.code}: ${ran.refused.message}`);
  const output = ran.output.toString('utf8', 0, OBSERVED_MAX).trim();
  if (ran.limit !== null) return unclear(`${wordsOf(ran.limit)}: ${output}`);
  if (ran.exitCode === null) return unclear(`it did not end by itself: ${output}`);
  return judge(ran.exitCode === 0, `exit ${ran.exitCode}: ${output}`);
}

function withContent(read: Try<Buffer>, use: (content: Buffer) => Finding): Finding {
  if (read.ok) return use(read.value);
  // Not there is an answer; not ours to read is none.
  if (read.refused === null) return fail(read.why);
  return unclear(reason(read));
}

function reason(tried: Exclude<Try<unknown>, { ok: true }>): string {
  return tried.refused === null ? tried.why : `${tried.refused.code}: ${tried.refused.message}`;
}

/** The check as a person would type it, and what it should say. */
function wording(
  gate: Gate,
  services: ServicePort,
): { readonly command: string; readonly expected: string } {
  switch (gate.kind) {
    case 'status':
      return { command: services.commands.status(gate.services), expected: 'active, each' };
    case 'logs':
      return {
        command: services.commands.log(gate.service),
        expected: 'no line but expected ones',
      };
    case 'http': {
      const fields = (gate.json ?? []).map((field) => `${field.pointer} ${told(field.equals)}`);
      const expected = [`status ${gate.status}`, ...fields].join('; ');
      return { command: `curl -sS ${printable(gate.url)}`, expected };
    }
    case 'file.sha256':
      return { command: `sha256sum ${gate.path}`, expected: gate.sha256 };
    case 'file.absent':
      return { command: `test ! -e ${gate.path}`, expected: 'absent' };
    case 'file.json':
      return {
        command: `jq ${partsOf(gate.pointer)
          .map((part) => `.${JSON.stringify(part)}`)
          .join('')} ${gate.path}`,
        expected: told(gate.equals),
      };
    case 'redis': {
      const expected = gate.equals === undefined ? 'any answer' : told(gate.equals);
      return { command: `redis-cli ${gate.command.join(' ')}`, expected };
    }
    case 'postgres':
      return { command: `psql -c ${JSON.stringify(gate.query)}`, expected: told(gate.equals) };
    case 'command':
      return { command: gate.argv.join(' '), expected: 'exit 0' };
  }
}

const told = (value: unknown): string => JSON.stringify(value);
