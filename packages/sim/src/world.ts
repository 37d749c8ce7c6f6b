import type { Decision, Effect, Event, LedgerRecord, Policy } from '@holdfast/core';
import type { ModeReasonCode } from '@holdfast/core/guard';
import { currentMode, type State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { type MonoMs, monoMs } from '@holdfast/core/values';
import { foldLedger, openMemoryLedger } from '@holdfast/runtime/ledger';
import type { OpenedLedger, Post } from '@holdfast/runtime/ports';
import { type MemoryTape, recordTurns } from '@holdfast/runtime/replay';
import { allCheckers, type Checker, checkerOf, violation } from './checkers/index.ts';
import { bootEngine, type Engine, IDENTITY } from './engine-process.ts';
import { every } from './every.ts';
import type { Exchange } from './exchange/index.ts';
import { clockErrorOf, isClockOff, timeDaemonOf, TRUE_TIME } from './faults/clock.ts';
import { FaultyDisk, GOOD_DISK } from './faults/disk.ts';
import { Doom, type Moment, PROCESS_DIED } from './faults/doom.ts';
import { SPELL_LOOK_MS } from './faults/spell.ts';
import type { VenueDoor } from './faults/venue.ts';
import { underMonitors } from './fuzz/monitors.ts';
import { underRules } from './fuzz/rules.ts';
import { Hands } from './hands.ts';
import { placementOf } from './placement.ts';
import { createPrng, type Prng } from './prng.ts';
import type { ExchangeService } from './server/service.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Network } from './wire/network.ts';
import { PERFECT_NETWORK } from './wire/network-model.ts';
import { Process } from './wire/process.ts';
import { WorldDesk } from './world-desk.ts';
import { WorldVenue } from './world-venue.ts';
import { startOf } from './world-start.ts';
import type { Finding, WorldCounts, WorldOptions, WorldPlacement } from './world-options.ts';

const TIMERS_MAX = 2_000_000;
const SEGMENT_BYTES = 65_536;
const CANCEL_LOOK_MS = 500;
/** Reconciled twice, asked everything once. */
const QUIET_MS = 12_000;
const HEAL_LOOK_MS = 250;
/** A Kill for 10028 lasts five minutes, and the longest pause before a connection one. */
const HEAL_MS_MAX = 600_000;
/** What nobody may cancel by hand, a protective order, is cancelled by the venue after so long. */
const SWEEP_AFTER_MS = 5_000;

/**
 * One seed, one timeline: an engine, an exchange, a network and a disk. The engine, the client, the
 * protocol, the exchange and its service are the real ones; only what they stand on is made up.
 */
export class World {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly service: ExchangeService;
  readonly disk: FaultyDisk;
  readonly network: Network;
  /** The venue as it is spoken to: the exchange behind what it may answer instead. */
  readonly door: VenueDoor;
  readonly hands: Hands;
  readonly placements: WorldPlacement[] = [];
  readonly counts: WorldCounts = { crashes: 0, boots: 0, placements: 0 };
  /** Of every process, where they were asked for. */
  readonly tapes: MemoryTape[] = [];
  /** Everything the core reported, for scenarios to look at. */
  readonly decisions: Decision[] = [];
  /** What stood at any tick after its process had been Active: what begins with it is no news. */
  readonly stood = new Set<ModeReasonCode>();
  finding: Finding | null = null;
  readonly #options: WorldOptions;
  readonly #policy: Policy;
  readonly #startMs: number;
  readonly #checkers: readonly Checker[] = allCheckers();
  readonly #prng: Prng;
  readonly #doom: Doom;
  readonly #pauses: Prng;
  readonly venue: WorldVenue;
  readonly desk: WorldDesk;
  #engine: Engine | null = null;
  #booting: Promise<void> | null = null;
  /** The process that runs has been Active. */
  #wasActive = false;
  #time = TRUE_TIME;
  /** Since when nothing new is proposed and what rests is cancelled: the end is awaited. */
  #calmSince: number | null = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#startMs = startOf(options);
    this.clock = new VirtualClock(this.#startMs);
    this.#prng = createPrng(options.seed);
    this.#doom = new Doom(this.#prng.fork('crashes'), options.crash, options.restartMsMax);
    this.#pauses = this.#prng.fork('pauses');
    this.#time = options.clock;
    this.disk = new FaultyDisk(this.clock, this.#prng.fork('disk'), options.disk);
    this.venue = new WorldVenue(this.clock, this.#prng, options, (...notice) => {
      for (const checker of this.#checkers) checker.onNotice?.(...notice);
    });
    this.exchange = this.venue.exchange;
    this.door = this.venue.door;
    this.service = this.venue.service;
    const network = this.#prng.fork('network');
    this.network = new Network(this.clock, network, options.network, this.service);
    this.hands = new Hands({
      prng: this.#prng.fork('hands'),
      state: () => this.state,
      post: (make) => this.post(make),
    });
    this.#policy = underMonitors(underRules(options.policy, options.rules), options.monitors);
    this.desk = new WorldDesk({
      clock: this.clock,
      prng: this.#prng,
      policy: this.#policy,
      models: options,
      state: () => this.state,
      post: (make) => this.post(make),
    });
    every(this.clock, SPELL_LOOK_MS, () => {
      this.disk.look();
      this.#maybePause();
    });
    every(this.clock, CANCEL_LOOK_MS, () => this.#maybeCancel());
  }

  get state(): State | null {
    return this.#engine?.runtime.state ?? null;
  }

  get elapsedMs(): number {
    return this.clock.now() - this.#startMs;
  }

  /** Runs until `elapsedMs`, or until something is found. Boots the engine if there is none. */
  async run(untilMs: number): Promise<void> {
    if (this.counts.boots === 0) this.#booting = this.#boot();
    for (let timers = 0; timers < TIMERS_MAX && this.finding === null; timers += 1) {
      if (this.#booting !== null) await this.#booting;
      const next = this.clock.nextAt;
      if (next === null || next > this.#startMs + untilMs) {
        this.clock.runUntil(this.#startMs + untilMs);
        return;
      }
      this.#attempt(() => this.clock.step());
    }
    if (this.finding === null) this.#found('time-goes-on', `${TIMERS_MAX} timers at one go`);
  }

  /**
   * Faults cease, a fresh process takes over if asked, and the world has time to be put right; then
   * it is judged.
   */
  async heal(byRestart: boolean): Promise<void> {
    if (this.finding !== null) return;
    this.#doom.lift();
    this.network.become(PERFECT_NETWORK);
    this.disk.become(GOOD_DISK);
    this.venue.putRight();
    this.desk.putRight();
    this.#time = TRUE_TIME;
    // A ledger that failed is dead for as long as its process lives (D-30).
    const { failures, full } = this.disk.counts;
    const isOff = isClockOff(this.#engine?.process, this.#policy);
    const isBroken = failures + full > 0 || isOff || this.desk.needsRestart(this.state);
    if (byRestart || isBroken) this.kill(0);
    // What a thread that is held up believes is as old as the moment it was held up.
    await this.run(Math.max(this.elapsedMs, (this.#engine?.process.freeAt ?? 0) - this.#startMs));
    await this.#until(() => this.#isActive());
    // What has not been put right by then will not be.
    if (!this.#isActive()) return this.#attempt(() => this.#judgeEnd());
    this.#calmSince = this.elapsedMs;
    await this.#until(() => this.#isQuiet());
    await this.run(this.elapsedMs + QUIET_MS);
    await this.#until(() => this.#isQuiet());
    this.#attempt(() => this.#judgeEnd());
  }

  /** SIGKILL: what was unanswered meets its fate, and a new process comes after `restartMs`. */
  kill(restartMs: number): void {
    const engine = this.#engine;
    if (engine === null) return;
    this.#engine = null;
    engine.runtime.halt();
    this.#bootAgain(engine.process, restartMs);
  }

  /** It dies at the first such moment, once, and comes back after `restartMs`. */
  killWhen(isIt: (moment: Moment) => boolean, restartMs: number): void {
    this.#doom.arm(isIt, restartMs);
  }

  /** The thread is held up for so long. */
  pause(ms: number): void {
    this.#engine?.process.work(ms);
  }

  /** The machine is suspended for so long: its clock stands still meanwhile. */
  suspend(ms: number): void {
    this.#engine?.process.suspend(ms);
  }

  /** Once the engine's thread is free: the event, made at that moment. */
  post(make: (at: MonoMs) => Event): void {
    const engine = this.#engine;
    if (engine === null) return;
    const { process, runtime } = engine;
    this.#attempt(() => process.run(() => runtime.post(make(monoMs(process.now())))));
  }

  /** Bytes of the ledger, for comparing two runs of one seed. */
  ledgerBytes(): Buffer {
    return Buffer.concat(this.disk.segments().map((file) => this.disk.read(file)));
  }

  async #until(isSo: () => boolean): Promise<void> {
    const end = this.elapsedMs + HEAL_MS_MAX;
    while (this.finding === null && this.elapsedMs < end && !isSo()) {
      await this.run(this.elapsedMs + HEAL_LOOK_MS);
    }
  }

  #isActive(): boolean {
    return this.state !== null && currentMode(this.state).mode === 'Active';
  }

  #isQuiet(): boolean {
    const { state } = this;
    if (state === null || !this.#isActive()) return false;
    return state.facts.working.size === 0 && state.observations.reservations.size === 0;
  }

  #maybePause(): void {
    const { pause, pauseMsMax, suspension, suspensionMsMax } = this.#time;
    if (pause > 0 && this.#pauses.chance(pause)) this.pause(this.#pauses.int(1, pauseMsMax));
    if (suspension > 0 && this.#pauses.chance(suspension)) {
      this.suspend(this.#pauses.int(1, suspensionMsMax));
    }
  }

  #maybeCancel(): void {
    if (this.#calmSince !== null) {
      this.hands.cancelWorking(null);
      const now = this.clock.now();
      if (this.elapsedMs - this.#calmSince > SWEEP_AFTER_MS) this.exchange.cancelOnDisconnect(now);
    }
    this.hands.maybeCancel(this.#options.cancels);
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (error === PROCESS_DIED) this.kill(this.#doom.restartMs());
      else this.#blame(error);
    }
  }

  /** A checker's error is a finding; any other is a fault of this simulator. */
  #blame(error: unknown): void {
    const checker = checkerOf(error);
    if (checker === null || !(error instanceof Error)) throw error;
    this.#found(checker, error.message);
  }

  #found(checker: string, detail: string): void {
    this.finding ??= { checker, detail, atMs: this.elapsedMs };
  }

  async #boot(): Promise<void> {
    const { settleMs, consultMs, tamper, strategies } = this.#options;
    const number = this.counts.boots;
    this.counts.boots += 1;
    const prng = this.#prng.fork(`process-${number}`);
    const process = new Process(this.clock, clockErrorOf(prng.fork('clock'), this.#time));
    const think = (ms: number): void => process.work(ms);
    if (this.#options.taped === true) this.tapes.push(recordTurns());
    const engine = await bootEngine({
      number,
      process,
      prng,
      settleMs,
      consultMs,
      documents: this.desk.documentsOf(IDENTITY, process),
      referenceInstruments: [...(this.#policy.referenceInstruments?.values() ?? [])],
      timeDaemon: timeDaemonOf(process, this.clock, prng.fork('chrony'), () => this.#time),
      measureDisk: (done) => done(this.desk.gauge.measure()),
      tamper,
      openTape: this.#options.taped === true ? this.tapes.at(-1)?.open : undefined,
      openLedger: (post, onRecord) =>
        Promise.resolve(this.#openLedger(process, post, onRecord, number + 1)),
      openSocket: this.network.openerFor(process, (text) => this.#onLeaving(text)),
      strategies: strategies(prng.fork('strategies'), think).map((each) => this.#calmable(each)),
      onRecovered: (state) => this.#judgeBoot(state),
      onEvent: (event) => this.#onEvent(event),
      onEffect: (effect) => this.#onEffect(effect),
      onDecision: (decision) => this.decisions.push(decision),
      onFatal: (error) => this.#found('invariant', error.message),
    }).catch((error: unknown) => {
      if (error !== PROCESS_DIED) this.#blame(error);
      return null;
    });
    this.#booting = null;
    this.#engine = engine;
    this.desk.greet();
    if (engine === null && this.finding === null) this.#bootAgain(process);
  }

  #bootAgain(process: Process, restartMs = this.#doom.restartMs()): void {
    this.counts.crashes += 1;
    this.network.bury(process);
    this.disk.crash();
    this.clock.wake(this.clock.now() + restartMs, () => {
      this.#booting = this.#boot();
    });
  }

  #openLedger(
    process: Process,
    post: Post,
    onRecord: (record: LedgerRecord) => void,
    epoch: number,
  ): OpenedLedger {
    const { queueCapacity, commitDeadlineMs } = this.#options;
    const opened = openMemoryLedger({
      disk: this.disk.handle((action) => process.run(action)),
      post,
      clock: process,
      epoch,
      queueCapacity,
      commitDeadlineMs,
      segmentBytes: SEGMENT_BYTES,
      onRecord,
      defer: (action) => process.wake(process.now(), action),
    });
    if (!opened.ok) {
      const { code, segment, offset, detail } = opened.damage;
      throw violation('ledger-opens', `${code} in ${segment} at ${offset}: ${detail}`);
    }
    return { ledger: opened.ledger, recovery: opened.recovery, epoch };
  }

  /** Placements are seen as they leave the process, whoever sends them. */
  #onLeaving(text: string): void {
    const placement = placementOf(text);
    if (placement === null) return;
    this.counts.placements += 1;
    this.placements.push({ atMs: this.elapsedMs, ...placement });
    for (const checker of this.#checkers) checker.onPlacement?.(placement);
    this.#doom.meetPlacement();
  }

  #calmable(strategy: Strategy<unknown>): Strategy<unknown> {
    return {
      ...strategy,
      propose: (memory, view) => (this.#calmSince !== null ? [] : strategy.propose(memory, view)),
    };
  }

  #onEvent(event: Event): void {
    const state = this.#living();
    if (state !== null) {
      const aheadMs = (this.#engine?.process.now() ?? this.clock.now()) - this.clock.now();
      for (const checker of this.#checkers) checker.onEvent?.(event, state, aheadMs);
    }
    if (state !== null && event.kind === 'ticked') this.#noteStanding(state);
    this.desk.hear(event);
    this.#doom.meetEvent(event);
  }

  #onEffect(effect: Effect): void {
    const state = this.#living();
    if (state !== null) for (const checker of this.#checkers) checker.onEffect?.(effect, state);
    this.#doom.meetEffect(effect);
  }

  #noteStanding(state: State): void {
    const { mode, reasons } = currentMode(state);
    if (mode === 'Active') this.#wasActive = true;
    else if (this.#wasActive) for (const reason of reasons) this.stood.add(reason);
  }

  #living(): State | null {
    return this.#recovering ?? this.state;
  }

  #recovering: State | null = null;

  #judgeBoot(state: State): void {
    this.#recovering = state;
    this.#wasActive = false;
    const fold = foldLedger(this.disk);
    for (const checker of this.#checkers) checker.onBoot?.(state, fold, this.disk);
  }

  #judgeEnd(): void {
    const { state, exchange } = this;
    if (state === null) return this.#found('put-right-in-the-end', 'no process is running');
    const fold = foldLedger(this.disk);
    const end = { state, exchange, fold, ledger: this.disk, now: this.clock.now() };
    for (const checker of this.#checkers) checker.atEnd?.(end);
  }
}
