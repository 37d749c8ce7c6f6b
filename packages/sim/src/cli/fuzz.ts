import { swarmCrew } from '../fuzz/swarm-crew.ts';
import { coverageOf } from '../fuzz/reached.ts';
import {
  coverageLines,
  type FindingNote,
  noteFinding,
  progressBar,
  runSummary,
  summaryLine,
} from '../fuzz/report.ts';
import { runSwarm } from '../fuzz/swarm.ts';
import { type SwarmTotals, worldsOf } from '../fuzz/totals.ts';
import { worldPolicy } from './drill.ts';
import type { CliIo } from './io.ts';

export interface FuzzArguments {
  readonly seeds?: number;
  readonly from: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly jobs: number;
  readonly json?: boolean;
  readonly keepGoing?: boolean;
}

const SEEDS = 200;
const DETAIL_MAX = 600;

/**
 * `holdfast fuzz`: exit 0 when nothing was found, 1 when something was or a code was reached that
 * is listed as out of reach, 2 when it could not be told.
 * @param interrupted when somebody asked to end it; what was begun is still counted.
 */
export async function fuzz(
  given: FuzzArguments,
  io: CliIo,
  interrupted: Promise<void>,
  crew: typeof swarmCrew = swarmCrew,
): Promise<number> {
  const policy = worldPolicy('fuzz', io);
  if (policy === null) return 2;
  const span = spanOf(given);
  const findings: FindingNote[] = [];
  let isOver = false;
  void interrupted.then(() => (isOver = true));
  let totals: SwarmTotals;
  try {
    totals = await runSwarm({
      workers: crew(given.jobs, policy),
      from: span.from,
      seeds: span.seeds,
      keepGoing: given.keepGoing === true,
      goesOn: () => !isOver && span.elapsedMs() < span.untilMs,
      onBatch: (sofar) => io.status?.(progressBar(span.progress(sofar))),
      onFinding: (finding) => {
        const note = noteFinding(io.root, finding);
        findings.push(note);
        if (given.json !== true) tell(note, io);
      },
    });
  } catch (error) {
    io.status?.(null);
    io.err(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  io.status?.(null);
  const elapsedMs = span.elapsedMs();
  if (given.json === true) io.out(JSON.stringify(runSummary(totals, elapsedMs, findings)));
  else for (const line of coverageLines(totals)) io.out(line);
  if (given.json !== true) io.out(summaryLine({ totals, elapsedMs }));
  if (totals.failed + coverageOf(totals.reached).wronglyListed.length > 0) return 1;
  if (isOver) io.err('fuzz: interrupted before it was done');
  return isOver || worldsOf(totals) === 0 ? 2 : 0;
}

/** Which worlds, and for how long. */
function spanOf({ seeds, from, seed, minutes }: FuzzArguments) {
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const untilMs = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000;
  const usual = minutes === undefined ? SEEDS : Number.MAX_SAFE_INTEGER - from;
  const count = seed === undefined ? (seeds ?? usual) : 1;
  return {
    from: seed ?? from,
    seeds: count,
    untilMs,
    elapsedMs,
    progress: (totals: SwarmTotals) => ({
      totals,
      elapsedMs: elapsedMs(),
      share: Math.max(worldsOf(totals) / count, elapsedMs() / untilMs),
    }),
  };
}

function tell({ seed, checker, detail, tries, command }: FindingNote, io: CliIo): void {
  io.status?.(null);
  io.out(`FOUND  seed ${seed}: ${checker}, shrunk in ${tries} tries`);
  io.out(`       ${detail.slice(0, DETAIL_MAX)}`);
  io.out(`       again: ${command}`);
}
