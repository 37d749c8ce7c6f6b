/** Whether the pack of phase 1 says what it must (phases section 2). */
import type { PackRules } from '../check.ts';
import { NOT_SIGNED } from '../provenance.ts';
import { PHASE1_SNAPSHOTS } from '../snapshots.ts';
import { LINKS_PATH, linksFaults } from './auto-tests.ts';
import { documentedKeys, MATRIX_PATH, matrixFaults } from './config-matrix.ts';
import {
  CRASH_PAGE_PATH,
  CRASH_TEST_PATH,
  crashFaults,
  CRASHES_PATH,
  crashTestFaults,
} from './crash.ts';
import { HASHES_PATH, hashesFaults } from './determinism.ts';
import {
  LINES_MIN,
  LOG_PATH,
  logFaults,
  REFUSALS_PATH,
  refusalsFaults,
} from './engine-refusals.ts';
import { CALLS_PATH, callsFaults, ORDER_PATH } from './gate-order.ts';
import { CASES_PATH, casesFaults, EVERY_CODE_PATH, everyCodeFaults } from './rejections.ts';
import { CYCLES_PATH, cyclesFaults, LOOP_PATH, loopFaults } from './restart-loop.ts';

const REQUIRED = [
  'README.md',
  'SUMMARY_1PAGE.md',
  LINKS_PATH,
  ...PHASE1_SNAPSHOTS.map(({ path }) => path),
  HASHES_PATH,
  EVERY_CODE_PATH,
  REFUSALS_PATH,
  CASES_PATH,
  LOG_PATH,
  CALLS_PATH,
  ORDER_PATH,
  MATRIX_PATH,
  CRASHES_PATH,
  CRASH_PAGE_PATH,
  CRASH_TEST_PATH,
  CYCLES_PATH,
  LOOP_PATH,
];

/** The pack's own copy: what the document says later is no fault of the pack. */
const KEYS_PATH = 'documents/critical_config_keys.md';

type Judge = (text: string) => readonly string[];

const JUDGES: Readonly<Record<string, Judge>> = {
  [HASHES_PATH]: hashesFaults,
  [EVERY_CODE_PATH]: everyCodeFaults,
  [REFUSALS_PATH]: refusalsFaults,
  [CASES_PATH]: casesFaults,
  [LOG_PATH]: logFaults,
  [CALLS_PATH]: callsFaults,
  [CRASHES_PATH]: crashFaults,
  [CRASH_TEST_PATH]: crashTestFaults,
  [CYCLES_PATH]: cyclesFaults,
  [LOOP_PATH]: loopFaults,
};

export const PHASE1_RULES: PackRules = {
  required: REQUIRED,
  linesMin: { 'README.md': 8, [CRASH_PAGE_PATH]: 5, [LOG_PATH]: LINES_MIN },
  snapshots: PHASE1_SNAPSHOTS,
  contentFaults(path, text, other) {
    if (path === LINKS_PATH) return linksFaults(path, text);
    const faults =
      path === 'README.md'
        ? signFaults(text)
        : path === MATRIX_PATH
          ? matrixFaults(text, documentedKeys(other(KEYS_PATH)))
          : (JUDGES[path]?.(text) ?? []);
    return faults.map((fault) => `${path}: ${fault}`);
  },
};

function signFaults(text: string): readonly string[] {
  const isOpen = text.includes(NOT_SIGNED) || /Signature/.test(text);
  return isOpen ? [] : ['no sign-off'];
}
