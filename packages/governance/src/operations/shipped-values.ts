/** What somebody says for the parameters of a template, each judged before anything is made. */
import type { Fault, FaultCode } from './fault.ts';
import { faultAt } from './place.ts';
import {
  fillIn,
  type JsonMap,
  OWN_NAMES,
  type OwnName,
  type Parameter,
  type Template,
  unfit,
} from './shipped.ts';

export type Values = ReadonlyMap<string, string | number>;

export type ValuesRead =
  | { readonly ok: true; readonly values: Values }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const VALUE_LENGTH_MAX = 4_096;

/** @param said each `NAME=VALUE`; everything behind the first `=` is the value. */
export function readValues({ parameters }: Template, said: readonly string[]): ValuesRead {
  const faults: Fault[] = [];
  const values = new Map<string, string | number>();
  const note = (code: FaultCode, name: string, message: string): void => {
    faults.push(faultAt(code, name, `--set ${name}`, message));
  };
  for (const each of said) {
    const at = each.indexOf('=');
    const name = at < 0 ? each : each.slice(0, at);
    const parameter = parameters.get(name);
    if (parameter === undefined) note('parameter_unknown', name, unknown(name, parameters));
    else if (at < 0) note('parameter_invalid', name, 'a value is said as NAME=VALUE');
    else if (values.has(name)) note('parameter_repeated', name, 'it is said twice');
    else {
      const value = valueOf(parameter, each.slice(at + 1));
      const wrong = wrongWith(parameter, value);
      if (wrong !== null) note('parameter_invalid', name, wrong);
      values.set(name, value);
    }
  }
  for (const [name, parameter] of parameters) {
    if (values.has(name)) continue;
    if (parameter.default === undefined) note('parameter_missing', name, parameter.is);
    else values.set(name, parameter.default);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values };
}

function unknown(name: string, parameters: Template['parameters']): string {
  if (OWN_NAMES.some((own) => own === name)) return 'it is filled by itself';
  return `there are ${[...parameters.keys()].join(', ') || 'none'}`;
}

function valueOf({ type }: Parameter, text: string): string | number {
  const number = Number(text);
  const isWhole = /^(0|-?[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(number);
  return type === 'integer' && isWhole ? number : text;
}

function wrongWith(parameter: Parameter, value: string | number): string | null {
  if (value === '') return 'it is empty';
  if (typeof value === 'string' && value.length > VALUE_LENGTH_MAX) {
    return `at most ${VALUE_LENGTH_MAX} characters are taken`;
  }
  return unfit(parameter, value);
}

/** Everything of a declaration but what `ops new` says. */
export function fillTemplate(
  { declaration }: Template,
  values: Values,
  own: Readonly<Record<OwnName, string>>,
): JsonMap {
  return fillIn(declaration, new Map([...values, ...Object.entries(own)])) as JsonMap;
}
