/** Patterns of the deny list: few signs, one meaning, never more permissive in another case. */

/**
 * A path and everything below it: `**\/` stands for any folders before, `*` for any text within one
 * name.
 */
export function pathPattern(glob: string): RegExp {
  const source = glob
    .split('/')
    .map((name, index, all) => {
      const isLast = index === all.length - 1;
      if (name === '**') return isLast ? '.*' : '(?:[^/]*/)*';
      return within(name, '[^/]*') + (isLast ? '' : '/');
    })
    .join('');
  return new RegExp(`^${source}(?:/.*)?$`, 'isu');
}

/** A whole name, without folders: `*` stands for any text. */
export function namePattern(glob: string): RegExp {
  return new RegExp(`^${within(glob, '.*')}$`, 'isu');
}

function within(text: string, anything: string): string {
  return text
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
    .join(anything);
}
