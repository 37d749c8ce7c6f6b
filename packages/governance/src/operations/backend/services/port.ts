/** What the governor asks of a service manager, and who may be named in asking it (D-43). */
import type { Fault } from '../../fault.ts';
import type { ServiceVerb } from '../../step.ts';
import { fault, refuse, trouble, type Try } from '../answer.ts';

export interface UnitState {
  readonly isActive: boolean;
  /** Null where the unit is of a kind that is neither. */
  readonly isEnabled: boolean | null;
  readonly isMasked: boolean;
  /** As the manager puts it. */
  readonly text: string;
}

/** What a service manager did, or said. */
export interface Acted {
  readonly exitCode: number | null;
  readonly output: Buffer;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** `status` is not among them: it is read, not done. `unmask` only undoes. */
export type ServiceAct = Exclude<ServiceVerb, 'status'> | 'unmask';

export interface ServicePort {
  /** The unit's own name first, then all its others; null where there is no such unit. */
  namesOf(service: string): Promise<readonly string[] | null>;
  act(verb: ServiceAct, unit: string): Promise<Acted>;
  state(unit: string): Promise<UnitState>;
  /** All lines since then; throws where they cannot be read, or not all of them. */
  log(unit: string, sinceMs: number): Promise<readonly LogLine[]>;
  reloadManager(): Promise<Acted>;
  /** How a person would ask for the state, and for the log. */
  readonly commands: { status(units: readonly string[]): string; log(unit: string): string };
}

export interface ServiceRules {
  readonly services: readonly string[];
  /** The deny list; it wins. Asked for each name the unit has. */
  isForbidden(unit: string): boolean;
}

const NAME = /^[A-Za-z0-9@_.][A-Za-z0-9@_.-]*$/;
const SUFFIX = /\.(service|timer|target|socket)$/;

/** With its kind: `web` is `web.service`, as the manager reads it. */
function unitName(service: string): string {
  return SUFFIX.test(service) ? service : `${service}.service`;
}

/** The unit behind a name, whatever may be done with it: for looking only. */
export async function findUnit(port: ServicePort, service: string): Promise<Try<string>> {
  const names = await unitNames(port, service);
  if (!names.ok) return names;
  return { ok: true, value: names.value[0] ?? '' };
}

/**
 * The unit that a declared service really is. An alias is as good as its unit, and no better: what
 * must be listed is the unit's own name.
 */
export async function admitUnit(
  port: ServicePort,
  service: string,
  rules: ServiceRules,
): Promise<Try<string>> {
  const names = await unitNames(port, service);
  if (!names.ok) return names;
  const forbidden = [service, ...names.value].find((name) => rules.isForbidden(name));
  if (forbidden !== undefined) {
    return refuse(fault('service_forbidden', service, `${forbidden} is on the deny list`));
  }
  const [unit = ''] = names.value;
  if (rules.services.map(unitName).includes(unit)) return { ok: true, value: unit };
  return refuse(fault('service_out_of_scope', service, `${unit} is none of the allowed services`));
}

async function unitNames(port: ServicePort, service: string): Promise<Try<readonly string[]>> {
  const invalid = invalidName(service);
  if (invalid !== null) return refuse(invalid);
  const names = await port.namesOf(unitName(service));
  return names === null ? trouble(`there is no service ${service}`) : { ok: true, value: names };
}

function invalidName(service: string): Fault | null {
  if (NAME.test(service) && !service.includes('..') && service.length <= 256) return null;
  return fault('service_invalid', service, 'one unit by name: no list, pattern, option or path');
}
