import { PARAMETER_FIELDS, PARAMETER_RULES, type Policy } from '@holdfast/core/policy';

/** Each parameter that is not at its documented default, and what that would be. */
export function departuresOf({ parameters }: Pick<Policy, 'parameters'>): readonly string[] {
  return PARAMETER_FIELDS.flatMap((field) => {
    const { key, fallback, unit } = PARAMETER_RULES[field];
    const value = parameters[field];
    return value === fallback ? [] : [`${key} ${value} ${unit} (default ${fallback} ${unit})`];
  });
}
