/** Services of one scope: what is done to them, and how it is undone. */
import type { ServiceBefore } from '../../audit/event.ts';
import type { Fault } from '../../fault.ts';
import type { Done } from '../../run/backend.ts';
import type { ServiceVerb } from '../../step.ts';
import { doneOf, fault, messageOf, trouble } from '../answer.ts';
import { type Acted, admitUnit, findUnit, type ServicePort, type ServiceRules } from './port.ts';

export interface ServiceHands {
  perform(verb: ServiceVerb, service: string): Promise<Done>;
  reloadManager(): Promise<Done>;
  before(service: string): Promise<ServiceBefore | Fault>;
  restore(service: string, before: ServiceBefore): Promise<Done>;
}

export function createServiceHands(port: ServicePort, rules: ServiceRules): ServiceHands {
  return {
    perform: async (verb, service) => {
      if (verb === 'status') return status(port, service);
      const unit = await admitUnit(port, service, rules);
      if (!unit.ok) return doneOf(unit);
      if (verb === 'mask') {
        const { isEnabled, isMasked } = await port.state(unit.value);
        const isWayBack = isEnabled !== null && !isMasked;
        if (!isWayBack) return doneOf(trouble(`${unit.value} has no state to go back to`));
      }
      return actedDone(verb, await port.act(verb, unit.value));
    },
    reloadManager: async () => actedDone('daemon-reload', await port.reloadManager()),
    before: async (service) => {
      try {
        const unit = await admitUnit(port, service, rules);
        if (!unit.ok) return unit.refused ?? fault('service_invalid', service, whyOf(unit));
        const { isActive: active, isEnabled: enabled } = await port.state(unit.value);
        return { active, enabled };
      } catch (error) {
        return fault('service_invalid', service, `its state cannot be told: ${messageOf(error)}`);
      }
    },
    restore: (service, before) => restore(port, rules, service, before),
  };
}

const whyOf = (tried: object): string => ('why' in tried ? String(tried.why) : '');

/** Looking is no doing: it needs a real name, and no place on the list (9.4). */
async function status(port: ServicePort, service: string): Promise<Done> {
  const unit = await findUnit(port, service);
  if (!unit.ok) return doneOf(unit);
  const { isActive, text } = await port.state(unit.value);
  const output = Buffer.from(`${unit.value} ${text}\n`);
  if (isActive) return { ok: true, exitCode: 0, output };
  return { ok: false, refused: null, exitCode: 3, output, why: `${unit.value} is ${text}` };
}

function actedDone(verb: string, { exitCode, output }: Acted): Done {
  if (exitCode === 0) return { ok: true, exitCode, output };
  return { ok: false, refused: null, exitCode, output, why: `${verb} failed` };
}

/** Only what differs is done, and whether it is as it was is looked at, not believed. */
async function restore(
  port: ServicePort,
  rules: ServiceRules,
  service: string,
  before: ServiceBefore,
): Promise<Done> {
  const admitted = await admitUnit(port, service, rules);
  if (!admitted.ok) return doneOf(admitted);
  const unit = admitted.value;
  const pieces: Uint8Array[] = [];
  const is = await port.state(unit);
  const acts: Parameters<ServicePort['act']>[0][] = [];
  if (before.enabled !== null && is.isMasked) acts.push('unmask');
  if (before.enabled !== null && is.isEnabled !== before.enabled) {
    acts.push(before.enabled ? 'enable' : 'disable');
  }
  if (is.isActive !== before.active) acts.push(before.active ? 'start' : 'stop');
  for (const verb of acts) pieces.push((await port.act(verb, unit)).output);
  const now = await port.state(unit);
  const output = Buffer.concat(pieces);
  const isBack = now.isActive === before.active && now.isEnabled === before.enabled;
  if (isBack) return { ok: true, exitCode: 0, output };
  const why = `${unit} is ${now.text}, enabled: ${now.isEnabled}, and was not`;
  return { ok: false, refused: null, exitCode: 1, output, why };
}
