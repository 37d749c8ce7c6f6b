/** Whether the pack of phase 2 says what it must (phases section 5.2 and the roadmap). */
import type { PackRules } from '../check.ts';
import { NOT_SIGNED } from '../provenance.ts';
import {
  GROUPS_MIN,
  INCIDENTS_MIN,
  PROCESSES_PATH,
  timesFaults,
  WORLDS_PATH,
} from './containment.ts';
import {
  EXPLORE_PATH,
  exploreFaults,
  RESTART_PATH,
  restartFaults,
  SCENARIOS_PATH,
  scenariosFaults,
} from './counts.ts';
import { DRILLS } from './drill-list.ts';
import { drillFaults, FILES, folderOf } from './drills.ts';
import { OWNER_PATH, ownerFaults } from './owner.ts';
import { PROFILE_MATRIX_PATH } from './profile-matrix.ts';
import { profileMatrixFaults } from './profile-matrix-schema.ts';
import { RULES_PATH, rulesFaults } from './rules.ts';

/** The acceptance gate of section 5.2 has eight; one that is not there is refused by name. */
const DRILLS_REQUIRED = 8;
const SIGNED_PAGES = ['README.md', 'SUMMARY_1PAGE.md', OWNER_PATH];

type Judge = (text: string) => readonly string[];

const JUDGES: Readonly<Record<string, Judge>> = {
  [WORLDS_PATH]: (text) => timesFaults(text, INCIDENTS_MIN),
  [PROCESSES_PATH]: (text) => timesFaults(text, GROUPS_MIN),
  [SCENARIOS_PATH]: scenariosFaults,
  [EXPLORE_PATH]: exploreFaults,
  [RESTART_PATH]: restartFaults,
  [PROFILE_MATRIX_PATH]: profileMatrixFaults,
  [RULES_PATH]: rulesFaults,
};

export const PHASE2_RULES: PackRules = {
  required: [
    'README.md',
    'SUMMARY_1PAGE.md',
    OWNER_PATH,
    ...Object.keys(JUDGES),
    ...DRILLS.flatMap((drill) => FILES.map((file) => `${folderOf(drill)}/${file}`)),
  ],
  linesMin: { 'README.md': 8 },
  snapshots: [],
  contentFaults(path, text, other) {
    const faults = path.startsWith('drill_')
      ? drillFaults(path, text, other)
      : [
          ...(JUDGES[path]?.(text) ?? []),
          ...(SIGNED_PAGES.includes(path) && !text.includes(NOT_SIGNED) ? ['no sign-off'] : []),
          ...(path === OWNER_PATH ? ownerFaults(text) : []),
          ...(path === 'README.md' ? countFaults() : []),
        ];
    return faults.map((fault) => `${path}: ${fault}`);
  },
};

function countFaults(): readonly string[] {
  const missing = DRILLS_REQUIRED - DRILLS.length;
  return missing > 0 ? [`${missing} of the eight drills of section 5.2 are not built`] : [];
}
