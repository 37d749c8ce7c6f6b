import { isMethod, METHODS, type MethodName } from '@holdfast/deribit/protocol';
import { Compile, type Validator } from 'typebox/compile';
import { type Params, type VenueError, venueError } from './venue-error.ts';

const compiled = new Map<MethodName, Validator>();

/** What is wrong with a call's params, by the method's schema; null when nothing is. */
export function wrongParams(method: string, params: Params): VenueError | null {
  if (!isMethod(method)) return null;
  const known = compiled.get(method);
  const validator = known ?? Compile(METHODS[method].params);
  if (known === undefined) compiled.set(method, validator);
  if (validator.Check(params)) return null;
  const [first] = validator.Errors(params);
  if (first === undefined) return venueError(-32602, 'wrong format');
  if (first.keyword === 'required') {
    return venueError(-32602, 'value required', first.params.requiredProperties[0] ?? '');
  }
  return venueError(-32602, 'wrong format', first.instancePath.split('/')[1] ?? '');
}
