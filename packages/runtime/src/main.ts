import { createStrategies } from '@holdfast/strategies';
import { conclude } from './cli/conclude.ts';
import { complain, type ExitCode, type Io, tell } from './cli/io.ts';
import type { Prepared, RunArguments } from './cli/run-options.ts';
import { createClock } from './clock.ts';
import { reportOf } from './report/run-report.ts';
import { startEngine } from './run/engine.ts';
import type { ExchangeProcess } from './run/exchange-process.ts';
import { runSession } from './run/session.ts';
import { type NamedStrategy, readStrategyDocuments } from './run/strategies.ts';
import { interruption } from './run/signals.ts';

export interface TradeOptions {
  readonly prepared: Prepared;
  readonly given: RunArguments;
  /** WebSocket address of the venue. */
  readonly endpoint: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | null;
  /** Added to the real time, where the exchange lives at a recording's. */
  readonly shiftMs: number;
  /** The exchange we started ourselves, and end again; null where somebody else's is traded on. */
  readonly exchange: ExchangeProcess | null;
}

type TradeIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env'>;

/**
 * The composition root of the core-safety build: one engine, the strategies of this checkout, one
 * venue, until it is told to end; then the report.
 */
export async function trade(options: TradeOptions, io: TradeIo): Promise<ExitCode> {
  const { prepared, given, endpoint, credentials, shiftMs, exchange } = options;
  const { configuration, folder } = prepared;
  const clock = createClock(shiftMs);
  const named = strategiesOf(io.root, configuration.runtime.strategies, io);
  if (named === null) {
    await exchange?.stop();
    return 2;
  }
  const started = await startEngine({
    root: io.root,
    env: io.env,
    ...prepared,
    endpoint,
    credentials,
    clock,
    strategies: named.map(({ strategy }) => strategy),
  });
  if (!started.ok) {
    await exchange?.stop();
    complain(io, started.trouble);
    return 2;
  }
  const { engine } = started;
  const terminal = given.view !== false && process.stdout.isTTY ? process.stdout : null;
  const interrupt = interruption();
  const end = await runSession({
    engine,
    forMs: given.for ?? null,
    flatten: given.flatten === true,
    terminal,
    tell: (line) => tell(io, line),
    interrupted: interrupt.asked,
    exchangeEnded: exchange?.ended ?? null,
  });
  interrupt.forget();
  const venueReport = (await exchange?.stop()) ?? null;
  const { runtime, environment } = { ...configuration, ...configuration.runtime };
  const report = reportOf({
    state: engine.runtime.state,
    tally: engine.tally,
    ledgerFolder: folder.ledger,
    endedAt: end.endedAt,
    standing: end.standing,
    venueReport,
    about: {
      run_id: engine.runId,
      seconds: end.seconds,
      clock: shiftMs === 0 ? 'real' : 'real, shifted to the recording',
      venue: runtime.venue,
      endpoint,
      environment,
      strategies: named.map(
        ({ strategy, version, hash }) => `${strategy.id} ${version} ${hash.slice(0, 16)}`,
      ),
      build_id: prepared.buildId,
      runtime_config_hash: configuration.runtimeConfigHash,
      policy_hash: configuration.policyHash,
      ended_by: end.cause,
      invariant_violation: engine.violation()?.message ?? null,
    },
  });
  return conclude(report, folder.path, given.report, exchange !== null, io);
}

/** What the runtime document names, made of its documents. Null when anything is wrong with one. */
function strategiesOf(
  root: string,
  paths: readonly string[],
  io: Pick<Io, 'err'>,
): readonly NamedStrategy[] | null {
  const read = readStrategyDocuments(root, paths);
  if (!read.ok) {
    for (const trouble of read.troubles) complain(io, trouble);
    return null;
  }
  const created = createStrategies(read.documents);
  if (!created.ok) {
    for (const { place, path, rule, message } of created.faults) {
      complain(io, { place: `${place} ${path}`, rule, detail: message });
    }
    return null;
  }
  return created.strategies.map(({ strategy, version, place }) => {
    const hash = read.documents.find((each) => each.place === place)?.hash ?? '';
    return { strategy, version, hash };
  });
}
