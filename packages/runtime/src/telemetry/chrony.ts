import { execFile } from 'node:child_process';
import type { ChronyReading, TimeDaemon } from '../ports.ts';

/** A daemon on the same machine that needs longer than this has nothing to say. */
const TIMEOUT_MS = 2_000;
const OUTPUT_MAX = 65_536;

/** What the command printed; null: there is no such command. */
export type Tracking = { readonly text: string; readonly failed: boolean } | null;

/**
 * The second opinion of our clock (D-18): what chrony says of the machine's clock, together with
 * how far ours, which only a counter moves, is from it by now. Without chrony there is none, and
 * that is no failure; one that does not answer, or is not synchronised, is `silent`.
 */
export function createTimeDaemon(
  run: (done: (tracking: Tracking) => void) => void = runChronyc,
  processAheadMs: () => number = aheadOfMachine,
): TimeDaemon {
  let isRunning = false;
  return {
    ask(done) {
      // The last one is still stuck: asking again would only queue behind it.
      if (isRunning) return done('silent');
      isRunning = true;
      run((tracking) => {
        isRunning = false;
        done(tracking === null ? 'absent' : readingOf(tracking, processAheadMs()));
      });
    },
  };
}

const SYSTEM_TIME = /^System time\s*: (\d+(?:\.\d+)?) seconds (slow|fast) of NTP time$/m;
const LEAP_STATUS = /^Leap status\s*: (.+)$/m;
const SYNCHRONISED = ['Normal', 'Insert second', 'Delete second'];

function readingOf({ text, failed }: NonNullable<Tracking>, aheadMs: number): ChronyReading {
  const [, seconds, side] = SYSTEM_TIME.exec(text) ?? [];
  const [, status = ''] = LEAP_STATUS.exec(text) ?? [];
  if (failed || seconds === undefined || !SYNCHRONISED.includes(status.trim())) return 'silent';
  const machineAheadMs = (side === 'fast' ? 1 : -1) * Number(seconds) * 1_000;
  return { driftMs: machineAheadMs + aheadMs };
}

/** The wall is read here for a difference, and moves nothing. */
function aheadOfMachine(): number {
  return performance.timeOrigin + performance.now() - Date.now();
}

function runChronyc(done: (tracking: Tracking) => void): void {
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: OUTPUT_MAX,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  };
  execFile('chronyc', ['-n', 'tracking'], options, (error, stdout) => {
    if (error !== null && 'code' in error && error.code === 'ENOENT') done(null);
    else done({ text: stdout, failed: error !== null });
  });
}
