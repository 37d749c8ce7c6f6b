/** What every name beyond the bound is counted under. */
const OTHER = 'other';

/**
 * Keeps the values of one label to a bounded set: the first `most` names as they are, all others as
 * `other`. A label whose values come from outside would otherwise grow for as long as the process.
 */
export function boundedLabel(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return OTHER;
    known.add(name);
    return name;
  };
}
