/** Stops of the operator that do not last, and waivers for what adds risk (D-9, D-11). */
import type { Plant } from './plant.ts';

export const STOPS: readonly Plant[] = [
  {
    name: 'kill-forgotten-at-restart',
    class: 'forget the operator',
    does: "the operator's kill ends with the process",
    file: 'packages/core/src/turn/resume.ts',
    find: '  observations.operatorStop = facts.operatorStop;\n',
    replace: '',
    caughtBy: ['operator-stop-stands'],
    ground: 'worlds',
  },
  {
    name: 'kill-lifted-by-reconciliation',
    class: 'forget the operator',
    does: 'a passed reconciliation ends what the operator ordered',
    file: 'packages/core/src/turn/safety.ts',
    find: '  noteReconciled(observations.emergency, startedAt);\n',
    replace: `  noteReconciled(observations.emergency, startedAt);
  observations.operatorStop = null;
  observations.riskCauses.delete('operator_kill');
`,
    caughtBy: ['operator-stop-stands'],
    ground: 'worlds',
  },
  {
    name: 'stop-not-recorded-as-one',
    class: 'forget the operator',
    does: 'every command on record is read as a release',
    file: 'packages/core/src/apply.ts',
    find: "  facts.operatorStop = command === 'release' ? null : command;",
    replace: '  facts.operatorStop = null;',
    caughtBy: ['operator-stop-stands'],
    ground: 'worlds',
  },
  {
    name: 'loss-ends-by-itself',
    class: 'forget the operator',
    does: 'a latched loss ends when equity comes back, without a reset',
    file: 'packages/core/src/turn/losses.ts',
    find: `function recordStanding(state: State, limit: LossLimit, output: Output): void {
`,
    replace: `function recordStanding(state: State, limit: LossLimit, output: Output): void {
  state.observations.riskCauses.delete(limit);
`,
    caughtBy: ['loss-latch-stands'],
    ground: 'scenarios',
  },
  {
    name: 'emergency-call-not-heard',
    class: 'forget the operator',
    does: 'a call of the emergency endpoint is recorded and sets no flag',
    file: 'packages/core/src/turn/shell.ts',
    find: '  if (isCall) callEmergency(observations.emergency, observations.now, true);\n  else {',
    replace: '  if (!isCall) {',
    caughtBy: ['emergency-call-holds'],
    ground: 'worlds',
  },
  {
    name: 'emergency-call-forgotten-at-restart',
    class: 'forget the operator',
    does: 'the cooldown of an emergency call ends with the process',
    file: 'packages/core/src/turn/resume.ts',
    find: '  if (calledAt !== null) callEmergency(',
    replace: '  if (calledAt === 0) callEmergency(',
    caughtBy: ['emergency-call-holds'],
    ground: 'worlds',
  },
  {
    name: 'waiver-for-an-open',
    class: 'waive for risk',
    does: 'what adds risk leaves while the ledger cannot record it',
    file: 'packages/core/src/turn/ledger.ts',
    find: '  if (!record.terms.reduceOnly || waiver === null) return false;',
    replace: '  if (waiver === null) return false;',
    caughtBy: ['only-through-the-door', 'recorded-before-risk'],
    ground: 'worlds',
  },
];
