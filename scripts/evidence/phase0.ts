/** Makes the pack of phase 0: everything from the checklist that this machine can show. */
import { join } from 'node:path';
import { startExchange } from './commands.ts';
import { type DrillOutcome, runDrill } from './drill.ts';
import { drillLog, drillPage } from './drill-pages.ts';
import { drillFaults } from './drill-record.ts';
import { gatesPage, runGates } from './gates.ts';
import { observeHealth } from './health.ts';
import { probeKeys } from './keys.ts';
import { MANIFEST, manifestOf } from './manifest.ts';
import { isMissing, type Item, type Made, type PackOutcome, writePack } from './pack.ts';
import { readmePage, summaryPage } from './pages.ts';
import { buildIdOf, ofDocument, ofScenario, ofSimulatedRun, utc } from './provenance.ts';
import { runScenarios, type ScenarioRun } from './scenarios.ts';
import { PHASE0_SNAPSHOTS, takeSnapshots } from './snapshots.ts';

/** The live part needs one exchange; without it everything that would come from it is missing. */
const LIVE = [
  'keys/key_scope_probe.json',
  'break_glass/drill.md',
  'break_glass/drill.json',
  'break_glass/log_excerpt.txt',
  'health/observed.json',
];

export async function makePhase0(
  root: string,
  folder: string,
  say: (line: string) => void,
): Promise<PackOutcome> {
  const buildId = buildIdOf(root);
  const madeUtc = utc(Date.now());
  const provenance = ofSimulatedRun(buildId);
  say(`build      ${buildId}`);
  say('scenarios  break-glass, on a virtual clock');
  const scenarios = await runScenarios(root);
  say('live part  exchange, keys, drill, health');
  const live = await fromExchange(root, buildId, madeUtc, scenarios);
  say('gates      the tests of phase 0');
  const gates = await runGates(root, 'P0-');
  const recorded = live.made.filter((made): made is Item => !isMissing(made));
  const missing = live.made.filter(isMissing);
  const facts = { madeUtc, provenance, gates: gates.results, missing, drill: live.drill };
  const items: Item[] = [
    ...takeSnapshots(root, buildId, PHASE0_SNAPSHOTS),
    ...recorded,
    { path: 'break_glass/scenarios.txt', provenance: ofScenario(buildId), text: scenarios.text },
    { path: 'ci_links.md', provenance, text: gatesPage(gates, provenance, madeUtc) },
    { path: 'README.md', provenance: ofDocument(buildId), text: readmePage(facts) },
    { path: 'SUMMARY_1PAGE.md', provenance: ofDocument(buildId), text: summaryPage(facts) },
  ];
  const about = { madeUtc, buildId, node: process.version };
  const manifest = manifestOf('phase0', about, items);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  writePack(folder, [...items, { path: MANIFEST, provenance: ofDocument(buildId), text }]);
  return { written: items.length + 1, missing };
}

interface Live {
  readonly made: readonly Made[];
  readonly drill: { readonly haltMs: number; readonly faults: readonly string[] } | null;
}

/** A host that is busy suspends a strategy for being slow; then nothing is held, and it is said. */
const DRILLS_MAX = 3;

async function fromExchange(
  root: string,
  buildId: string,
  madeUtc: string,
  scenarios: ScenarioRun,
): Promise<Live> {
  let keys: Made | null = null;
  let outcome: DrillOutcome | string = 'no drill was begun';
  for (let attempt = 1; attempt <= DRILLS_MAX && typeof outcome === 'string'; attempt += 1) {
    const exchange = await startExchange(root, `phase0-${attempt}`);
    if (typeof exchange === 'string') {
      return { made: LIVE.map((path) => ({ path, why: exchange })), drill: null };
    }
    try {
      keys ??= await probeKeys(root, exchange, buildId);
      const name = `phase0-${madeUtc.replaceAll(':', '')}-${attempt}`;
      const run = join(root, 'artifacts/evidence', name);
      outcome = await runDrill({ root, run, exchange, buildId, scenarios, attempt });
    } finally {
      await exchange.stop();
    }
  }
  const health = await observeHealth(root, outcome, buildId);
  const probed = keys === null ? [] : [keys];
  if (typeof outcome === 'string') {
    const why = `${outcome} (${DRILLS_MAX} attempts)`;
    const drill = LIVE.filter((path) => path.startsWith('break_glass/'));
    return { made: [...probed, ...drill.map((path) => ({ path, why })), health], drill: null };
  }
  const { record } = outcome;
  const provenance = ofSimulatedRun(buildId);
  const json = `${JSON.stringify(record, null, 2)}\n`;
  return {
    made: [
      ...probed,
      { path: 'break_glass/drill.md', provenance, text: drillPage(record, provenance) },
      { path: 'break_glass/drill.json', provenance, text: json },
      { path: 'break_glass/log_excerpt.txt', provenance, text: drillLog(record) },
      health,
    ],
    drill: { haltMs: record.found.kill_time_ms, faults: drillFaults(record.found) },
  };
}
