import { isSameLock, type OperationsLock } from '@holdfast/core/guard';
import { monoMs } from '@holdfast/core/values';
import { every } from './every.ts';
import type { ChronyReading, Ledger, LinkGauge, OutputBacklog, Post } from './ports.ts';
import type { StartOptions } from './start.ts';

/**
 * The real producers of what the guard looks at. Each reads its source anew and posts what it
 * found, or that it found nothing; none of them keeps a last good answer.
 */
export interface Producers {
  /** Everything at once, so that the first tick judges readings and not their absence. */
  start(): void;
  /**
   * The certificate is read for every tick (contract-1 section 31); the queues of the ledger and of
   * what is put out are measured with it.
   */
  beforeTick(): void;
}

type Sources = Pick<
  StartOptions,
  'clock' | 'disk' | 'documents' | 'intervals' | 'telemetry' | 'timeDaemon'
>;

/** Network and clock are judged once a second (contract-1 section 42). */
const MEASURE_MS = 1_000;
/** A time daemon itself asks its servers about that often. */
const TIME_DAEMON_MS = 60_000;

export function createProducers(
  sources: Sources,
  ledger: Ledger,
  gauge: LinkGauge,
  post: Post,
  isRunning: () => boolean,
): Producers {
  const { clock, disk, documents, intervals, telemetry, timeDaemon } = sources;
  const now = (): ReturnType<typeof monoMs> => monoMs(clock.now());

  const heartbeat = (): void => post({ kind: 'heartbeatObserved', at: now() });
  const measureDisk = (): void =>
    disk.measure((measured) => post({ kind: 'diskMeasured', at: now(), ...measured }));
  const offerPolicy = (): void => {
    const offer = documents.policy();
    if (offer === null)
      post({ kind: 'faultObserved', at: now(), fault: 'policy_unreadable', subject: null });
    else post({ kind: 'policyOffered', at: now(), generatedAt: now(), ...offer });
  };
  const readLock = lockReader(documents, clock, post);
  let lostBefore = 0;
  const measureOutput = ({ depth, capacity, dropped }: OutputBacklog): void => {
    const lost = dropped - lostBefore;
    lostBefore = dropped;
    post({ kind: 'outputMeasured', at: now(), depth, capacity, lost });
  };
  let chrony: ChronyReading = 'silent';
  const askDaemon = (): void =>
    timeDaemon.ask((reading) => {
      chrony = reading;
    });
  const measureLink = (): void => {
    const { network, clock: told } = gauge.measure();
    post({ kind: 'networkMeasured', at: now(), ...network });
    post({ kind: 'clockMeasured', at: now(), ...told, chrony });
  };
  const schedule = (intervalMs: number, action: () => void): void => {
    action();
    every(clock, intervalMs, isRunning, action);
  };

  return {
    start() {
      schedule(intervals.policyMs, offerPolicy);
      if (intervals.heartbeatMs !== null) schedule(intervals.heartbeatMs, heartbeat);
      schedule(intervals.diskMs, measureDisk);
      schedule(TIME_DAEMON_MS, askDaemon);
      schedule(MEASURE_MS, measureLink);
    },
    beforeTick() {
      post({ kind: 'certificateRead', at: now(), certificate: documents.certificate() });
      readLock();
      const { depth, capacity } = ledger.telemetry();
      post({ kind: 'ledgerMeasured', at: now(), depth, capacity });
      const backlog = telemetry.backlog?.();
      if (backlog !== undefined) measureOutput(backlog);
    },
  };
}

/** Read for every tick and told when it changes: it would otherwise fill the tape. */
function lockReader(
  documents: StartOptions['documents'],
  clock: StartOptions['clock'],
  post: Post,
): () => void {
  let before: OperationsLock | null = null;
  return () => {
    const lock = documents.operationsLock();
    if (before !== null && isSameLock(lock, before)) return;
    before = lock;
    post({ kind: 'operationsLockRead', at: monoMs(clock.now()), lock });
  };
}
