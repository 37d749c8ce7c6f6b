import { LOSS_LIMITS } from '@holdfast/core/guard';
import { closed, createParser } from '@holdfast/core/parse';
import { LOSS_RESET_PREDICATE, PRESENCE_PREDICATE } from '@holdfast/core/proof';
import { monoMs, wallMs } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { readSigned, readTrustRoots, type SignedReading } from '../proof/index.ts';
import { currentMode, resetRefusal } from '@holdfast/core/step';
import { untilSo } from './command.ts';
import type { Engine } from './engine.ts';
import { line } from './line.ts';

/** A supervisor watches for at most a shift, and then says so again (decision 0018). */
export const PRESENCE_MS_MAX = 8 * 3_600_000;
/** How far the signer's clock may be ahead of ours. */
const CLOCK_SLACK_MS = 60_000;

const lossLimit = Type.Enum(LOSS_LIMITS, { description: 'Which latched loss.' });
const wallTime = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a supervisor signs. Of one run: another engine takes no notice of it. */
export const PresenceSchema = closed({
  presence_version: Type.Literal(1),
  run_id: Type.String({ minLength: 1, maxLength: 200 }),
  environment: Type.String({ minLength: 1, maxLength: 40 }),
  from_ms: wallTime,
  until_ms: wallTime,
});
export type Presence = Static<typeof PresenceSchema>;
const parsePresence = createParser(PresenceSchema);

/** What approvers sign: one latch, told by when it was recorded. */
export const LossResetSchema = closed({
  loss_reset_version: Type.Literal(1),
  environment: Type.String({ minLength: 1, maxLength: 40 }),
  limit: lossLimit,
  latched_at_ms: wallTime,
  prepared_by: line(100),
  reason: line(500),
  valid_until_ms: wallTime,
});
export type LossReset = Static<typeof LossResetSchema>;
const parseLossReset = createParser(LossResetSchema);

/** A signed document over the socket: base64, because its bytes are what was signed. */
const HandedSchema = closed({
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^/\\\\\\u0000]+$' }),
  document: Type.String({ maxLength: 2_000 }),
  envelope: Type.String({ maxLength: 6_000 }),
  operator: line(100),
});
export const parseHanded = createParser(HandedSchema);
export type Handed = Static<typeof HandedSchema>;

/** Whose signatures count for this engine, and what it is. */
export interface Trust {
  readonly environment: string;
  readonly runId: string;
  readonly trustRootsPath: string;
  /** `dev` on a loopback exchange, where the development key stands for people. */
  readonly acceptsDevelopmentKeys: boolean;
  /** Wall clock: the time signatures are dated by, whatever time the market is at. */
  readonly now: () => number;
}

/** What became of it. `REJECTED`: nothing was changed, and `cause` says why. */
export interface AttestedAnswer {
  readonly result: 'ACCEPTED' | 'REJECTED';
  readonly cause: string | null;
  readonly detail: string | null;
  readonly trading_mode: string;
}

const no = (engine: Engine, cause: string, detail: string | null = null): AttestedAnswer => ({
  result: 'REJECTED',
  cause,
  detail,
  trading_mode: currentMode(engine.state).mode,
});
const yes = (engine: Engine): AttestedAnswer => ({
  result: 'ACCEPTED',
  cause: null,
  detail: null,
  trading_mode: currentMode(engine.state).mode,
});

/** Takes a supervisor's signed statement; the core hears of it once it has been verified. */
export async function attestPresence(
  engine: Engine,
  trust: Trust,
  handed: Handed,
): Promise<AttestedAnswer> {
  if (!engine.isRunning()) return no(engine, 'engine_stopped');
  const reading = read(trust, handed, parsePresence, PRESENCE_PREDICATE);
  if (!reading.ok) return no(engine, reading.code.toLowerCase(), reading.detail);
  const { value, people, sha256 } = reading;
  const now = trust.now();
  const cause = presenceFault(value, trust, now);
  if (cause !== null) return no(engine, cause);
  // The engine's clock may be at a recording's day: what is carried over is the time that is left.
  const until = wallMs(engine.now() + (value.until_ms - now));
  const at = monoMs(engine.now());
  const [person] = people;
  engine.post({ kind: 'presenceAttested', at, person, until, statement: sha256 });
  const { observations } = engine.state;
  const isTaken = await untilSo(engine, () => observations.presence?.until === until);
  return isTaken ? yes(engine) : no(engine, 'not_recorded');
}

function presenceFault(value: Presence, trust: Trust, now: number): string | null {
  if (value.run_id !== trust.runId) return 'another_run';
  if (value.environment !== trust.environment) return 'another_environment';
  if (value.from_ms > now + CLOCK_SLACK_MS) return 'not_begun';
  if (value.until_ms <= now) return 'over';
  return value.until_ms - value.from_ms > PRESENCE_MS_MAX ? 'too_long' : null;
}

/** They leave early. Only tightens, so nobody has to sign it. */
export function endPresence(engine: Engine, operator: string): AttestedAnswer {
  if (!engine.isRunning()) return no(engine, 'engine_stopped');
  engine.post({ kind: 'presenceEnded', at: monoMs(engine.now()), operator });
  return yes(engine);
}

/** Hands a verified approval to the core, which says whether there is anything to reset. */
export async function resetLoss(
  engine: Engine,
  trust: Trust,
  handed: Handed,
): Promise<AttestedAnswer> {
  if (!engine.isRunning()) return no(engine, 'engine_stopped');
  const reading = read(trust, handed, parseLossReset, LOSS_RESET_PREDICATE);
  if (!reading.ok) return no(engine, reading.code.toLowerCase(), reading.detail);
  const { value, people, sha256 } = reading;
  const now = trust.now();
  if (value.environment !== trust.environment) return no(engine, 'another_environment');
  if (now >= value.valid_until_ms) return no(engine, 'approval_expired');
  const approvers = people.filter((person) => person !== value.prepared_by);
  if (approvers.length === 0) return no(engine, 'approved_by_its_author');
  const { limit, reason, latched_at_ms: latchedAt } = value;
  const { facts } = engine.state;
  const latch = facts.lossLatches.get(limit);
  const cause = resetRefusal(engine.state, limit, wallMs(latchedAt));
  if (cause !== null) return no(engine, cause);
  engine.post({
    kind: 'lossResetCommanded',
    at: monoMs(engine.now()),
    limit,
    operator: handed.operator,
    reason,
    approval: sha256,
    approvers,
    latchedAt: wallMs(latchedAt),
  });
  const { pendingResets } = engine.state.observations.losses;
  const isDone = (): boolean => latch !== undefined && facts.lossLatches.get(limit) !== latch;
  if (await untilSo(engine, () => isDone() || !pendingResets.has(limit))) {
    if (isDone()) return yes(engine);
  }
  return no(engine, 'not_recorded');
}

function read<T>(
  { trustRootsPath, acceptsDevelopmentKeys, now }: Trust,
  handed: Handed,
  parser: Parameters<typeof readSigned<T>>[1]['parser'],
  predicate: Parameters<typeof readSigned<T>>[1]['predicate'],
): SignedReading<T> | { readonly ok: false; readonly code: string; readonly detail: string } {
  const roots = readTrustRoots(trustRootsPath);
  if (!roots.ok) return roots;
  const signed = {
    name: handed.name,
    document: Buffer.from(handed.document, 'base64'),
    envelope: Buffer.from(handed.envelope, 'base64'),
  };
  const reader = { parser, predicate, acceptsDevelopmentKeys, now: now() };
  return readSigned(signed, { ...reader, roots: roots.roots });
}
