import { createStrategies } from '@holdfast/strategies';
import { conclude } from './cli/conclude.ts';
import { complain, type ExitCode, type Io, tell, type Trouble } from './cli/io.ts';
import { readMatrix } from './cli/keys-document.ts';
import type { Prepared, RunArguments } from './cli/run-options.ts';
import { createClock } from './clock.ts';
import { httpAddressOf, identityFaults, matrixRowOf, venueOverHttp } from './key-identity.ts';
import { departuresOf } from './report/policy-departures.ts';
import { sealPaperRun } from './report/paper-run-file.ts';
import { type RunEnd, reportOf } from './report/run-report.ts';
import { type Engine, startEngine } from './run/engine.ts';
import type { ExchangeProcess } from './run/exchange-process.ts';
import { runSession, type SessionEnd } from './run/session.ts';
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
  /** Where that exchange keeps the document of a paper run; null where it mirrors nothing. */
  readonly paperRun: string | null;
}

const IDENTITY_TIMEOUT_MS = 10_000;

type TradeIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env'>;

/**
 * The composition root of the core-safety build: one engine, the strategies of this checkout, one
 * venue, until it is told to end; then the report. The exchange we started ends with us, whatever
 * happens.
 */
export async function trade(options: TradeOptions, io: TradeIo): Promise<ExitCode> {
  const { prepared, given, exchange } = options;
  const begun = await begin(options, io);
  if (!begun.ok) {
    await exchange?.stop();
    for (const trouble of begun.troubles) complain(io, trouble);
    return 2;
  }
  const { engine, strategies } = begun;
  const interrupt = interruption();
  const end = await runSession({
    engine,
    forMs: given.for ?? null,
    flatten: given.flatten === true,
    terminal: given.view !== false && process.stdout.isTTY ? process.stdout : null,
    tell: (line) => tell(io, line),
    interrupted: interrupt.asked,
    exchangeEnded: exchange?.ended ?? null,
  });
  interrupt.forget();
  const report = reportOf({
    state: engine.runtime.state,
    tally: engine.tally,
    ledgerFolder: prepared.folder.ledger,
    endedAt: end.endedAt,
    standing: end.standing,
    venueReport: (await exchange?.stop()) ?? null,
    about: aboutOf(options, engine, strategies, end),
  });
  if (options.paperRun !== null) {
    const trouble = sealPaperRun(options.paperRun, report);
    if (trouble !== null) complain(io, trouble);
  }
  return conclude(report, prepared.folder.path, given.report, exchange !== null, io);
}

type Begun =
  | {
      readonly ok: true;
      readonly engine: Engine;
      readonly strategies: readonly NamedStrategy[];
    }
  | { readonly ok: false; readonly troubles: readonly Trouble[] };

/** Everything that must hold before an engine starts, in the order in which it is cheap to ask. */
async function begin(options: TradeOptions, io: TradeIo): Promise<Begun> {
  const { prepared, endpoint, credentials, shiftMs } = options;
  const named = namedStrategies(io.root, prepared.configuration.runtime.strategies);
  if (!named.ok) return named;
  const strangers = await strangersOf(options, io);
  if (strangers.length > 0) {
    const troubles = strangers.map((detail) => ({ place: endpoint, rule: 'key_identity', detail }));
    return { ok: false, troubles };
  }
  const started = await startEngine({
    root: io.root,
    env: io.env,
    ...prepared,
    endpoint,
    credentials,
    clock: createClock(shiftMs),
    strategies: named.strategies.map(({ strategy }) => strategy),
    linked: [],
  });
  if (!started.ok) return { ok: false, troubles: [started.trouble] };
  return { ok: true, engine: started.engine, strategies: named.strategies };
}

function aboutOf(
  { prepared, endpoint, shiftMs, paperRun }: TradeOptions,
  engine: Engine,
  strategies: readonly NamedStrategy[],
  end: SessionEnd,
): RunEnd['about'] {
  const { configuration, buildId } = prepared;
  const { environment, venue } = configuration.runtime;
  return {
    run_id: engine.runId,
    seconds: end.seconds,
    clock: shiftMs === 0 ? 'real' : 'real, shifted to the recording',
    venue: paperRun === null ? venue : 'mirror',
    endpoint,
    environment,
    strategies: strategies.map(
      ({ strategy, version, hash }) => `${strategy.id} ${version} ${hash.slice(0, 16)}`,
    ),
    build_id: buildId,
    runtime_config_hash: configuration.runtimeConfigHash,
    policy_hash: configuration.policyHash,
    policy_id: configuration.policy.policyId,
    policy_departures: departuresOf(configuration.policy),
    ended_by: end.cause,
    invariant_violation: engine.violation()?.message ?? null,
  };
}

/**
 * Why the key is not the one the environment matrix describes; empty when it is. Asked before
 * anything can be dispatched with it (phases section 1.5).
 */
async function strangersOf(
  { endpoint, credentials, prepared }: TradeOptions,
  io: Pick<Io, 'root'>,
): Promise<readonly string[]> {
  if (credentials === null) return [];
  const read = readMatrix(io);
  if (!read.ok) return read.troubles.map(({ place, detail }) => `${place} ${detail}`);
  const environment = matrixRowOf(prepared.configuration.runtime.environment);
  const venue = venueOverHttp(httpAddressOf(endpoint), IDENTITY_TIMEOUT_MS);
  return await identityFaults(venue, credentials, read.matrix, environment);
}

type Named =
  | { readonly ok: true; readonly strategies: readonly NamedStrategy[] }
  | Extract<Begun, { ok: false }>;

/** What the runtime document names, made of its documents; one fault in one of them makes none. */
function namedStrategies(root: string, paths: readonly string[]): Named {
  const read = readStrategyDocuments(root, paths);
  if (!read.ok) return read;
  const created = createStrategies(read.documents);
  if (!created.ok) {
    const troubles = created.faults.map(({ place, path, rule, message }) => ({
      place: `${place} ${path}`,
      rule,
      detail: message,
    }));
    return { ok: false, troubles };
  }
  const strategies = created.strategies.map(({ strategy, version, place }) => {
    const hash = read.documents.find((each) => each.place === place)?.hash ?? '';
    return { strategy, version, hash };
  });
  return { ok: true, strategies };
}
