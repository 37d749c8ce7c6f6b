import type { Effect, Event, InvariantViolation } from '@holdfast/core';
import { createState, recover, resume, type Session, type State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { monoMs } from '@holdfast/core/values';
import { createConsult } from './consult.ts';
import { createDispatch } from './dispatch.ts';
import { Loop } from './loop.ts';
import { perform } from './perform.ts';
import { createProducers } from './producers.ts';
import type { OpenTape } from './replay/open-tape.ts';
import type {
  Clock,
  DiskProbe,
  Documents,
  Ledger,
  LedgerRecovery,
  LinkGauge,
  MintGroupId,
  OpenedLedger,
  OpenLedger,
  Post,
  RpcTransport,
  Telemetry,
  TimeDaemon,
  Venue,
} from './ports.ts';
import { every } from './every.ts';
import type { TurnTape } from './replay/turn-recorder.ts';

export interface StartOptions {
  readonly session: Session;
  readonly clock: Clock;
  readonly openLedger: OpenLedger;
  /** Given the door back in, because its answers are events. */
  readonly connect: (post: Post) => {
    readonly transport: RpcTransport;
    readonly venue: Venue;
    readonly gauge: LinkGauge;
  };
  readonly timeDaemon: TimeDaemon;
  readonly telemetry: Telemetry;
  readonly disk: DiskProbe;
  readonly documents: Documents;
  readonly mintGroupId: MintGroupId;
  readonly strategies: readonly Strategy<unknown>[];
  readonly intervals: Intervals;
  readonly inboxCapacity: number;
  /** Left out, nothing is kept to be replayed. */
  readonly openTape?: OpenTape;
  /** The fold is done; nothing is connected yet. */
  readonly onRecovered?: (state: State) => void;
  readonly onEvent?: (event: Event) => void;
  readonly onEffect?: (effect: Effect) => void;
  readonly onFatal: (error: InvariantViolation) => void;
}

/** How often each producer looks, ms. */
export interface Intervals {
  readonly consultMs: number;
  readonly diskMs: number;
  readonly policyMs: number;
  /** Null: another process is the watchdog, and its heartbeats are posted as they come. */
  readonly heartbeatMs: number | null;
}

export interface Runtime {
  readonly state: State;
  readonly ledger: Ledger;
  readonly recovery: LedgerRecovery;
  readonly epoch: number;
  readonly post: Post;
  /** False once nothing more is taken in. */
  readonly isRunning: () => boolean;
  /** From now on no strategy is asked: what is working can be ended, and nothing new begins. */
  quiesce(): void;
  /** No further event is taken in. What was appended is written; then the ledger is let go. */
  stop(): Promise<void>;
  /** No further event is taken in, and nothing is waited for: what SIGKILL leaves behind. */
  halt(): void;
}

/**
 * Ports, then recovery, then the loop. The state is folded from the ledger before anything is
 * connected, and starts latched: there is no way in that skips reconciliation (D-13).
 */
export async function start(options: StartOptions): Promise<Runtime> {
  const { clock, session } = options;
  const state = createState(session);
  let loop: Loop | null = null;
  const post: Post = (event) => loop?.post(event);
  const opened = await options.openLedger(post, (record) => recover(state, record));
  options.onRecovered?.(state);
  const begun = await begin(options, state, opened);
  const { transport, venue, gauge } = options.connect(post);
  const ports = {
    ledger: opened.ledger,
    dispatch: createDispatch(transport, clock, post),
    venue,
    clock,
    telemetry: options.telemetry,
    onWake: () => tick(),
  };
  const consult = createConsult(options.strategies, options.mintGroupId, clock, state, post);
  const isRunning = (): boolean => loop?.isRunning === true;
  const producers = createProducers(options, opened.ledger, gauge, post, isRunning);
  const tick = (): void => {
    if (!isRunning()) return;
    producers.beforeTick();
    post({ kind: 'ticked', at: monoMs(clock.now()) });
  };
  loop = new Loop({
    state,
    clock,
    inboxCapacity: options.inboxCapacity,
    perform: (effect) => perform(effect, ports),
    onFatal: options.onFatal,
    ...(begun.tape === null ? {} : { tape: begun.tape }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.onEffect === undefined ? {} : { onEffect: options.onEffect }),
  });
  const running = loop;
  for (const effect of begun.resumption) perform(effect, ports);
  producers.start();
  let isConsulting = true;
  every(clock, options.intervals.consultMs, () => isRunning() && isConsulting, consult);
  tick();
  return {
    state,
    ledger: opened.ledger,
    recovery: opened.recovery,
    epoch: opened.epoch,
    post,
    isRunning,
    quiesce() {
      isConsulting = false;
    },
    halt: () => running.stop(),
    async stop() {
      running.stop();
      const { ledger } = opened;
      await Promise.all([ledger.close(), options.disk.close(), begun.tape?.close()]);
    },
  };
}

/** The turn that no event brings, and the tape that begins with it. */
async function begin(
  { clock, session, openTape }: StartOptions,
  state: State,
  { ledger, recovery, epoch }: OpenedLedger,
): Promise<{ readonly tape: TurnTape | null; readonly resumption: readonly Effect[] }> {
  const resumedAt = monoMs(clock.now());
  const resumption = resume(state, resumedAt, epoch);
  if (openTape === undefined) return { tape: null, resumption };
  const { records, head } = recovery;
  try {
    const place = { session, epoch, ledger: { records, head }, resumedAt };
    return { tape: await openTape({ ...place, resumption }), resumption };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
