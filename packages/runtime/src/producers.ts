import { monoMs } from '@holdfast/core/values';
import { every } from './every.ts';
import type { Ledger, OutputBacklog, Post } from './ports.ts';
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

type Sources = Pick<StartOptions, 'clock' | 'disk' | 'documents' | 'intervals' | 'telemetry'>;

export function createProducers(
  sources: Sources,
  ledger: Ledger,
  post: Post,
  isRunning: () => boolean,
): Producers {
  const { clock, disk, documents, intervals, telemetry } = sources;
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
  let lostBefore = 0;
  const measureOutput = ({ depth, capacity, dropped }: OutputBacklog): void => {
    const lost = dropped - lostBefore;
    lostBefore = dropped;
    post({ kind: 'outputMeasured', at: now(), depth, capacity, lost });
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
    },
    beforeTick() {
      post({ kind: 'certificateRead', at: now(), certificate: documents.certificate() });
      const { depth, capacity } = ledger.telemetry();
      post({ kind: 'ledgerMeasured', at: now(), depth, capacity });
      const backlog = telemetry.backlog?.();
      if (backlog !== undefined) measureOutput(backlog);
    },
  };
}
