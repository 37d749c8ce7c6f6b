import { trade } from '../main.ts';
import { startExchangeProcess } from '../run/exchange-process.ts';
import { complain, type ExitCode, type Io, tell } from './io.ts';
import { prepare, type RunArguments } from './run-options.ts';

export interface StartArguments extends RunArguments {
  readonly market: string;
  readonly seed: string;
}

type StartIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

/** Beyond this, the market is a recording and its day is not today. */
const SAME_DAY_MS = 60_000;

/**
 * `holdfast start`: the simulated exchange as one process, the engine as another, joined by a real
 * WebSocket on loopback. No account and no server.
 */
export async function start(given: StartArguments, io: StartIo): Promise<ExitCode> {
  const prepared = prepare('start', given, io, true);
  if (prepared === null) return 2;
  if (prepared.configuration.runtime.venue !== 'simulated') {
    const detail = `the configuration is for ${prepared.configuration.runtime.venue}: use \`run\``;
    complain(io, { place: 'start', rule: 'venue_not_simulated', detail });
    return 2;
  }
  tell(io, `market     ${given.market}, seed ${given.seed}`);
  tell(io, `run        ${prepared.folder.path}`);
  const words = ['--market', given.market, '--seed', given.seed, '--port', '0'];
  const begun = await startExchangeProcess(io.root, words);
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
    },
    io,
  );
}
