import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { LOSS_LIMITS, type LossLimit } from '@holdfast/core/guard';
import {
  BUNDLE_APPROVAL_PREDICATE,
  FILE_PREDICATE,
  LOSS_RESET_PREDICATE,
  PRESENCE_PREDICATE,
  SIGN_OFF_PREDICATE,
} from '@holdfast/core/proof';
import { type Command, Option } from 'commander';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type LossReset, type Presence, PRESENCE_MS_MAX } from '../control/attested.ts';
import { readKeyFile, signFile, type SigningKey } from '../proof/index.ts';
import { ask, findRun } from './beside.ts';
import { duration } from './duration.ts';
import { couldNotTell, type ExitCode, type Io, systemTrouble, tell, tellJson } from './io.ts';
import { handOver, readSignedFile } from './signed-file.ts';
import { type Answer, JSON_FLAG, withExample } from './usage.ts';

const RUN_FLAG = ['--run <folder>', 'run folder of the engine (default: the newest)'] as const;
/** How long an approval of a reset may wait to be used. */
const APPROVAL_MS = 24 * 3_600_000;

const PREDICATES = {
  presence: PRESENCE_PREDICATE,
  'loss-reset': LOSS_RESET_PREDICATE,
  'sign-off': SIGN_OFF_PREDICATE,
  'bundle-approval': BUNDLE_APPROVAL_PREDICATE,
  /** A bundle, by whoever publishes it. */
  file: FILE_PREDICATE,
} as const;

type Beside = { readonly run?: string; readonly json?: boolean };

const operatorOf = (given?: string): string => given ?? userInfo().username;

/** What people sign: that they watch, that a latched loss may be reset. */
export function addAttested(program: Command, io: Io, done: Answer): void {
  addPresence(program, io, done);
  addLimits(program, io, done);
  addSign(program, io, done);
}

function addPresence(program: Command, io: Io, done: Answer): void {
  const group = withExample(
    program.command('presence').helpCommand(false).description('Say that somebody watches.'),
    'holdfast presence attest presence.json',
  );
  withExample(group.command('draft <file>'), 'holdfast presence draft presence.json --for 4h')
    .description('Write the statement for a running engine; a supervisor signs it elsewhere.')
    .requiredOption('--for <duration>', 'at most 8h', duration)
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action((file: string, options: Beside & { for: number }) => {
      done(draftPresence(file, options, io));
    });
  withExample(group.command('attest <file>'), 'holdfast presence attest presence.json')
    .description('Hand a signed statement to the engine.')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async (file: string, options: Beside) => {
      done(await handFile('presence', file, undefined, options, io));
    });
  withExample(group.command('end'), 'holdfast presence end --reason "shift is over"')
    .description('Nobody watches from now on.')
    .requiredOption('--reason <text>', 'why')
    .option('--operator <name>', 'who says so (default: the user of this machine)')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async ({ json = false, reason, operator, ...rest }) => {
      const request = { kind: 'presence_end', reason, operator: operatorOf(operator) } as const;
      done(await handOver(request, { ...rest, json }, io));
    });
}

function draftPresence(file: string, options: Beside & { for: number }, io: Io): ExitCode {
  const { json = false, for: forMs } = options;
  const found = findRun(options.run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const { about, folder } = found.beside;
  if (about === null) {
    const detail = 'the run has not said who it is';
    return couldNotTell(io, json, { place: folder.path, rule: 'no_about', detail });
  }
  if (forMs > PRESENCE_MS_MAX) {
    const detail = `at most ${PRESENCE_MS_MAX / 3_600_000} h at a time`;
    return couldNotTell(io, json, { place: '--for', rule: 'too_long', detail });
  }
  const from = io.now();
  const statement: Presence = {
    presence_version: 1,
    run_id: about.run_id,
    environment: about.environment,
    from_ms: from,
    until_ms: from + forMs,
  };
  return write(file, statement, 'presence', json, io);
}

function write(
  file: string,
  document: object,
  as: keyof typeof PREDICATES,
  json: boolean,
  io: Io,
): ExitCode {
  try {
    writeFileSync(resolve(io.cwd, file), `${JSON.stringify(document, null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    return couldNotTell(io, json, systemTrouble(file, error));
  }
  if (json) tellJson(io, document);
  else tell(io, `${file}: to be signed with: holdfast sign ${file} --as ${as} --key <file>`);
  return 0;
}

async function handFile(
  kind: 'presence' | 'limits_reset',
  file: string,
  operator: string | undefined,
  { json = false, ...rest }: Beside,
  io: Io,
): Promise<ExitCode> {
  const read = readSignedFile(file, operatorOf(operator), io);
  if (!read.ok) return couldNotTell(io, json, read.trouble);
  return handOver({ kind, ...read.handed }, { ...rest, json }, io);
}

function addLimits(program: Command, io: Io, done: Answer): void {
  const group = withExample(
    program.command('limits').helpCommand(false).description('Limits of the launch policy.'),
    'holdfast limits show',
  );
  withExample(group.command('show'), 'holdfast limits show --json')
    .description('Losses, limits and caps with what is used of them, and what is latched.')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async (options: Beside) => done(await showLimits(options, io)));
  const draft = withExample(
    group.command('draft <file>'),
    'holdfast limits draft reset.json --limit daily_loss --reason "fat finger, closed"',
  )
    .description('Write the approval for the reset of a latched loss; others sign it elsewhere.')
    .addOption(
      new Option('--limit <limit>', 'which').choices(LOSS_LIMITS).makeOptionMandatory(true),
    )
    .requiredOption('--reason <text>', 'recorded in the ledger')
    .option('--operator <name>', 'who wrote it, and cannot approve it')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG);
  draft.action(async (file: string, options: DraftOptions) => {
    done(await draftReset(file, options, io));
  });
  withExample(group.command('reset <file>'), 'holdfast limits reset reset.json')
    .description('Reset a latched loss with a signed approval; never while it is still reached.')
    .option('--operator <name>', 'who says so (default: the user of this machine)')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async (file: string, { operator, ...rest }: Beside & { operator?: string }) => {
      done(await handFile('limits_reset', file, operator, rest, io));
    });
}

type DraftOptions = Beside & { limit: LossLimit; reason: string; operator?: string };

const orNull = Type.Union([Type.Number(), Type.Null()]);
const LimitsBody = Compile(
  Type.Object({
    launch_policy: Type.Object({
      stage: Type.Union([Type.String(), Type.Null()]),
      equity_usd: orNull,
      losses: Type.Array(
        Type.Object({
          limit: Type.String(),
          name: Type.String(),
          loss_usd: orNull,
          allowed_usd: orNull,
          is_latched: Type.Boolean(),
          latched_at_ms: orNull,
        }),
      ),
      use: Type.Array(Type.Object({ limit: Type.String(), value: orNull, max: orNull })),
      presence: Type.Object({
        required: Type.Boolean(),
        person: Type.Union([Type.String(), Type.Null()]),
        until_ms: orNull,
      }),
    }),
  }),
);

/** Lines a person reads; for `limits show` and `status`. Null: not of a form this build knows. */
export function limitsInWords(status: unknown): readonly string[] | null {
  if (!LimitsBody.Check(status)) return null;
  const { stage, equity_usd: equity, losses, use, presence } = status.launch_policy;
  const known = (value: number | null): string => (value === null ? 'unknown' : String(value));
  const until = presence.until_ms === null ? '' : new Date(presence.until_ms).toISOString();
  return [
    `stage: ${stage ?? 'unknown'}`,
    `equity_usd: ${known(equity)}`,
    ...losses.map(
      ({ limit, loss_usd: loss, allowed_usd: allowed, is_latched: isLatched }) =>
        `${limit}: ${known(loss)} USD of ${known(allowed)}${isLatched ? ', LATCHED' : ''}`,
    ),
    ...use.map(({ limit, value, max }) =>
      value === null && limit === 'max_single_order_contracts'
        ? `${limit}: ${known(max)}`
        : `${limit}: ${known(value)} of ${known(max)}`,
    ),
    ...(presence.person === null
      ? [`presence: nobody${presence.required ? ', and here somebody must' : ''}`]
      : [`presence: ${presence.person} until ${until}`]),
  ];
}

async function showLimits({ run, json = false }: Beside, io: Io): Promise<ExitCode> {
  const asked = await statusOf(run, json, io);
  if (typeof asked === 'number') return asked;
  if (json) tellJson(io, asked.launch_policy);
  else for (const text of limitsInWords(asked) ?? []) tell(io, text);
  return 0;
}

async function statusOf(run: string | undefined, json: boolean, io: Io) {
  const found = findRun(run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const answer = await ask(found.beside, { kind: 'status' });
  if (!answer.ok) return couldNotTell(io, json, answer.trouble);
  if (LimitsBody.Check(answer.body)) return answer.body;
  const detail = 'the engine answers in a form this build does not know';
  return couldNotTell(io, json, { place: found.beside.folder.path, rule: 'malformed', detail });
}

async function draftReset(file: string, options: DraftOptions, io: Io): Promise<ExitCode> {
  const { run, json = false, limit, reason, operator } = options;
  const asked = await statusOf(run, json, io);
  if (typeof asked === 'number') return asked;
  const found = findRun(run, io);
  const latchedAt = asked.launch_policy.losses.find(({ name }) => name === limit)?.latched_at_ms;
  if (typeof latchedAt !== 'number' || !found.ok || found.beside.about === null) {
    if (json) tellJson(io, { drafted: false, cause: 'not_latched' });
    else tell(io, `${limit} is not latched`);
    return 1;
  }
  const approval: LossReset = {
    loss_reset_version: 1,
    environment: found.beside.about.environment,
    limit,
    latched_at_ms: latchedAt,
    prepared_by: operatorOf(operator),
    reason,
    valid_until_ms: io.now() + APPROVAL_MS,
  };
  return write(file, approval, 'loss-reset', json, io);
}

function addSign(program: Command, io: Io, done: Answer): void {
  withExample(
    program.command('sign <file>'),
    'holdfast sign presence.json --as presence --key ana.private.pem',
  )
    .description('Sign a document into <file>.dsse. Never on a machine that trades.')
    .addOption(
      new Option('--as <what>', 'what the signature says')
        .choices(Object.keys(PREDICATES))
        .makeOptionMandatory(true),
    )
    .requiredOption('--key <files...>', 'private keys of those who sign')
    .option(...JSON_FLAG)
    .action((file: string, options: SignOptions) => done(sign(file, options, io)));
}

type SignOptions = { as: keyof typeof PREDICATES; key: readonly string[]; json?: boolean };

function sign(file: string, { as, key, json = false }: SignOptions, io: Io): ExitCode {
  const keys: SigningKey[] = [];
  for (const path of key) {
    const read = readKeyFile(resolve(io.cwd, path));
    if (!read.ok)
      return couldNotTell(io, json, { place: path, rule: read.code, detail: read.detail });
    keys.push(read.key);
  }
  const [first, ...rest] = keys;
  if (first === undefined) return 2;
  const claim = { predicateType: PREDICATES[as], predicate: { signed_ts_ms: io.now() } };
  const signed = signFile(resolve(io.cwd, file), claim, [first, ...rest]);
  if (!signed.ok) {
    return couldNotTell(io, json, { place: file, rule: signed.code, detail: signed.detail });
  }
  if (json) tellJson(io, { envelope: signed.envelopePath, sha256: signed.sha256 });
  else tell(io, `signed as ${as}: ${signed.envelopePath}`);
  return 0;
}
