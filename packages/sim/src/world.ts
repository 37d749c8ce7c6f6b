import type { Decision, Effect, Event, LedgerRecord } from '@holdfast/core';
import { currentMode, type State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { coinE8, currency, type InstrumentName, type MonoMs, monoMs } from '@holdfast/core/values';
import { foldLedger, openMemoryLedger } from '@holdfast/runtime/ledger';
import type { OpenedLedger, Post } from '@holdfast/runtime/ports';
import { allCheckers, type Checker, checkerOf, violation } from './checkers/index.ts';
import { bootEngine, type Engine } from './engine-process.ts';
import { Exchange } from './exchange/index.ts';
import { clockErrorOf, TRUE_TIME } from './faults/clock.ts';
import { FaultyDisk, GOOD_DISK } from './faults/disk.ts';
import { Doom, type Moment, PROCESS_DIED } from './faults/doom.ts';
import { CALM_VENUE, VenueDoor } from './faults/venue.ts';
import { MarketMaker } from './fuzz/market-maker.ts';
import { Hands } from './hands.ts';
import { placementOf } from './placement.ts';
import { createPrng, type Prng } from './prng.ts';
import { developmentKeys } from './server/keys.ts';
import { createNoticeBoard, type NoticeBoard } from './server/notice-board.ts';
import { ExchangeService, TICK_MS } from './server/service.ts';
import { TOKEN_LIFETIME_S } from './server/tokens.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Network } from './wire/network.ts';
import { PERFECT_NETWORK } from './wire/network-model.ts';
import { Process } from './wire/process.ts';
import type { Finding, WorldCounts, WorldOptions, WorldPlacement } from './world-options.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
const TIMERS_MAX = 4_000_000;
const SEGMENT_BYTES = 65_536;
const SEND_BUFFER_BYTES = 8 * 1_024 * 1_024;
const FAULT_LOOK_MS = 1_000;
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
  readonly clock = new VirtualClock(START_MS);
  readonly exchange: Exchange;
  readonly service: ExchangeService;
  readonly disk: FaultyDisk;
  readonly network: Network;
  /** The venue as it is spoken to: the exchange behind what it may answer instead. */
  readonly door: VenueDoor;
  readonly hands: Hands;
  readonly placements: WorldPlacement[] = [];
  readonly counts: WorldCounts = { crashes: 0, boots: 0, placements: 0 };
  /** Everything the core reported, for scenarios to look at. */
  readonly decisions: Decision[] = [];
  finding: Finding | null = null;
  readonly #options: WorldOptions;
  readonly #checkers: readonly Checker[] = allCheckers();
  readonly #prng: Prng;
  readonly #doom: Doom;
  readonly #pauses: Prng;
  readonly #notices: NoticeBoard = createNoticeBoard();
  #engine: Engine | null = null;
  #booting: Promise<void> | null = null;
  #time = TRUE_TIME;
  /** Since when nothing new is proposed and what rests is cancelled: the end is awaited. */
  #calmSince: number | null = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#prng = createPrng(options.seed);
    this.#doom = new Doom(this.#prng.fork('crashes'), options.crash, options.restartMsMax);
    this.#pauses = this.#prng.fork('pauses');
    this.#time = options.clock;
    this.disk = new FaultyDisk(this.clock, this.#prng.fork('disk'), options.disk);
    this.exchange = new Exchange({
      deposits: new Map([
        [currency('BTC'), coinE8(1_000_000_000)],
        [currency('ETH'), coinE8(20_000_000_000)],
      ]),
      onNotification: this.#notices.post,
    });
    this.door = new VenueDoor(this.exchange, this.#prng.fork('venue'), options.venue);
    this.service = this.#createService();
    const network = this.#prng.fork('network');
    this.network = new Network(this.clock, network, options.network, this.service);
    this.hands = new Hands({
      prng: this.#prng.fork('hands'),
      state: () => this.state,
      post: (make) => this.post(make),
    });
    const market = this.#prng.fork('market');
    new MarketMaker(this.clock, this.exchange, market, options.market).start();
    this.service.begin();
    this.#often(TICK_MS, () => {
      this.service.speak();
      this.service.check();
    });
    this.#often(FAULT_LOOK_MS, () => this.#maybePause());
    this.#often(CANCEL_LOOK_MS, () => this.#maybeCancel());
  }

  get state(): State | null {
    return this.#engine?.runtime.state ?? null;
  }

  get elapsedMs(): number {
    return this.clock.now() - START_MS;
  }

  /** Runs until `elapsedMs`, or until something is found. Boots the engine if there is none. */
  async run(untilMs: number): Promise<void> {
    if (this.counts.boots === 0) this.#booting = this.#boot();
    for (let timers = 0; timers < TIMERS_MAX && this.finding === null; timers += 1) {
      if (this.#booting !== null) await this.#booting;
      const next = this.clock.nextAt;
      if (next === null || next > START_MS + untilMs) {
        this.clock.runUntil(START_MS + untilMs);
        return;
      }
      this.#attempt(() => this.clock.step());
    }
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
    this.door.become(CALM_VENUE);
    this.#time = TRUE_TIME;
    // A ledger that failed is dead for as long as its process lives (D-30).
    if (byRestart || this.disk.counts.failures > 0) this.kill(0);
    await this.#until(() => this.#isActive());
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
    this.counts.crashes += 1;
    engine.runtime.halt();
    this.network.bury(engine.process);
    this.disk.crash();
    this.clock.wake(this.clock.now() + restartMs, () => {
      this.#booting = this.#boot();
    });
  }

  /** It dies at the first such moment, once, and comes back after `restartMs`. */
  killWhen(isIt: (moment: Moment) => boolean, restartMs: number): void {
    this.#doom.arm(isIt, restartMs);
  }

  /** The thread is held up for so long. */
  pause(ms: number): void {
    this.#engine?.process.work(ms);
  }

  /** The next change of this book never reaches us. */
  loseNextBook(instrument: InstrumentName): void {
    this.network.loseNext((frame) => frame.includes(`"channel":"book.${instrument}.`));
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

  #createService(): ExchangeService {
    const tokens = this.#prng.fork('tokens');
    return new ExchangeService({
      exchange: this.exchange,
      notices: this.#notices,
      clock: this.clock,
      keys: developmentKeys(),
      creditsEnabled: this.#options.venue.credits === 1,
      tokenLifetimeS: TOKEN_LIFETIME_S,
      sendBufferBytes: SEND_BUFFER_BYTES,
      handle: this.door.handle,
      noticesEnd: () => this.door.noticesEnd(),
      machine: {
        now: () => this.clock.now(),
        stopwatch: () => this.clock.now(),
        mintToken: () => tokens.uint32().toString(36),
        defer: (action) => this.clock.wake(this.clock.now(), action),
      },
    });
  }

  #often(everyMs: number, action: () => void): void {
    this.clock.wake(this.clock.now() + everyMs, () => {
      this.#often(everyMs, action);
      action();
    });
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
      this.#engine?.process.suspend(this.#pauses.int(1, suspensionMsMax));
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
    const { policy, settleMs, tamper, strategies } = this.#options;
    const number = this.counts.boots;
    this.counts.boots += 1;
    const prng = this.#prng.fork(`process-${number}`);
    const process = new Process(this.clock, clockErrorOf(prng.fork('clock'), this.#time));
    const think = (ms: number): void => process.work(ms);
    const engine = await bootEngine({
      number,
      process,
      prng,
      policy,
      settleMs,
      tamper,
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
    if (engine === null && this.finding === null) this.#bootAgain(process);
  }

  #bootAgain(process: Process): void {
    this.counts.crashes += 1;
    this.network.bury(process);
    this.disk.crash();
    this.clock.wake(this.clock.now() + this.#doom.restartMs(), () => {
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
    if (state !== null) for (const checker of this.#checkers) checker.onEvent?.(event, state);
    this.#doom.meetEvent(event);
  }

  #onEffect(effect: Effect): void {
    const state = this.#living();
    if (state !== null) for (const checker of this.#checkers) checker.onEffect?.(effect, state);
    this.#doom.meetEffect(effect);
  }

  #living(): State | null {
    return this.#recovering ?? this.state;
  }

  #recovering: State | null = null;

  #judgeBoot(state: State): void {
    this.#recovering = state;
    const fold = foldLedger(this.disk);
    for (const checker of this.#checkers) checker.onBoot?.(state, fold);
  }

  #judgeEnd(): void {
    const { state, exchange } = this;
    if (state === null) return this.#found('put-right-in-the-end', 'no process is running');
    const end = { state, exchange, fold: foldLedger(this.disk), now: this.clock.now() };
    for (const checker of this.#checkers) checker.atEnd?.(end);
  }
}
