import type { Decision, Effect, Event, InvariantViolation, LedgerRecord } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { coinE8, currency, type InstrumentName, runId, wallMs } from '@holdfast/core/values';
import { foldLedger, openMemoryLedger } from '@holdfast/runtime/ledger';
import type { OpenedLedger, Post, RpcTransport } from '@holdfast/runtime/ports';
import { type Runtime, start } from '@holdfast/runtime/start';
import { allCheckers, type Checker, checkerOf, violation } from './checkers/index.ts';
import { Exchange, type NotificationListener } from './exchange/index.ts';
import { FaultyDisk, GOOD_DISK } from './faults/disk.ts';
import { Doom, type Moment, PROCESS_DIED } from './faults/doom.ts';
import { CALM_VENUE, VenueDoor } from './faults/venue.ts';
import { MarketMaker } from './fuzz/market-maker.ts';
import { Hands } from './hands.ts';
import { connectInProcess, type InProcessVenue } from './in-process-venue.ts';
import { Network, PERFECT_NETWORK } from './network.ts';
import { createPrng, type Prng } from './prng.ts';
import { uuidMinter } from './uuid.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Finding, WorldCounts, WorldOptions, WorldPlacement } from './world-options.ts';

const IDENTITY = { buildId: 'world', runtimeConfigHash: 'world', contractVersion: '5.2' } as const;
const START_MS = Date.UTC(2026, 0, 5, 9);
const TIMERS_MAX = 2_000_000;
const SEGMENT_BYTES = 65_536;
const SESSION_LOOK_MS = 1_000;
const CANCEL_LOOK_MS = 500;

interface Trader {
  readonly runtime: Runtime;
  readonly venue: InProcessVenue;
}

/**
 * One seed, one timeline: a trader, an exchange, a network and a disk. The runtime, the core, the
 * ledger's rules and the order client are the real ones; only what they stand on is made up.
 */
export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly exchange: Exchange;
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
  readonly #sessions: Prng;
  readonly #lostBooks = new Set<InstrumentName>();
  #trader: Trader | null = null;
  #booting: Promise<void> | null = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#prng = createPrng(options.seed);
    this.#doom = new Doom(this.#prng.fork('crashes'), options.crash, options.restartMsMax);
    this.disk = new FaultyDisk(this.clock, this.#prng.fork('disk'), options.disk);
    this.network = new Network(this.clock, this.#prng.fork('network'), options.network);
    this.exchange = new Exchange({
      deposits: new Map([
        [currency('BTC'), coinE8(1_000_000_000)],
        [currency('ETH'), coinE8(20_000_000_000)],
      ]),
      // A process that dies of what it hears must not take the exchange's turn with it.
      onNotification: (...notice) => this.#attempt(() => this.tell(...notice)),
    });
    const venuePrng = this.#prng.fork('venue');
    this.#sessions = venuePrng.fork('sessions');
    this.hands = new Hands({
      clock: this.clock,
      prng: this.#prng.fork('hands'),
      state: () => this.state,
      post: (event) => this.post(event),
    });
    this.door = new VenueDoor(this.exchange, venuePrng, options.venue, () => {
      const lostMs = this.#sessions.int(1, this.door.model.sessionLossMsMax);
      this.clock.wake(this.clock.now(), () => this.loseSession(lostMs));
    });
    const market = this.#prng.fork('market');
    new MarketMaker(this.clock, this.exchange, market, options.market).start();
    this.#often(SESSION_LOOK_MS, () => this.#maybeLoseSession());
    this.#often(CANCEL_LOOK_MS, () => this.#maybeCancel());
  }

  get state(): State | null {
    return this.#trader?.runtime.state ?? null;
  }

  get elapsedMs(): number {
    return this.clock.now() - START_MS;
  }

  /** Runs until `elapsedMs`, or until something is found. Boots the trader if there is none. */
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
  async heal(forMs: number, byRestart: boolean): Promise<void> {
    if (this.finding !== null) return;
    this.#doom.lift();
    this.network.become(PERFECT_NETWORK);
    this.disk.become(GOOD_DISK);
    this.door.become(CALM_VENUE);
    // A ledger that failed is dead for as long as its process lives (D-30).
    if (byRestart || this.disk.counts.failures > 0) this.kill(0);
    await this.run(this.elapsedMs + forMs);
    this.#calm = true;
    await this.run(this.elapsedMs + forMs);
    this.#attempt(() => this.#judgeEnd());
  }

  /** SIGKILL: what was unanswered meets its fate, and a new process comes after `restartMs`. */
  kill(restartMs: number): void {
    const trader = this.#trader;
    if (trader === null) return;
    this.#trader = null;
    this.counts.crashes += 1;
    trader.runtime.halt();
    trader.venue.disconnect();
    this.disk.crash();
    this.#endSession();
    this.clock.wake(this.clock.now() + restartMs, () => {
      this.#booting = this.#boot();
    });
  }

  /** It dies at the first such moment, once, and comes back after `restartMs`. */
  killWhen(isIt: (moment: Moment) => boolean, restartMs: number): void {
    this.#doom.arm(isIt, restartMs);
  }

  /** The process lives on without a session, and knows it. */
  loseSession(forMs: number): void {
    const trader = this.#trader;
    if (trader === null) return;
    this.#attempt(() => trader.venue.lose());
    this.#endSession();
    this.clock.wake(this.clock.now() + forMs, () => this.#attempt(() => trader.venue.restore()));
  }

  /** What the exchange tells, on its way to the trader; also for telling it something twice. */
  tell(...notice: Parameters<NotificationListener>): void {
    const [kind, payload] = notice;
    if (kind === 'book' && this.#lostBooks.delete(payload.instrument.name)) return;
    this.#trader?.venue.hear(...notice);
  }

  /** The next change of this book never reaches us. */
  loseNextBook(instrument: InstrumentName): void {
    this.#lostBooks.add(instrument);
  }

  post(event: Event): void {
    this.#attempt(() => this.#trader?.runtime.post(event));
  }

  /** Bytes of the ledger, for comparing two runs of one seed. */
  ledgerBytes(): Buffer {
    return Buffer.concat(this.disk.segments().map((file) => this.disk.read(file)));
  }

  /** Nothing new is proposed while the end is awaited, and what rests is cancelled. */
  #calm = false;

  #often(everyMs: number, action: () => void): void {
    this.clock.wake(this.clock.now() + everyMs, () => {
      action();
      this.#often(everyMs, action);
    });
  }

  #maybeLoseSession(): void {
    const { sessionLoss, sessionLossMsMax } = this.door.model;
    if (sessionLoss === 0 || !this.#sessions.chance(sessionLoss)) return;
    this.loseSession(this.#sessions.int(1, sessionLossMsMax));
  }

  #maybeCancel(): void {
    if (this.#calm) this.hands.cancelWorking(null);
    this.hands.maybeCancel(this.#options.cancels);
  }

  #endSession(): void {
    if (!this.#sessions.chance(this.door.model.cancelOnDisconnect)) return;
    this.clock.wake(this.clock.now(), () => this.exchange.cancelOnDisconnect(this.clock.now()));
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
    const { network, clock, door } = this;
    const options = this.#options;
    const boot = this.counts.boots;
    this.counts.boots += 1;
    let venue: InProcessVenue | null = null;
    const prng = this.#prng.fork(`process-${boot}`);
    const runtime = await start({
      session: {
        ...IDENTITY,
        runId: runId(`world-${boot}`),
        enforcedProfile: 'CSP',
        toleratesUnlinked: true,
        settleMs: options.settleMs,
        tickIntervalMs: 100,
        reconcileIntervalMs: 5_000,
      },
      clock,
      openLedger: (post, onRecord) => Promise.resolve(this.#openLedger(post, onRecord, boot + 1)),
      connect: (post) => {
        venue = connectInProcess({
          exchange: door,
          network,
          clock,
          currencies: ['BTC', 'ETH'],
          post,
        });
        const transport = this.#watched(venue.transport);
        return { venue: venue.venue, transport: options.tamper?.(transport) ?? transport };
      },
      telemetry: { report: (decision) => this.decisions.push(decision) },
      disk: {
        measure: (done) => done({ used: 0.5, secondary: 0.5 }),
        close: () => Promise.resolve(),
      },
      documents: {
        certificate: () => ({
          ...IDENTITY,
          status: 'PASS',
          generatedAt: wallMs(clock.now() - 1_000),
        }),
        policy: () => ({ policy: options.policy, hash: 'world-policy' }),
      },
      mintGroupId: uuidMinter(prng),
      strategies: options.strategies(prng.fork('strategies')).map((each) => this.#calmable(each)),
      intervals: { consultMs: 250, diskMs: 5_000, policyMs: 10_000, heartbeatMs: 1_000 },
      inboxCapacity: 4_096,
      onRecovered: (state) => this.#judgeBoot(state),
      onEvent: (event) => this.#onEvent(event),
      onEffect: (effect) => this.#onEffect(effect),
      onFatal: (error: InvariantViolation) => this.#found('invariant', error.message),
    }).catch((error: unknown) => {
      if (error !== PROCESS_DIED) this.#blame(error);
      return null;
    });
    this.#booting = null;
    if (runtime !== null && venue !== null) this.#trader = { runtime, venue };
    else if (this.finding === null) this.#bootAgain();
  }

  #bootAgain(): void {
    this.counts.crashes += 1;
    this.disk.crash();
    this.clock.wake(this.clock.now() + this.#doom.restartMs(), () => {
      this.#booting = this.#boot();
    });
  }

  #openLedger(post: Post, onRecord: (record: LedgerRecord) => void, epoch: number): OpenedLedger {
    const { queueCapacity, commitDeadlineMs } = this.#options;
    const opened = openMemoryLedger({
      disk: this.disk.handle(),
      post,
      clock: this.clock,
      epoch,
      queueCapacity,
      commitDeadlineMs,
      segmentBytes: SEGMENT_BYTES,
      onRecord,
      defer: (action) => this.clock.wake(this.clock.now(), action),
    });
    if (!opened.ok) {
      const { code, segment, offset, detail } = opened.damage;
      throw violation('ledger-opens', `${code} in ${segment} at ${offset}: ${detail}`);
    }
    return { ledger: opened.ledger, recovery: opened.recovery, epoch };
  }

  /** Placements are seen as they reach the venue, whoever sent them. */
  #watched(transport: RpcTransport): RpcTransport {
    return {
      call: (method, params, reply) => {
        if (method === 'private/buy' || method === 'private/sell') {
          const placement = {
            label: String(params['label']),
            reduceOnly: params['reduce_only'] === true,
          };
          this.counts.placements += 1;
          this.placements.push({ atMs: this.elapsedMs, ...placement });
          for (const checker of this.#checkers) checker.onPlacement?.(placement);
          transport.call(method, params, reply);
          this.#doom.meetPlacement();
          return;
        }
        transport.call(method, params, reply);
      },
    };
  }

  #calmable(strategy: Strategy<unknown>): Strategy<unknown> {
    return {
      ...strategy,
      propose: (memory, view) => (this.#calm ? [] : strategy.propose(memory, view)),
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
