import type { Strategy } from '@holdfast/core/strategy';
import { cheapOptionWith } from './cheap-option.ts';
import { parseCheapOption } from './cheap-option-parameters.ts';
import { type DocumentFault, type Parsed, parseObject } from './document.ts';
import { hold } from './hold.ts';
import { strangleWith } from './strangle.ts';
import { parseStrangle } from './strangle-parameters.ts';
import { verticalWith } from './vertical.ts';
import { parseVertical } from './vertical-parameters.ts';

/** A document somebody read, and where: `place` is only for saying what is wrong with it. */
export interface ReadDocument {
  readonly place: string;
  /** Strict JSON, already parsed. */
  readonly value: unknown;
}

/** A strategy and what it was made of. The document's hash is the hash of its canonical JSON. */
export interface CreatedStrategy {
  readonly strategy: Strategy<unknown>;
  readonly version: string;
  readonly place: string;
}

export type CreatedStrategies =
  | { readonly ok: true; readonly strategies: readonly CreatedStrategy[] }
  | {
      readonly ok: false;
      readonly faults: readonly (DocumentFault & { readonly place: string })[];
    };

type Make = (version: string, parameters: unknown) => Parsed<Strategy<unknown>>;

const MAKERS: Readonly<Record<string, Make>> = Object.freeze({
  hold: (_version, parameters) =>
    Object.keys(parseObject(parameters) ?? { unreadable: true }).length === 0
      ? { ok: true, value: hold }
      : fault('/parameters', 'unknown_key', 'hold has no parameters: give an empty object'),
  'cheap-option': (version, parameters) => {
    const parsed = parseCheapOption(version, parameters);
    return parsed.ok ? { ok: true, value: cheapOptionWith(parsed.value) } : parsed;
  },
  strangle_btc_low_vol: (version, parameters) => {
    const parsed = parseStrangle(version, parameters);
    return parsed.ok ? { ok: true, value: strangleWith(parsed.value) } : parsed;
  },
  vertical_surface: (version, parameters) => {
    const parsed = parseVertical(version, parameters);
    return parsed.ok ? { ok: true, value: verticalWith(parsed.value) } : parsed;
  },
});

const KEYS: readonly string[] = ['strategy', 'version', 'parameters'];

/**
 * The strategies of these documents, in their order: `{strategy, version, parameters}` each,
 * closed, with every parameter given. All faults of all documents at once; one fault makes none.
 */
export function createStrategies(documents: readonly ReadDocument[]): CreatedStrategies {
  const faults: (DocumentFault & { readonly place: string })[] = [];
  const strategies: CreatedStrategy[] = [];
  for (const { place, value } of documents) {
    const made = make(place, value);
    if (!made.ok) faults.push(...made.faults.map((each) => ({ place, ...each })));
    else if (strategies.some(({ strategy }) => strategy.id === made.value.strategy.id)) {
      const message = `${made.value.strategy.id} has a document already`;
      faults.push({ place, path: '/strategy', rule: 'strategy_twice', message });
    } else strategies.push(made.value);
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, strategies: Object.freeze(strategies) };
}

function make(place: string, value: unknown): Parsed<CreatedStrategy> {
  const given = parseObject(value);
  if (given === null) return fault('', 'not_an_object', 'is not an object');
  const unknown = Object.keys(given).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    return fault(`/${unknown[0]}`, 'unknown_key', `only ${KEYS.join(', ')} are known`);
  }
  const { strategy: name, version, parameters } = given;
  if (typeof version !== 'string' || !/^[a-z0-9][a-z0-9.-]{0,63}$/.test(version)) {
    return fault('/version', 'not_a_version', 'lower-case letters, digits, dots and dashes');
  }
  const maker = typeof name === 'string' && Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (maker === undefined) {
    return fault('/strategy', 'unknown_strategy', `known are ${Object.keys(MAKERS).join(', ')}`);
  }
  const made = maker(version, parameters);
  return made.ok ? { ok: true, value: { strategy: made.value, version, place } } : made;
}

function fault(
  path: string,
  rule: string,
  message: string,
): { ok: false; faults: DocumentFault[] } {
  return { ok: false, faults: [{ path, rule, message }] };
}
