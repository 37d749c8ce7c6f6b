import type { LedgerStage } from '@holdfast/core';
import type { MatrixEnvironment } from './env-matrix.ts';
import type { Environment, RuntimeDocument } from './runtime-document.ts';

/** What has to be signed before an environment opens (decision 0018). */
export const SIGN_OFFS = [
  'phase0',
  'phase1',
  'phase2',
  'phase3',
  'phase4',
  'paper_gate',
  'csp_certification',
  'micro_live_exit',
] as const;
export type SignOffName = (typeof SIGN_OFFS)[number];

/** All that follows from which environment a process is. */
export interface EnvironmentRule {
  /** The launch policy's name of it, which is also what its machine says it is. */
  readonly machine: MatrixEnvironment;
  /** The stage the policy must be of; null: any, there is nobody's money. */
  readonly stage: LedgerStage | null;
  /** Where it may trade; money's environments may be rehearsed on the built-in exchange. */
  readonly venues: readonly RuntimeDocument['venue'][];
  readonly signOffs: readonly SignOffName[];
  /** People who have to sign each of them. */
  readonly signers: number;
  /** Whether a policy counts only as part of a bundle that was published (D-39). */
  readonly needsBundle: boolean;
  /** A person must have signed to be watching, or nothing opens. */
  readonly needsSupervisor: boolean;
}

/** The phases that let paper trading begin (roadmap, phase 2). */
const UNTIL_PAPER: readonly SignOffName[] = ['phase0', 'phase1', 'phase2'];
/** And those that let the first real money out: the paper gate, and the certification of CSP. */
const UNTIL_MICRO_LIVE: readonly SignOffName[] = [
  ...UNTIL_PAPER,
  'paper_gate',
  'csp_certification',
];

/**
 * The one table of environments: the roadmap's phases of release, what the launch policy calls
 * them, and what each needs. Both that trade for money are the launch policy's LIVE.
 */
export const ENVIRONMENT_RULES: Readonly<Record<Environment, EnvironmentRule>> = Object.freeze({
  dev: {
    machine: 'DEV',
    stage: null,
    venues: ['simulated'],
    signOffs: [],
    signers: 0,
    needsBundle: false,
    needsSupervisor: false,
  },
  staging: {
    machine: 'STAGING',
    stage: 'experiment',
    venues: ['simulated', 'testnet'],
    signOffs: ['phase0'],
    signers: 1,
    needsBundle: false,
    needsSupervisor: false,
  },
  paper: {
    machine: 'PAPER',
    stage: 'paper',
    venues: ['simulated'],
    signOffs: UNTIL_PAPER,
    signers: 1,
    needsBundle: true,
    needsSupervisor: false,
  },
  'micro-live': {
    machine: 'LIVE',
    stage: 'pilot',
    venues: ['simulated', 'live'],
    signOffs: UNTIL_MICRO_LIVE,
    signers: 1,
    needsBundle: true,
    needsSupervisor: true,
  },
  prod: {
    machine: 'LIVE',
    stage: 'limited_live',
    venues: ['simulated', 'live'],
    signOffs: [...UNTIL_MICRO_LIVE, 'phase3', 'phase4', 'micro_live_exit'],
    signers: 2,
    needsBundle: true,
    needsSupervisor: false,
  },
});

/** Environments a machine of that name may be; undefined where there is no such machine. */
export function environmentsOf(machine: string): readonly Environment[] | undefined {
  const names = Object.keys(ENVIRONMENT_RULES) as Environment[];
  const found = names.filter((name) => ENVIRONMENT_RULES[name].machine === machine);
  return found.length === 0 ? undefined : found;
}
