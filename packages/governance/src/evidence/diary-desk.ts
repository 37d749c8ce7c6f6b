/**
 * Where decisions come in: decided on the end of the chain, written by the store, then told. A
 * listener that fails takes nothing back (D-04 of the catalogue); a store that fails throws, and
 * nothing was recorded.
 */
import type { GovernanceStore } from '../store/store.ts';
import { Diary } from './diary.ts';
import { entryMarkdown } from './diary-markdown.ts';
import { type Making, makeEntry } from './entry.ts';
import type { DiaryEntry } from './entry-schema.ts';
import { spellMoment } from './moment.ts';
import type { ProbeDefinition, ProbeRegistry } from './probe.ts';
import { amend, type Decided, type DiaryRefusal, record, type Recording } from './record.ts';
import type { RegimeLabels } from './regime-labels.ts';

/** What listeners are told when an entry is in the diary. */
export interface EntryNotice {
  readonly type: 'governance.decision_diary.recorded';
  readonly source: 'understanding.decision_diary';
  readonly payload: {
    readonly generated_at: string;
    readonly entry: DiaryEntry;
    readonly markdown: string;
    readonly probe_registry: Readonly<Record<string, ProbeDefinition>>;
  };
}

export interface DeskPorts {
  readonly store: GovernanceStore;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly publish: (notice: EntryNotice) => void | Promise<void>;
  readonly warn: (message: string) => void;
  readonly labels: RegimeLabels;
  readonly probes: ProbeRegistry;
}

export type Kept =
  | { readonly ok: true; readonly entry: DiaryEntry; readonly isNew: boolean }
  | DiaryRefusal
  | DeskRefusal;

/** Others wrote all the time, or more are waiting than may wait. */
interface DeskRefusal {
  readonly ok: false;
  readonly code: 'chain_contended' | 'desk_full';
  readonly detail: string;
}

const ATTEMPTS = 8;
const WAITING_MAX = 1_024;

export type RecordOptions = Pick<Recording, 'actor' | 'hasLedgerRecord'> &
  Pick<Making, 'uuid' | 'replay'>;

export class DiaryDesk {
  readonly #ports: DeskPorts;
  readonly #diary = new Diary();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Reads the whole chain; rejects with the store's error. */
  static async open(ports: DeskPorts): Promise<DiaryDesk> {
    const desk = new DiaryDesk(ports);
    await desk.#catchUp();
    return desk;
  }

  get diary(): Diary {
    return this.#diary;
  }

  async record(draft: unknown, options: RecordOptions): Promise<Kept> {
    const { labels, probes, clock } = this.#ports;
    const { uuid, replay } = options;
    return this.#inTurn(async () => {
      const now = clock();
      const made = makeEntry(draft, {
        now,
        labels,
        probes,
        ...(uuid === undefined ? {} : { uuid }),
        ...(replay === undefined ? {} : { replay }),
      });
      if (!made.ok) {
        const { violations } = made;
        return { ok: false, code: 'entry_malformed', detail: 'it is no entry', violations };
      }
      const entry = made.value;
      const recording = { ...options, labels, now };
      const written = await this.#write(() => record(this.#diary, entry, recording), now);
      if (!written.ok) return written;
      const isNew = written.facts.length > 0;
      if (isNew) await this.#tell(entry, now);
      return { ok: true, entry, isNew };
    });
  }

  async amend(
    entryId: string,
    patch: unknown,
    told: { readonly actor: string; readonly reason: string },
  ): Promise<Decided | DeskRefusal> {
    const { actor, reason } = told;
    return this.#inTurn(async () => {
      const now = this.#ports.clock();
      const amending = { entryId, patch, actor, reason, now };
      return this.#write(() => amend(this.#diary, amending), now);
    });
  }

  /** Decides anew where another has written meanwhile. */
  async #write(decide: () => Decided, now: number): Promise<Decided | DeskRefusal> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const decided = decide();
      if (!decided.ok || decided.facts.length === 0) return decided;
      const { head } = this.#diary;
      const appended = await this.#ports.store.append('diary', head, decided.facts, now);
      if (appended.ok) {
        for (const event of appended.events) this.#diary.apply(event);
        return decided;
      }
      await this.#catchUp();
    }
    return { ok: false, code: 'chain_contended', detail: `others wrote ${ATTEMPTS} times` };
  }

  async #catchUp(): Promise<void> {
    const events = this.#ports.store.read('diary', this.#diary.head.seq + 1);
    for await (const event of events) this.#diary.apply(event, 'checked');
  }

  async #tell(entry: DiaryEntry, now: number): Promise<void> {
    const { publish, warn, probes } = this.#ports;
    const payload = {
      generated_at: spellMoment(now),
      entry,
      markdown: entryMarkdown(entry),
      probe_registry: Object.fromEntries(probes),
    };
    try {
      await publish({
        type: 'governance.decision_diary.recorded',
        source: 'understanding.decision_diary',
        payload,
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(`${entry.entry_id} is recorded, its listeners were not told: ${why}`);
    }
  }

  /** One after the other: the diary has one owner. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T | DeskRefusal> {
    if (this.#waiting >= WAITING_MAX) {
      return { ok: false, code: 'desk_full', detail: `${this.#waiting} decisions are waiting` };
    }
    this.#waiting += 1;
    const turn = this.#last.then(work);
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}
