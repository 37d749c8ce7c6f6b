/** Probes: who owns what watches a decision (section 1.2), and what one of them says of it. */
import { closed, createParser, type Parsed } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { isObject, type Open, type Probe } from './entry-schema.ts';

const text = Type.String();
const DefinitionSchema = closed({
  probe_id: Type.String({ minLength: 1, maxLength: 200 }),
  name: text,
  description: text,
  owner: text,
  contact: text,
  severity: text,
  tags: Type.Array(text),
  runbook: Type.Optional(text),
});
export type ProbeDefinition = Static<typeof DefinitionSchema> & { readonly metadata?: Open };
/** By `probe_id`. */
export type ProbeRegistry = ReadonlyMap<string, ProbeDefinition>;

const parseFlat = createParser(DefinitionSchema);

export function parseProbeDefinition(value: unknown): Parsed<ProbeDefinition> {
  if (!isObject(value)) return parseFlat(value);
  const { metadata = {}, ...known } = value;
  const parsed = parseFlat(known);
  if (!parsed.ok) return parsed;
  if (!isObject(metadata)) {
    const violation = { path: '/metadata', rule: 'type', message: 'must be object' };
    return { ok: false, violations: [violation] };
  }
  return { ok: true, value: value as ProbeDefinition };
}

const INHERITED = ['severity', 'owner', 'contact', 'runbook'] as const;

/** What an activation leaves out is taken from the definition of its probe, where there is one. */
export function activate(registry: ProbeRegistry, activation: Probe): Probe {
  const definition = registry.get(activation.probe_id);
  const inherited = INHERITED.flatMap((key) => {
    const value = activation[key] ?? definition?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...activation, ...Object.fromEntries(inherited) };
}
