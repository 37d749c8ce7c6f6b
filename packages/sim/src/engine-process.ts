import type { Decision, Effect, Event, InvariantViolation } from '@holdfast/core';
import { hedgesOfCoins } from '@holdfast/core/instrument';
import type { State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { currency, runId } from '@holdfast/core/values';
import { connectDeribit, type DeribitLink, type OpenSocket } from '@holdfast/deribit/venue';
import type {
  DiskProbe,
  Documents,
  OpenLedger,
  RpcTransport,
  TimeDaemon,
} from '@holdfast/runtime/ports';
import type { OpenTape } from '@holdfast/runtime/replay';
import { type Runtime, start } from '@holdfast/runtime/start';
import type { Prng } from './prng.ts';
import { type ApiKey, developmentKeys } from './server/keys.ts';
import { uuidMinter } from './uuid.ts';
import type { Process } from './wire/process.ts';

export const IDENTITY = {
  buildId: 'world',
  runtimeConfigHash: 'world',
  contractVersion: '5.2',
} as const;

const COINS = [currency('BTC'), currency('ETH')];

/** One engine: the real loop on the real ledger's rules, and the real client. */
export interface Engine {
  readonly process: Process;
  readonly runtime: Runtime;
  readonly link: DeribitLink;
}

export interface EngineBoot {
  /** How many processes were before this one. */
  readonly number: number;
  readonly process: Process;
  readonly prng: Prng;
  readonly settleMs: number;
  readonly consultMs: number;
  readonly documents: Documents;
  readonly timeDaemon: TimeDaemon;
  readonly referenceInstruments: readonly string[];
  readonly measureDisk: DiskProbe['measure'];
  readonly openLedger: OpenLedger;
  readonly openSocket: OpenSocket;
  readonly strategies: readonly Strategy<unknown>[];
  readonly openTape: OpenTape | undefined;
  readonly tamper: ((transport: RpcTransport) => RpcTransport) | undefined;
  readonly onRecovered: (state: State) => void;
  readonly onEvent: (event: Event) => void;
  readonly onEffect: (effect: Effect) => void;
  readonly onDecision: (decision: Decision) => void;
  readonly onFatal: (error: InvariantViolation) => void;
}

/** Puts the engine together as `run/engine.ts` does, on what a world is made of. */
export async function bootEngine(boot: EngineBoot): Promise<Engine> {
  const { process, prng, tamper, onDecision } = boot;
  const jitter = prng.fork('jitter');
  const opened: { link: DeribitLink | null } = { link: null };
  const runtime = await start({
    session: {
      ...IDENTITY,
      runId: runId(`world-${boot.number}`),
      enforcedProfile: 'CSP',
      realMoney: false,
      needsSupervisor: false,
      settleMs: boot.settleMs,
      tickIntervalMs: 100,
      reconcileIntervalMs: 5_000,
    },
    clock: process,
    openLedger: boot.openLedger,
    ...(boot.openTape === undefined ? {} : { openTape: boot.openTape }),
    connect: (post) => {
      const link = connectDeribit({
        url: 'ws://exchange.invalid/ws/api/v2',
        credentials: traderKey(),
        currencies: COINS,
        hedges: hedgesOfCoins(COINS),
        clock: process,
        post,
        jitter: () => jitter.float(),
        marketInterval: '100ms',
        references: boot.referenceInstruments,
        openSocket: boot.openSocket,
      });
      opened.link = link;
      const { transport, venue } = link;
      return {
        transport: tamper?.(transport) ?? transport,
        venue: { ...venue, reconnect: () => link.drop() },
        gauge: link,
      };
    },
    telemetry: { report: onDecision },
    disk: { measure: boot.measureDisk, close: () => Promise.resolve() },
    documents: boot.documents,
    timeDaemon: boot.timeDaemon,
    mintGroupId: uuidMinter(prng),
    strategies: boot.strategies,
    intervals: { consultMs: boot.consultMs, diskMs: 5_000, policyMs: 10_000, heartbeatMs: null },
    inboxCapacity: 4_096,
    onRecovered: boot.onRecovered,
    onEvent: boot.onEvent,
    onEffect: boot.onEffect,
    onFatal: boot.onFatal,
  });
  const { link } = opened;
  if (link === null) throw new Error('the runtime connects before it is started');
  link.open();
  return { process, runtime, link };
}

/** The key it trades with. */
export function traderKey(): ApiKey {
  const [key] = developmentKeys();
  if (key === undefined) throw new Error('no development key');
  return key;
}
