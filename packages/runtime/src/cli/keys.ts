import Table from 'cli-table3';
import type { Command } from 'commander';
import { complain, type ExitCode, type Io, tell, tellJson } from './io.ts';
import { checkKeys, type KeysCheckOptions, PROBE_PATH } from './keys-check.ts';
import { readMatrix } from './keys-document.ts';
import { type KeysProbeOptions, probeKeys } from './keys-probe-command.ts';

interface Registration {
  readonly io: Io;
  readonly done: (code: ExitCode) => void;
  readonly withExample: (command: Command, example: string) => Command;
}

const JSON_FLAG = ['--json', 'print one JSON document and nothing else'] as const;

/** `holdfast keys`: what a key can do, by asking the exchange, and whether that is too much. */
export function addKeys(program: Command, { io, done, withExample }: Registration): void {
  const keys = withExample(
    program.command('keys').helpCommand(false).description('Probe and check API keys.'),
    'holdfast keys check',
  );
  withExample(
    keys.command('probe'),
    'holdfast keys probe --env DEV --url http://127.0.0.1:8080/api/v2 ' +
      '--client-id holdfast-trade --secret-env HOLDFAST_PROBE_SECRET --out probe.json',
  )
    .description('Ask the exchange what a key can do. Places no order and moves no money.')
    .requiredOption('--env <name>', 'environment of the matrix: DEV, STAGING, PAPER or LIVE')
    .option('--url <address>', 'HTTP address of the exchange, up to and with /api/v2')
    .option('--client-id <id>', 'id of the key')
    .option('--secret-env <variable>', 'environment variable that holds its secret')
    .option('--revoked-client-id <id>', 'a key that was revoked and must be refused')
    .option('--revoked-secret-env <variable>', 'environment variable that holds its secret')
    .option('--out <file>', 'write the record here')
    .option('--append', 'keep what the file already says about other keys')
    .option(...JSON_FLAG)
    .action(async (options: Partial<KeysProbeOptions> & { env: string }) => {
      const { append = false, json = false } = options;
      done(await probeKeys({ ...options, append, json }, io));
    });
  withExample(keys.command('check'), 'holdfast keys check --env STAGING')
    .description('Judge a recorded probe: no withdrawals, no transfers, no key that can do more.')
    .option('--probe <file>', `record to judge (default: ${PROBE_PATH})`)
    .option('--env <name>', 'only the entries of this environment')
    .option(...JSON_FLAG)
    .action((options: Partial<KeysCheckOptions>) => {
      done(checkKeys({ ...options, json: options.json ?? false }, io));
    });
  withExample(keys.command('show'), 'holdfast keys show')
    .description('List the keys the environment matrix allows. Secrets are not in it.')
    .option(...JSON_FLAG)
    .action(({ json = false }: { json?: boolean }) => {
      done(showKeys(json, io));
    });
}

function showKeys(json: boolean, io: Io): ExitCode {
  const read = readMatrix(io);
  if (!read.ok) {
    for (const trouble of read.troubles) complain(io, trouble);
    return 2;
  }
  const rows = Object.entries(read.matrix.environments).map(([environment, row]) => ({
    environment,
    account: row.account,
    key_id: row.key_id,
    key_type: row.key_type,
    scopes: row.scopes,
    withdraw_enabled: row.withdraw_enabled,
    base_url: row.base_url,
    secrets_source: row.secrets_source,
  }));
  if (json) {
    tellJson(io, { keys: rows });
    return 0;
  }
  const table = new Table({
    head: ['env', 'account', 'key', 'type', 'scopes', 'withdraw', 'host'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.environment,
      row.account ?? 'N/A',
      row.key_id ?? 'N/A',
      row.key_type,
      row.scopes.join(', ') || 'N/A',
      row.withdraw_enabled === null ? 'N/A' : String(row.withdraw_enabled),
      row.base_url,
    ]);
  }
  for (const line of table.toString().split('\n')) tell(io, line);
  return 0;
}
