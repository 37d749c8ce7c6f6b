import type { Event, Policy } from '@holdfast/core';
import type { OperationsLock, RuntimeIdentity } from '@holdfast/core/guard';
import type { State } from '@holdfast/core/step';
import type { MonoMs } from '@holdfast/core/values';
import type { Clock, Documents } from '@holdfast/runtime/ports';
import { every } from './every.ts';
import { PaperTray } from './faults/documents.ts';
import { DiskGauge, ROOMY_DISK } from './faults/gauge.ts';
import { Operator } from './faults/operator.ts';
import { SPELL_LOOK_MS } from './faults/spell.ts';
import { Watchdog } from './faults/watchdog.ts';
import { Meddler } from './fuzz/meddler.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { WorldOptions } from './world-options.ts';

export interface WorldDeskOptions {
  readonly clock: VirtualClock;
  readonly prng: Prng;
  readonly policy: Policy;
  readonly models: WorldOptions;
  readonly state: () => State | null;
  readonly post: (make: (at: MonoMs) => Event) => void;
}

/**
 * What surrounds a trader besides disk, network and venue: its documents, the watchdog, the gauge
 * of its disk, and people. It outlives every process.
 */
export class WorldDesk {
  readonly gauge: DiskGauge;
  readonly #papers: PaperTray;
  readonly #watchdog: Watchdog;
  readonly #operator: Operator;
  readonly #meddler: Meddler;

  constructor({ clock, prng, policy, models, state, post }: WorldDeskOptions) {
    this.gauge = new DiskGauge(prng.fork('gauge'), models.gauge);
    this.#papers = new PaperTray(clock, prng.fork('documents'), policy, models.documents);
    this.#watchdog = new Watchdog(clock, prng.fork('watchdog'), models.watchdog, () => {
      post((at) => ({ kind: 'heartbeatObserved', at }));
    });
    this.#operator = new Operator({ prng: prng.fork('operator'), state, post }, models.operator);
    this.#meddler = new Meddler({ prng: prng.fork('meddler'), state, post }, models.meddler);
    every(clock, SPELL_LOOK_MS, () => {
      this.#papers.look();
      this.#watchdog.look();
      this.#operator.look();
      this.#meddler.look();
    });
  }

  documentsOf(identity: RuntimeIdentity, clock: Clock): Documents {
    return this.#papers.readBy(identity, clock);
  }

  layLock(lock: OperationsLock): void {
    this.#papers.layLock(lock);
  }

  /** A process has just started: the watchdog need not wait for its next turn. */
  greet(): void {
    this.#meddler.forget();
    this.#watchdog.beat();
  }

  hear(event: Event): void {
    this.#meddler.hear(event);
  }

  putRight(): void {
    this.gauge.become(ROOMY_DISK);
    this.#papers.putRight();
    this.#watchdog.putRight();
    this.#operator.putRight();
    this.#meddler.putRight();
  }

  /**
   * A process that took in another policy does not go back to the first one while it runs: people
   * start it again.
   */
  needsRestart(state: State | null): boolean {
    const hash = state?.observations.policyHash ?? null;
    return hash !== null && !this.#papers.isOriginal(hash);
  }
}
