import type { Policy } from '@holdfast/core';
import type { OperationsLock, RuntimeIdentity } from '@holdfast/core/guard';
import { wallMs } from '@holdfast/core/values';
import type { Clock, Documents } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';
import { Spell } from './spell.ts';

/** What becomes of the certificate and the policy: chances in each second, and times in ms. */
export interface DocumentsModel {
  /** The certificate is gone, expired, another build's, or says FAIL. */
  readonly certificate: number;
  readonly certificateMsMax: number;
  /** The policy cannot be read. */
  readonly policyGone: number;
  /** Another policy lies in its place. */
  readonly policyChanged: number;
  readonly policyMsMax: number;
  /** An operation that touches trading begins, ends or is left latched; or its lock is garbled. */
  readonly operation: number;
  readonly operationMsMax: number;
}

export const GOOD_DOCUMENTS: DocumentsModel = Object.freeze({
  certificate: 0,
  certificateMsMax: 5_000,
  policyGone: 0,
  policyChanged: 0,
  policyMsMax: 30_000,
  operation: 0,
  operationMsMax: 10_000,
});

const LOCKS: readonly OperationsLock[] = [
  { state: 'running', operationId: 'OPS-2026-01-05-001', since: '2026-01-05T00:00:00.000Z' },
  { state: 'latched', operationId: 'OPS-2026-01-05-001', since: '2026-01-05T00:00:00.000Z' },
  { state: 'unreadable' },
];
const FREE: OperationsLock = { state: 'free' };
const TROUBLES = ['gone', 'failed', 'expired', 'foreign', 'of the future'] as const;
const HASH = 'world-policy';
const FRESH_MS = 1_000;
const EXPIRED_MS = 30 * 86_400_000;

/** The two documents a trader reads anew every time, as they lie on its disk. */
export class PaperTray {
  readonly #policy: Policy;
  readonly #prng: Prng;
  readonly #certificate: Spell;
  readonly #gone: Spell;
  readonly #changed: Spell;
  readonly #operation: Spell;
  #lock = FREE;
  /** What lies there between the spells. */
  #laid = FREE;
  #trouble: (typeof TROUBLES)[number] = 'gone';
  #model: DocumentsModel;

  constructor(clock: Clock, prng: Prng, policy: Policy, model: DocumentsModel) {
    this.#policy = policy;
    this.#prng = prng;
    this.#certificate = new Spell(clock, prng.fork('certificate'));
    this.#gone = new Spell(clock, prng.fork('gone'));
    this.#changed = new Spell(clock, prng.fork('changed'));
    this.#operation = new Spell(clock, prng.fork('operation'));
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    const { certificate, certificateMsMax, policyGone, policyChanged, policyMsMax } = this.#model;
    const { operation, operationMsMax } = this.#model;
    if (this.#certificate.look(certificate, certificateMsMax)) {
      this.#trouble = this.#prng.pick(TROUBLES);
    }
    this.#gone.look(policyGone, policyMsMax);
    this.#changed.look(policyChanged, policyMsMax);
    if (this.#operation.look(operation, operationMsMax)) this.#lock = this.#prng.pick(LOCKS);
  }

  /** Everything is in its place again. */
  putRight(): void {
    this.#model = GOOD_DOCUMENTS;
    this.#certificate.end();
    this.#gone.end();
    this.#changed.end();
    this.#operation.end();
    this.#laid = FREE;
  }

  /** An operation lays down its lock, or takes it away. */
  layLock(lock: OperationsLock): void {
    this.#laid = lock;
  }

  /** Whether this is the policy that was there in the beginning. */
  isOriginal(hash: string | null): boolean {
    return hash === HASH;
  }

  /** As one process reads them, by its own clock. */
  readBy(identity: RuntimeIdentity, clock: Clock): Documents {
    return {
      certificate: () => this.#read(identity, clock.now()),
      operationsLock: () => (this.#operation.isOn ? this.#lock : this.#laid),
      policy: () => {
        if (this.#gone.isOn) return null;
        if (!this.#changed.isOn) return { policy: this.#policy, hash: HASH };
        return { policy: { ...this.#policy, policyVersion: 'other' }, hash: `${HASH}-other` };
      },
    };
  }

  #read(identity: RuntimeIdentity, now: number): ReturnType<Documents['certificate']> {
    const good = { ...identity, status: 'PASS', generatedAt: wallMs(now - FRESH_MS) } as const;
    if (!this.#certificate.isOn) return good;
    switch (this.#trouble) {
      case 'gone':
        return null;
      case 'failed':
        return { ...good, status: 'FAIL' };
      case 'expired':
        return { ...good, generatedAt: wallMs(now - EXPIRED_MS) };
      case 'foreign':
        return { ...good, buildId: 'another' };
      case 'of the future':
        return { ...good, generatedAt: wallMs(now + EXPIRED_MS) };
    }
  }
}
