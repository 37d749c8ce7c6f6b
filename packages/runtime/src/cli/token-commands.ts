import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Scope, SCOPES } from '../tokens/token-document.ts';
import type { Io } from './io.ts';
import { createToken, listTokens, revokeToken } from './token.ts';
import { type Answer, JSON_FLAG, withExample } from './usage.ts';

const FILE_FLAG = ['--file <file>', 'token file (default: that of the configuration)'] as const;
const DAYS = 90;
const DAYS_MAX = 366;

/** `holdfast token`: who may read, listen and stop over the network. */
export function addTokens(program: Command, io: Io, done: Answer): void {
  const tokens = withExample(
    program
      .command('token')
      .helpCommand(false)
      .description('Tokens of the control plane; what is kept of them is their hash.'),
    'holdfast token list',
  );
  withExample(
    tokens.command('create'),
    'holdfast token create --name desk --scope status:read emergency:write',
  )
    .description('Make a token and show it, this once.')
    .requiredOption('--name <name>', 'who will hold it; recorded as the caller')
    .addOption(
      new Option('--scope <scopes...>', 'what it may do').choices(SCOPES).makeOptionMandatory(),
    )
    .option('--days <days>', `how long it counts, at most ${DAYS_MAX}`, days, DAYS)
    .option(...FILE_FLAG)
    .option(...JSON_FLAG)
    .action(({ json = false, ...options }: CreateFlags) => {
      done(createToken({ ...options, json }, io));
    });
  withExample(tokens.command('list'), 'holdfast token list --json')
    .description('Who holds what, until when. No token is shown.')
    .option(...FILE_FLAG)
    .option(...JSON_FLAG)
    .action(({ json = false, ...options }: { file?: string; json?: boolean }) => {
      done(listTokens({ ...options, json }, io));
    });
  withExample(tokens.command('revoke'), 'holdfast token revoke desk')
    .description('From now on it opens nothing, in running engines as well.')
    .argument('<who>', 'id of a token, or a name: then all of that name')
    .option(...FILE_FLAG)
    .option(...JSON_FLAG)
    .action((who: string, { json = false, ...options }: { file?: string; json?: boolean }) => {
      done(revokeToken(who, { ...options, json }, io));
    });
}

interface CreateFlags {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly days: number;
  readonly file?: string;
  readonly json?: boolean;
}

function days(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= DAYS_MAX) return number;
  throw new InvalidArgumentError(`expected whole days, 1 to ${DAYS_MAX}.`);
}
