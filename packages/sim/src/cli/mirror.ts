import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseText } from '@holdfast/core/parse';
import type { PaperRun } from '@holdfast/core/proof';
import { credentialNames, ENVIRONMENT_VARIABLES, parseEnvMatrix } from '@holdfast/runtime/config';
import { readBuildIdentity } from '@holdfast/runtime/proof';
import type { Exchange } from '../exchange/exchange.ts';
import { INJECTED_FAULTS, type PlannedFault, planFaults } from '../mirror/injected-faults.ts';
import { LiveSource } from '../mirror/live-source.ts';
import { MirrorDrive } from '../mirror/mirror-drive.ts';
import { PaperKeeper } from '../mirror/paper-keeper.ts';
import type { MirrorSource } from '../mirror/source.ts';
import { chooseSource, type SourceChoice } from '../mirror/source-choice.ts';
import { openTapeSource } from '../mirror/tape-source.ts';
import { createExchangeClock } from '../server/exchange-clock.ts';
import type { ExchangeServer } from '../server/server.ts';
import type { CliIo } from './io.ts';

export interface MirrorArguments {
  readonly mirror: string;
  readonly sourceHost?: string;
  readonly currency: readonly string[];
  /** Of a recording. */
  readonly speed: number;
  readonly paperRun?: string;
  readonly fault: readonly PlannedFault[];
}

export interface OpenedSource {
  readonly source: MirrorSource;
  readonly data: PaperRun['data'];
  readonly buildId: string;
}

/** A chain of two coins is listed and subscribed to within seconds. */
const READY_MS = 60_000;
/** How long the last few books are waited for once the market is there. */
const LOOK_MS = 50;

const MATRIX_PATH = 'config/env-matrix.json';

/** The source, not yet spoken to; null when it may not be, and all that is wrong has been said. */
export function openSource(given: MirrorArguments, io: CliIo): OpenedSource | null {
  const refuse = (rule: string, detail: string): null => {
    io.err(`exchange: --mirror: ${rule}: ${detail}`);
    return null;
  };
  for (const { name } of given.fault) {
    if (!Object.hasOwn(INJECTED_FAULTS, name)) {
      const known = Object.keys(INJECTED_FAULTS).join(', ');
      return refuse('fault_unknown', `${name}; known are ${known}`);
    }
  }
  const build = readBuildIdentity(io.root);
  if (!build.ok) return refuse(build.code, build.detail);
  const choice = choiceOf(given, io);
  if (!choice.ok) return refuse(choice.rule, choice.detail);
  const clock = createExchangeClock(null);
  if (choice.kind === 'address') {
    if (given.speed !== 1) return refuse('speed_of_an_address', 'only a recording has a speed');
    const jitter = (): number => Math.random();
    const source = new LiveSource({ url: choice.url, currencies: given.currency, clock, jitter });
    return { source, data: choice.isReal ? 'recorded' : 'synthetic', buildId: build.buildId };
  }
  const opened = openTapeSource(resolve(io.cwd, choice.path), clock, given.speed);
  if (!opened.ok) return refuse('tape_unreadable', opened.detail);
  return { source: opened.source, data: 'recorded', buildId: build.buildId };
}

function choiceOf(given: MirrorArguments, io: CliIo): SourceChoice {
  const said = io.env[ENVIRONMENT_VARIABLES.tradingEnvironment.name]?.trim();
  return chooseSource({
    place: given.mirror,
    namedHost: given.sourceHost ?? null,
    machine: said === undefined || said === '' ? 'DEV' : said,
    paperHosts: paperHosts(io.root),
    credentials: credentialNames(io.env),
  });
}

/** Hosts the matrix of environments opens to PAPER; none where it cannot be read. */
function paperHosts(root: string): readonly string[] {
  try {
    const text = readFileSync(join(root, MATRIX_PATH), 'utf8');
    const parsed = parseText(text, parseEnvMatrix);
    return parsed.ok ? parsed.value.environments.PAPER.outbound : [];
  } catch {
    return [];
  }
}

/** Speaks to the source until its market is here. A sentence when it does not come. */
export async function bringMarket(
  source: MirrorSource,
  exchange: Exchange,
  ended: Promise<void>,
): Promise<MirrorDrive | string> {
  const drive = new MirrorDrive(source, exchange);
  drive.start();
  let isOver = false;
  void Promise.race([ended, source.over]).then(() => {
    isOver = true;
  });
  const deadline = performance.now() + READY_MS;
  while (!drive.isReady) {
    const isLate = performance.now() > deadline;
    if (!isOver && !isLate) {
      await pause(LOOK_MS);
      continue;
    }
    drive.stop();
    await source.close();
    const why = isOver ? 'it ended before its market was there' : 'no whole market came';
    return `--mirror ${source.about.place}: ${why}`;
  }
  return drive;
}

async function pause(ms: number): Promise<void> {
  const { promise, resolve: go } = Promise.withResolvers<void>();
  setTimeout(go, ms);
  await promise;
}

/** Keeps the document of the run, and makes the faults that were asked for. */
export function keepRun(
  given: MirrorArguments,
  { data, buildId }: OpenedSource,
  venue: {
    readonly drive: MirrorDrive;
    readonly exchange: Exchange;
    readonly server: ExchangeServer;
  },
  io: Pick<CliIo, 'cwd'>,
): PaperKeeper | null {
  if (given.paperRun === undefined) {
    planFaults(given.fault, venue, () => undefined);
    return null;
  }
  const hostNow = (): number => Date.now();
  const path = resolve(io.cwd, given.paperRun);
  const keeper = new PaperKeeper({ path, ...venue, hostNow, data, buildId });
  keeper.start();
  planFaults(given.fault, venue, (name, at) => keeper.fault(name, at));
  return keeper;
}

/** What a reader of results must know about a mirrored market, in sentences. */
export const MIRROR_NOTES: readonly string[] = [
  'Books, marks, indexes, volatility indexes and public trades are those of the source, with its ' +
    'own times; accounts, matching, margin, fees, funding and settlement are of this process.',
  'An order takes what the source shows, and what it took is not offered again while the source ' +
    'shows the same; a resting order is filled by trades of the source alone, behind everything ' +
    'that was shown at its price when it came.',
  'While the source is not heard in time, every book is empty and every coin is locked.',
];
