/**
 * Every rule over a declaration that could be read (section 9.3). It answers with all that is
 * wrong: a declaration with one fault is no operation.
 */
import { capabilityFaults } from './capability.ts';
import { assessCommand, assessProgram } from './command.ts';
import type { Declaration, OperationEnvironment } from './declaration.ts';
import { type Fault, faultName } from './fault.ts';
import { faultsOf, gateFaults, usesFaults } from './lint-gates.ts';
import { undoFaults } from './lint-undo.ts';
import { placeholderFaults } from './placeholder.ts';
import { faultAt, inOrder } from './place.ts';
import {
  assessAllowedPath,
  assessAllowedService,
  assessFile,
  assessReadable,
  assessService,
  assessServiceName,
  assessSocket,
  canonicalUnit,
  type ScopeRules,
} from './scope.ts';
import { type Action, isMutating, type Step } from './step.ts';
import { unitTextFault } from './unit-change.ts';
import { isUnitFile, unitOf } from './unit-file.ts';

export interface LintRules extends ScopeRules {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The environments this governor operates in. */
  readonly environments: readonly OperationEnvironment[];
}

/** Empty where the declaration is an operation. In the order of the document. */
export function lintDeclaration(declaration: Declaration, rules: LintRules): readonly Fault[] {
  const { steps, verification, RISK_CLASS: riskClass } = declaration;
  const final = verification.flatMap((gate, index) =>
    gateFaults(gate, { step: 'final', place: `/verification/${index}` }, declaration, rules),
  );
  const unproved = verification.length === 0 && riskClass !== 'READ_ONLY';
  const proof = 'what holds before the first step and after the last one is to be named';
  return inOrder([
    ...standingFaults(declaration, rules),
    ...placeholderFaults(declaration),
    ...capabilityFaults(declaration),
    ...allowanceFaults(declaration, rules),
    ...usesFaults(declaration, rules.forbidden),
    ...steps.flatMap((step, index) => stepFaults(step, index, declaration, rules)),
    ...undoFaults(declaration),
    ...final,
    ...(unproved ? [faultAt('gate_missing', 'final', '/verification', proof)] : []),
  ]);
}

/**
 * The same scope asked again, for one action at the moment it is done: the first fault, or null.
 * What lies at a path may have changed since the declaration was judged.
 */
export function assessAction(
  action: Action,
  declaration: Declaration,
  rules: ScopeRules,
): Fault | null {
  return actionFaults(action, { step: '', place: '' }, declaration, rules)[0] ?? null;
}

/** Whether this is the place and the time for it. */
function standingFaults(declaration: Declaration, rules: LintRules): readonly Fault[] {
  const { environment, operation_id: id, expires_at: expires } = declaration;
  const { custom_high_risk: highRisk, trading_impact: impact } = declaration;
  const faults: Fault[] = [];
  if (!rules.environments.includes(environment)) {
    const here = rules.environments.join(', ') || 'none';
    const message = `${environment} is not operated from here, but ${here}`;
    faults.push(faultAt('env_not_permitted', '', '/environment', message));
  }
  const day = id.slice('OPS-'.length, 'OPS-YYYY-MM-DD'.length);
  if (!isInstant(`${day}T00:00:00Z`)) {
    const message = `${day} is no day of the calendar`;
    faults.push(faultAt('declaration_malformed', '/operation_id', '/operation_id', message));
  }
  if (!isInstant(expires)) {
    const message = `${expires} is no moment of the calendar`;
    faults.push(faultAt('declaration_malformed', '/expires_at', '/expires_at', message));
  } else if (Date.parse(expires) <= rules.now) {
    const message = `it expired at ${expires}; declare it again`;
    faults.push(faultAt('declaration_expired', '', '/expires_at', message));
  }
  if (highRisk !== undefined && impact === 'none') {
    const message = 'a custom high risk is direct or indirect: its lock reduces trading first';
    faults.push(faultAt('trading_not_reduced', '', '/trading_impact', message));
  }
  return faults;
}

/** A date that the calendar has: the 30th of February is read as March by some. */
function isInstant(text: string): boolean {
  const at = Date.parse(text);
  return Number.isFinite(at) && new Date(at).toISOString().slice(0, 19) === text.slice(0, 19);
}

function allowanceFaults(declaration: Declaration, rules: LintRules): readonly Fault[] {
  const { ALLOWED_PATHS: paths, ALLOWED_SERVICES: services, uses } = declaration;
  const isHighRisk = declaration.custom_high_risk !== undefined;
  return [
    ...paths.flatMap((path, index) =>
      faultsOf(assessAllowedPath(path, rules, `/ALLOWED_PATHS/${index}`)),
    ),
    ...services.flatMap((service, index) =>
      faultsOf(assessAllowedService(service, rules, isHighRisk, `/ALLOWED_SERVICES/${index}`)),
    ),
    ...(uses?.commands ?? []).flatMap((program, index) =>
      faultsOf(assessProgram(program, rules, `/uses/commands/${index}`)),
    ),
    ...(uses?.reads ?? []).flatMap((path, index) =>
      faultsOf(assessReadable(path, rules, `/uses/reads/${index}`)),
    ),
    ...(uses?.sockets ?? []).flatMap((path, index) =>
      faultsOf(assessSocket(path, rules, isHighRisk, `/uses/sockets/${index}`)),
    ),
  ];
}

function stepFaults(
  step: Step,
  index: number,
  declaration: Declaration,
  rules: LintRules,
): readonly Fault[] {
  const place = `/steps/${index}`;
  const n = String(index + 1);
  const site = (at: string): { step: string; place: string } => ({ step: n, place: at });
  const own = actionFaults(step.action, site(`${place}/action`), declaration, rules);
  const undo = (step.rollback ?? []).flatMap((action, each) =>
    actionFaults(action, site(`${place}/rollback/${each}`), declaration, rules),
  );
  return [
    ...own.map((fault) => asStepFault(fault, n)),
    ...undo.map((fault) => ({
      ...fault,
      code: 'rollback_out_of_scope' as const,
      operand: n,
      message: `${faultName(fault)}: ${fault.message}`,
    })),
    ...step.verification.flatMap((gate, each) =>
      gateFaults(gate, site(`${place}/verification/${each}`), declaration, rules),
    ),
    ...provingFaults(step, n, `${place}/verification`),
  ];
}

/** What is no allowance's own fault is the step's. */
function asStepFault(fault: Fault, n: string): Fault {
  if (fault.code !== 'path_out_of_scope' && fault.code !== 'service_out_of_scope') return fault;
  return { ...fault, code: 'step_out_of_scope', operand: `${n}:${fault.operand}` };
}

function actionFaults(
  action: Action,
  { step, place }: { readonly step: string; readonly place: string },
  declaration: Declaration,
  rules: ScopeRules,
): readonly Fault[] {
  const { ALLOWED_PATHS: paths, ALLOWED_SERVICES: services, uses } = declaration;
  const written = (path: string, key = 'path'): readonly Fault[] => [
    ...faultsOf(assessFile(path, 'write', paths, rules, `${place}/${key}`)),
    ...unitFaults(path, declaration, rules, `${place}/${key}`),
  ];
  const seen = (path: string, key = 'path'): readonly Fault[] =>
    faultsOf(assessFile(path, 'read', paths, rules, `${place}/${key}`));
  switch (action.kind) {
    case 'fs.read':
      return seen(action.path);
    case 'fs.copy':
      return [...seen(action.from, 'from'), ...written(action.to, 'to')];
    case 'fs.write': {
      const { path, content } = action;
      const unitRules = { ...rules, declared: uses?.commands ?? [] };
      const unread = isUnitFile(path) ? unitTextFault(path, content, unitRules) : null;
      const inside = unread === null ? [] : [{ ...unread, place: `${place}/content` }];
      return [...written(path), ...inside];
    }
    case 'fs.delete':
    case 'fs.chmod':
    case 'config.patch':
      return written(action.path);
    case 'service': {
      const at = `${place}/service`;
      if (!isMutating(action)) return faultsOf(assessServiceName(action.service, at));
      const isHighRisk = declaration.custom_high_risk !== undefined;
      return faultsOf(assessService(action.service, services, rules, isHighRisk, at));
    }
    case 'systemd.daemon_reload':
      return [];
    case 'exec.read':
    case 'exec.sandboxed':
      return faultsOf(assessCommand(action.argv, uses?.commands ?? [], rules, `${place}/argv`));
    case 'check':
      return gateFaults(action.gate, { step, place: `${place}/gate` }, declaration, rules);
  }
}

/** Whoever changes what a service runs touches the service. */
function unitFaults(
  path: string,
  { ALLOWED_SERVICES: services, custom_high_risk: highRisk }: Declaration,
  rules: ScopeRules,
  place: string,
): readonly Fault[] {
  if (!isUnitFile(path)) return [];
  return faultsOf(assessService(unitOf(path), services, rules, highRisk !== undefined, place));
}

/** Each kind of gate that applies to what a step changes (sections 9.5 and 9.6). */
function provingFaults({ action, verification }: Step, n: string, place: string): readonly Fault[] {
  if (!isMutating(action)) return [];
  if (verification.length === 0) {
    const message = `step ${n} changes something, and nothing looks at it afterwards`;
    return [faultAt('step_missing_verification', n, place, message)];
  }
  const missing = (kind: string, message: string): Fault =>
    faultAt('gate_missing', kind, place, `step ${n} ${message}`);
  if (action.kind === 'systemd.daemon_reload') return [];
  if (action.kind !== 'service') {
    const isFunctional = verification.some(({ kind }) => kind !== 'status' && kind !== 'logs');
    return isFunctional ? [] : [missing('functional', 'changes files, and no gate looks at them')];
  }
  const unit = canonicalUnit(action.service);
  const isUp = ['reload', 'restart', 'start'].includes(action.verb);
  const hasStatus = verification.some(
    (gate) => gate.kind === 'status' && gate.services.some((each) => canonicalUnit(each) === unit),
  );
  const hasLogs = verification.some(
    (gate) => gate.kind === 'logs' && canonicalUnit(gate.service) === unit,
  );
  return [
    ...(isUp && !hasStatus ? [missing('status', `does not ask whether ${unit} is up`)] : []),
    ...(hasLogs ? [] : [missing('logs', `does not read the log of ${unit}`)]),
  ];
}
