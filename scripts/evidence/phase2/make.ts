/** Makes the pack of phase 2: the drills, how long containment takes, and what the house counts. */
import { MANIFEST, manifestOf } from '../manifest.ts';
import { isMissing, type Item, type Made, type PackOutcome, writePack } from '../pack.ts';
import { buildIdOf, ofDocument, ofSimulatedRun, utc } from '../provenance.ts';
import { PHASE2_RULES } from './check.ts';
import { GROUPS_MIN, INCIDENTS_MIN, measureContainment } from './containment.ts';
import { recordCounts } from './counts.ts';
import { runDrills } from './drills.ts';
import { ownerItem } from './owner.ts';
import { type Phase2Facts, readmePage, summaryPage } from './pages.ts';
import { makeProfileMatrix } from './profile-matrix.ts';
import { rulesItem } from './rules.ts';

export async function makePhase2(
  root: string,
  folder: string,
  say: (line: string) => void,
): Promise<PackOutcome> {
  const buildId = buildIdOf(root);
  const madeUtc = utc(Date.now());
  say(`build      ${buildId}`);
  const made: Made[] = [...(await runDrills(root, buildId, say))];
  say('times      containment');
  const sizes = { incidents: INCIDENTS_MIN, groups: GROUPS_MIN };
  made.push(...(await measureContainment(root, buildId, sizes)));
  made.push(...(await recordCounts(root, buildId, say)));
  made.push(makeProfileMatrix(root, say), rulesItem(root, buildId));
  const recorded = made.filter((each): each is Item => !isMissing(each));
  recorded.push(ownerItem(observedIn(recorded), buildId));
  const missing = made.filter(isMissing);
  const textOf = (path: string): string => recorded.find((item) => item.path === path)?.text ?? '';
  const faults = recorded.flatMap(({ path, text }) =>
    PHASE2_RULES.contentFaults(path, text, textOf),
  );
  const facts: Phase2Facts = {
    madeUtc,
    provenance: ofSimulatedRun(buildId),
    missing,
    faults,
    textOf,
  };
  const page = (path: string, text: string): Item => ({
    path,
    provenance: ofDocument(buildId),
    text,
  });
  const items = [
    ...recorded,
    page('README.md', readmePage(facts)),
    page('SUMMARY_1PAGE.md', summaryPage(facts)),
  ];
  const manifest = manifestOf('phase2', { madeUtc, buildId, node: process.version }, items);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  writePack(folder, [...items, page(MANIFEST, text)]);
  return { written: items.length + 1, missing };
}

function observedIn(items: readonly Item[]): readonly (readonly [string, string])[] {
  return items
    .filter(({ path }) => path.endsWith('/observed_status.json'))
    .map(({ path, text }) => [path.split('/')[0] ?? '', text] as const);
}
