import { coverageLines, progressLine, writeFinding } from '../fuzz/report.ts';
import { runSwarm, type ShrunkFinding } from '../fuzz/swarm-run.ts';
import { worldPolicy } from './drill.ts';
import type { CliIo } from './io.ts';

export interface FuzzArguments {
  readonly seeds?: number;
  readonly from: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly json?: boolean;
  readonly keepGoing?: boolean;
}

const SEEDS = 200;
const PROGRESS_MS = 5_000;

/** `holdfast fuzz`: exit 0 when nothing was found, 1 when something was, 2 when it could not. */
export async function fuzz(given: FuzzArguments, io: CliIo): Promise<number> {
  const policy = worldPolicy('fuzz', io);
  if (policy === null) return 2;
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const untilMs = given.minutes === undefined ? Number.POSITIVE_INFINITY : given.minutes * 60_000;
  const endless = given.minutes === undefined ? SEEDS : Number.MAX_SAFE_INTEGER;
  let toldAt = 0;
  const say = given.json === true ? io.err : io.out;
  const totals = await runSwarm({
    policy,
    from: given.seed ?? given.from,
    seeds: given.seed === undefined ? (given.seeds ?? endless) : 1,
    keepGoing: given.keepGoing === true,
    goesOn: () => elapsed() < untilMs,
    onSeed: (sofar) => {
      if (elapsed() - toldAt < PROGRESS_MS) return;
      toldAt = elapsed();
      say(progressLine(sofar, toldAt));
    },
    onFinding: (finding) => tell(finding, writeFinding(io.root, finding), say),
  });
  say(progressLine(totals, elapsed()));
  const { passed, failed } = totals;
  if (given.json === true) io.out(JSON.stringify({ passed, failed }));
  else for (const line of coverageLines(totals)) io.out(line);
  return failed === 0 ? 0 : 1;
}

function tell(finding: ShrunkFinding, command: string, say: (line: string) => void): void {
  say(`FOUND  seed ${finding.seed}: ${finding.checker}, shrunk in ${finding.tries} tries`);
  say(`       ${finding.detail.slice(0, 600)}`);
  say(`       again: ${command}`);
}
