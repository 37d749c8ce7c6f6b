import type { OpenSocket } from '@holdfast/deribit/venue';
import { Spell } from '../faults/spell.ts';
import type { Prng } from '../prng.ts';
import type { ExchangeService } from '../server/service.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { Connection } from './connection.ts';
import { type DoomedFrame, DoomedFrames, type PassingFrame } from './doomed-frames.ts';
import type { NetworkCounts, NetworkModel } from './network-model.ts';
import type { Process } from './process.ts';

const LOOK_MS = 1_000;
const SILENT = { answerLoss: 1, notificationLoss: 1 } as const;

/** Carries WebSockets between processes and the exchange in virtual time. */
export class Network {
  readonly counts: NetworkCounts = {
    connections: 0,
    refusals: 0,
    cuts: 0,
    holds: 0,
    blackouts: 0,
    storms: 0,
    crawls: 0,
    lostRequests: 0,
    lostAnswers: 0,
    lostNotifications: 0,
    doubled: 0,
    straggled: 0,
  };
  readonly #clock: VirtualClock;
  readonly #prng: Prng;
  /** Cuts and holds have their own: another number of frames shifts none of them. */
  readonly #fates: Prng;
  readonly #service: ExchangeService;
  readonly #connections = new Set<Connection>();
  readonly #blackout: Spell;
  readonly #storm: Spell;
  readonly #crawl: Spell;
  #model: NetworkModel;
  /** The model during a blackout. */
  #dark: NetworkModel;
  #unreachableUntil = Number.NEGATIVE_INFINITY;
  readonly #doomed = new DoomedFrames();

  constructor(clock: VirtualClock, prng: Prng, model: NetworkModel, service: ExchangeService) {
    this.#clock = clock;
    this.#prng = prng;
    this.#fates = prng.fork('fates');
    this.#blackout = new Spell(clock, prng.fork('blackout'));
    this.#storm = new Spell(clock, prng.fork('storm'));
    this.#crawl = new Spell(clock, prng.fork('crawl'));
    this.#model = model;
    this.#dark = model;
    this.#service = service;
    this.#look();
  }

  /** From now on it behaves like this. */
  become(model: NetworkModel): void {
    this.#model = model;
    this.#unreachableUntil = Number.NEGATIVE_INFINITY;
    this.#blackout.end();
    this.#storm.end();
    this.#crawl.end();
  }

  /** As it is at this moment. */
  get #weather(): NetworkModel {
    const model = this.#blackout.isOn ? this.#dark : this.#model;
    if (!this.#crawl.isOn) return model;
    const { crawlDelayMs, delayMsMin, delayMsMax } = model;
    const delays = {
      delayMsMin: delayMsMin + crawlDelayMs,
      delayMsMax: delayMsMax + crawlDelayMs,
    };
    return { ...model, ...delays };
  }

  /** @param leaving sees each frame of the process as it leaves. */
  openerFor(process: Process, leaving: (text: string) => void): OpenSocket {
    return (_url, handlers) => {
      const connection = new Connection({
        clock: this.#clock,
        prng: this.#prng,
        model: () => this.#weather,
        counts: this.counts,
        service: this.#service,
        process,
        handlers,
        leaving,
        passes: (of, frame) => this.#passes(of, frame),
        gone: (gone) => this.#connections.delete(gone),
      });
      this.#clock.wake(this.#clock.now() + this.#model.delayMsMax, () => this.#connect(connection));
      return connection;
    };
  }

  /** Every connection breaks, and no new one is made for so long. */
  cut(forMs: number): void {
    this.counts.cuts += 1;
    this.#unreachableUntil = this.#clock.now() + forMs;
    for (const connection of this.#connections) connection.cut();
  }

  hold(direction: 'up' | 'down', ms: number): void {
    for (const connection of this.#connections) connection.hold(direction, ms);
  }

  /** The next such frame is lost, whatever the model says. */
  loseNext(frame: DoomedFrame): void {
    this.#doomed.add(frame);
  }

  /** SIGKILL, or the end of the machine: its connections are nobody's. */
  bury(process: Process): void {
    process.end();
    for (const connection of this.#connections) {
      if (connection.process !== process) continue;
      connection.orphan(this.#fates.chance(this.#model.silentDeath));
    }
  }

  #connect(connection: Connection): void {
    if (!connection.isWanted) return;
    if (this.#clock.now() < this.#unreachableUntil) {
      this.counts.refusals += 1;
      connection.refuse(null);
    } else if (this.#fates.chance(this.#model.refusal)) {
      this.counts.refusals += 1;
      connection.refuse(429);
    } else {
      this.counts.connections += 1;
      this.#connections.add(connection);
      connection.open();
      if (this.#storm.isOn) this.#cutSoon(connection);
    }
  }

  #passes(connection: Connection, frame: PassingFrame): boolean {
    if (!this.#doomed.takes(connection, frame)) return true;
    if (frame.kind === 'request') this.counts.lostRequests += 1;
    else if (frame.kind === 'answer') this.counts.lostAnswers += 1;
    else this.counts.lostNotifications += 1;
    return false;
  }

  #cutSoon(connection: Connection): void {
    this.#clock.wake(this.#clock.now() + this.#fates.int(1, LOOK_MS), () => {
      if (this.#connections.has(connection)) connection.cut();
    });
  }

  /** What a silent venue, a deaf one, or one that is both, does to frames. */
  #darken(): void {
    this.counts.blackouts += 1;
    const { answerLoss, notificationLoss, requestLoss } = this.#model;
    const direction = this.#fates.pick(['up', 'down', 'both']);
    const down = direction === 'up' ? { answerLoss, notificationLoss } : SILENT;
    const up = { requestLoss: direction === 'down' ? requestLoss : 1 };
    this.#dark = { ...this.#model, ...down, ...up };
  }

  #look(): void {
    this.#clock.wake(this.#clock.now() + LOOK_MS, () => {
      const { cut, cutMsMax, hold, holdMsMax } = this.#model;
      const { blackout, blackoutMsMax, storm, stormMsMax, crawl, crawlMsMax } = this.#model;
      if (this.#blackout.look(blackout, blackoutMsMax)) this.#darken();
      if (this.#storm.look(storm, stormMsMax)) {
        this.counts.storms += 1;
        this.cut(0);
      }
      if (this.#crawl.look(crawl, crawlMsMax)) this.counts.crawls += 1;
      if (this.#fates.chance(cut)) this.cut(this.#fates.int(1, cutMsMax));
      if (this.#fates.chance(hold)) {
        this.hold(this.#fates.pick(['up', 'down']), this.#fates.int(1, holdMsMax));
      }
      this.#look();
    });
  }
}
