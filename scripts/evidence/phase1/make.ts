/** Makes the pack of phase 1: every artifact of P1-A to P1-G, each by running the real thing. */
import { runGates } from '../gates.ts';
import { MANIFEST, manifestOf } from '../manifest.ts';
import { isMissing, type Item, type Made, type PackOutcome, writePack } from '../pack.ts';
import { buildIdOf, ofDocument, ofSimulatedRun, utc } from '../provenance.ts';
import { PHASE1_SNAPSHOTS, takeSnapshots } from '../snapshots.ts';
import { LINKS_PATH, linksPage } from './auto-tests.ts';
import { PHASE1_RULES } from './check.ts';
import { recordMatrix } from './config-matrix.ts';
import { crashTestItem, drillCrashes } from './crash.ts';
import { recordHashes } from './determinism.ts';
import { LOG_PATH, refuse, REFUSALS_PATH, refusalsItems } from './engine-refusals.ts';
import { recordCalls } from './gate-order.ts';
import { type PackFacts, readmePage, summaryPage } from './pages.ts';
import { CASES_PATH, casesPage, recordEveryCode } from './rejections.ts';
import { LOOP_PATH, type LoopSummary, runRestartLoop } from './restart-loop.ts';

export interface Phase1Options {
  readonly root: string;
  readonly folder: string;
  /** Restarts of the loop; fewer than the checklist asks for make a pack that is refused. */
  readonly cycles: number;
  readonly say: (line: string) => void;
}

export async function makePhase1(options: Phase1Options): Promise<PackOutcome> {
  const { root, folder } = options;
  const buildId = buildIdOf(root);
  const madeUtc = utc(Date.now());
  const provenance = ofSimulatedRun(buildId);
  options.say(`build      ${buildId}`);
  const made = await recordAll(options, buildId, madeUtc);
  options.say('gates      the tests of phase 1');
  const gates = await runGates(root, 'P1-');
  made.push(crashTestItem(gates.tests, buildId));
  made.push({ path: LINKS_PATH, provenance, text: linksPage(gates, provenance, madeUtc) });
  const recorded = made.filter((each): each is Item => !isMissing(each));
  const missing = made.filter(isMissing);
  const snapshots = takeSnapshots(root, buildId, PHASE1_SNAPSHOTS);
  const textOf = (path: string): string =>
    [...snapshots, ...recorded].find((item) => item.path === path)?.text ?? '';
  const faults = recorded.flatMap(({ path, text }) =>
    PHASE1_RULES.contentFaults(path, text, textOf),
  );
  const loop = loopOf(recorded);
  const facts: PackFacts = { madeUtc, provenance, gates: gates.results, missing, faults, loop };
  const items: Item[] = [
    ...snapshots,
    ...recorded,
    { path: 'README.md', provenance: ofDocument(buildId), text: readmePage(facts) },
    { path: 'SUMMARY_1PAGE.md', provenance: ofDocument(buildId), text: summaryPage(facts) },
  ];
  const about = { madeUtc, buildId, node: process.version };
  const text = `${JSON.stringify(manifestOf('phase1', about, items), null, 2)}\n`;
  writePack(folder, [...items, { path: MANIFEST, provenance: ofDocument(buildId), text }]);
  return { written: items.length + 1, missing };
}

async function recordAll(
  { root, cycles, say }: Phase1Options,
  buildId: string,
  madeUtc: string,
): Promise<Made[]> {
  say('P1-B       intent hashes');
  const made: Made[] = [await recordHashes(root, buildId)];
  say('P1-C P1-D  refusals, of the core and of an engine');
  const codes = await recordEveryCode(root, buildId);
  made.push(codes, ...(await fromEngine(root, buildId, codes)));
  say('P1-E       call log of the gates');
  made.push(...(await recordCalls(root, buildId)));
  say('P1-F       missing values');
  made.push(await recordMatrix(root, buildId, madeUtc));
  say('P1-G       crashes in the middle of an intent');
  made.push(...(await drillCrashes(root, buildId)));
  say(`P1-G       ${cycles} restarts`);
  made.push(...(await runRestartLoop(root, buildId, cycles, say)));
  return made;
}

async function fromEngine(root: string, buildId: string, codes: Made): Promise<readonly Made[]> {
  const seen = await refuse(root);
  if (typeof seen === 'string') {
    return [REFUSALS_PATH, LOG_PATH, CASES_PATH].map((path) => ({ path, why: seen }));
  }
  const items = refusalsItems(seen, buildId);
  if (isMissing(codes)) return [...items, { path: CASES_PATH, why: codes.why }];
  const provenance = ofSimulatedRun(buildId);
  const text = casesPage(seen.told, codes.text, provenance);
  return [...items, { path: CASES_PATH, provenance, text }];
}

function loopOf(items: readonly Item[]): LoopSummary | null {
  const item = items.find(({ path }) => path === LOOP_PATH);
  return item === undefined ? null : (JSON.parse(item.text) as LoopSummary);
}
