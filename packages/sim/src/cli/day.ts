import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Decision } from '@holdfast/core';
import { currentMode } from '@holdfast/core/step';
import { type Configuration, loadConfiguration } from '@holdfast/runtime/config';
import { readBuildIdentity } from '@holdfast/runtime/proof';
import { strategies } from '@holdfast/strategies';
import { runDay, type RunningDay } from '../day/day.ts';
import { toMarkdown } from '../day/markdown.ts';
import { isSound, reportOf } from '../day/report.ts';
import type { MarketSource } from '../market/market.ts';
import { openOptionChain } from '../market/option-chain.ts';
import { createSyntheticChain } from '../market/synthetic-chain.ts';
import { createPrng } from '../prng.ts';
import type { CliIo } from './io.ts';

export interface DayArguments {
  readonly market: string;
  readonly for?: number;
  readonly seed: string;
  readonly report?: string;
  readonly policy?: string;
  readonly runtime?: string;
  readonly ledger?: string;
}

/** A synthetic day: a snapshot every ten minutes from 08:00 UTC, each quoted for ten seconds. */
const SYNTHETIC = {
  startMs: Date.UTC(2026, 0, 5, 8),
  everyMs: 600_000,
  snapshots: 144,
  windowMs: 10_000,
} as const;
const RECORDED_WINDOW_MS = 20_000;

interface Market {
  readonly source: MarketSource;
  readonly span: { readonly from: number; readonly to: number };
  readonly windowMs: number;
}

/** `holdfast day`: exit 0 when the run is sound, 1 when it is not, 2 when it could not be run. */
export async function day(given: DayArguments, io: CliIo): Promise<number> {
  const market = openMarket(given, io);
  if (market === null) return 2;
  const policyPath = resolve(io.cwd, given.policy ?? join(io.root, 'config/policy.json'));
  const runtimePath = resolve(io.cwd, given.runtime ?? join(io.root, 'config/runtime/dev.json'));
  const configuration = configure(policyPath, runtimePath, io);
  const build = readBuildIdentity(io.root);
  if (!build.ok) io.err(`day: ${build.code}: ${build.detail}`);
  if (configuration === null || !build.ok) return 2;
  const ledgerFolder = resolve(io.cwd, given.ledger ?? freshFolder(io.root));
  if (given.ledger !== undefined && existsSync(ledgerFolder)) {
    io.err(
      `day: --ledger ${ledgerFolder} exists: the built-in venue starts empty, so must its ledger`,
    );
    return 2;
  }
  mkdirSync(ledgerFolder, { recursive: true });
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  io.out(`market   ${market.source.name}, ${iso(market.span.from)} to ${iso(market.span.to)}`);
  io.out(`ledger   ${ledgerFolder}`);
  const finished = await runDay({
    root: io.root,
    configuration,
    policyPath,
    runtimePath,
    buildId: build.buildId,
    market: market.source,
    span: market.span,
    windowMs: market.windowMs,
    seed: given.seed,
    ledgerFolder,
    strategies,
    forMs: given.for ?? null,
    onDecision: (decision) => tell(decision, io),
    onSnapshot: (running) => io.out(lineOf(running)),
    isInterrupted: () => interrupted,
  });
  process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  return conclude(finished, given, io);
}

function conclude(finished: RunningDay, given: DayArguments, io: CliIo): number {
  const report = reportOf(finished);
  const markdown = toMarkdown(report);
  io.out('');
  io.out(markdown);
  if (given.report !== undefined) {
    const path = resolve(io.cwd, given.report);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(`${path.replace(/\.json$/, '')}.md`, markdown);
    io.out(`report   ${path}`);
  }
  return isSound(report) ? 0 : 1;
}

function openMarket(given: DayArguments, io: CliIo): Market | null {
  if (given.market === 'synthetic') {
    const { startMs, everyMs, snapshots, windowMs } = SYNTHETIC;
    const prng = createPrng(given.seed).fork('market');
    const source = createSyntheticChain({ prng, startMs, everyMs, snapshots, mispricing: 0.5 });
    return { source, span: { from: startMs, to: startMs + (snapshots - 1) * everyMs }, windowMs };
  }
  if (!given.market.startsWith('chain:')) {
    io.err(`day: --market ${given.market}: expected \`synthetic\` or \`chain:DIR\``);
    return null;
  }
  const opened = openOptionChain(resolve(io.cwd, given.market.slice('chain:'.length)));
  if (!opened.ok) {
    for (const { file, line, column, fault } of opened.faults) {
      io.err(`day: ${file}:${line}:${column}: ${fault}`);
    }
    return null;
  }
  const { from, to } = opened.report;
  return { source: opened.source, span: { from, to }, windowMs: RECORDED_WINDOW_MS };
}

function configure(policyPath: string, runtimePath: string, io: CliIo): Configuration | null {
  const loaded = loadConfiguration({ policyPath, runtimePath, env: io.env });
  if (loaded.ok) return loaded.value;
  for (const { document, place, rule, message } of loaded.violations) {
    io.err(`day: ${document}: ${place}: ${rule}: ${message}`);
  }
  return null;
}

function freshFolder(root: string): string {
  const stamp = new Date().toISOString().replaceAll(':', '').replace('.', '');
  return join(root, 'artifacts', 'day', stamp, 'ledger');
}

/**
 * Only what changes what may be done; refusals and trades are in the line of each snapshot and in
 * the report.
 */
function tell(decision: Decision, io: CliIo): void {
  if (decision.kind !== 'modeChanged') return;
  const why = decision.reasons.length === 0 ? '' : ` because ${decision.reasons.join(', ')}`;
  io.out(`${iso(decision.at)}  ${decision.from} -> ${decision.to}${why}`);
}

function lineOf({ clock, runtime, tally, player }: RunningDay): string {
  const { facts } = runtime.state;
  const { snapshots } = player.report();
  const resolved = currentMode(runtime.state);
  const why = resolved.reasons.length === 0 ? '' : `  ${resolved.reasons.join(', ')}`;
  const reject = tally.lastReject === null ? '' : `  last refusal ${tally.lastReject}`;
  return (
    `${iso(clock.now())}  ${resolved.mode.padEnd(10)} snapshot ${snapshots}  ` +
    `positions ${facts.positions.size}  orders ${facts.totals.sent}  ` +
    `fills ${facts.totals.fills}${reject}${why}`
  );
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
