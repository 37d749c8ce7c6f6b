import { join } from 'node:path';
import { CRASH_DEMONSTRATION, type Demonstration } from '../config/index.ts';
import { trade } from '../main.ts';
import { PAPER_RUN } from '../report/paper-run-file.ts';
import { startExchangeProcess } from '../run/exchange-process.ts';
import { complain, type ExitCode, type Io, tell } from './io.ts';
import { prepare, type RunArguments } from './run-options.ts';

export interface StartArguments extends RunArguments {
  readonly market: string;
  readonly seed: string;
  /** Follow another exchange or a recording; the document of the run goes to the run folder. */
  readonly mirror?: string;
  /** `name@duration`: faults the mirror makes. */
  readonly fault?: readonly string[];
}

type StartIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

/** Beyond this, the market is a recording and its day is not today. */
const SAME_DAY_MS = 60_000;

/**
 * `holdfast start`: the simulated exchange as one process, the engine as another, joined by a real
 * WebSocket on loopback. No account and no server. With `mirror` the exchange follows another one;
 * the environment stays `dev`, which reaches this machine and its files alone: a source beyond it
 * waits for the sign-off of `paper`.
 */
export async function start(given: StartArguments, io: StartIo): Promise<ExitCode> {
  const demonstration = demonstrationOf(given);
  const prepared = prepare('start', given, io, true, demonstration);
  if (prepared === null) return 2;
  if (prepared.configuration.runtime.venue !== 'simulated') {
    const detail = `the configuration is for ${prepared.configuration.runtime.venue}: use \`run\``;
    complain(io, { place: 'start', rule: 'venue_not_simulated', detail });
    return 2;
  }
  const paperRun = given.mirror === undefined ? null : join(prepared.folder.path, PAPER_RUN);
  tell(io, `market     ${marketOf(given)}`);
  if (demonstration !== null) tell(io, `policy     ${demonstration.policy}`);
  tell(io, `run        ${prepared.folder.path}`);
  const begun = await startExchangeProcess(io.root, wordsOf(given, paperRun));
  if (!begun.ok) {
    complain(io, { place: 'exchange', rule: 'not_started', detail: begun.detail });
    return 2;
  }
  const { exchange } = begun;
  const { ready, readyAt } = exchange;
  tell(io, `exchange   ${ready.ws}`);
  const key = ready.keys.find(({ scope }) => scope.includes('trade:read_write'));
  if (key === undefined) {
    await exchange.stop();
    complain(io, { place: 'exchange', rule: 'no_trading_key', detail: 'it named no key to trade' });
    return 2;
  }
  const behind = ready.now - readyAt;
  return await trade(
    {
      prepared,
      given,
      endpoint: ready.ws,
      credentials: { clientId: key.client_id, clientSecret: key.client_secret },
      shiftMs: Math.abs(behind) > SAME_DAY_MS ? Math.round(behind) : 0,
      exchange,
      paperRun,
    },
    io,
  );
}

/** A crash is shown with documents of its own, unless somebody names others. */
function demonstrationOf({
  market,
  mirror,
  policy,
  runtime,
}: StartArguments): Demonstration | null {
  if (market !== 'crash' || mirror !== undefined) return null;
  return policy === undefined && runtime === undefined ? CRASH_DEMONSTRATION : null;
}

function marketOf({ mirror, market, seed }: StartArguments): string {
  return mirror === undefined ? `${market}, seed ${seed}` : `mirror of ${mirror}`;
}

function wordsOf(
  { mirror, fault = [], market, seed }: StartArguments,
  paperRun: string | null,
): readonly string[] {
  const own = ['--market', market, '--seed', seed, '--port', '0'];
  if (mirror === undefined || paperRun === null) return own;
  const faults = fault.flatMap((each) => ['--fault', each]);
  return ['--mirror', mirror, '--paper-run', paperRun, '--port', '0', ...faults];
}
