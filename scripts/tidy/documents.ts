/**
 * What is written beside the code: words that belong elsewhere, and configuration nobody explains.
 */
import type { Finding } from './source.ts';

/** A file of the repository as plain text. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

interface Foreign {
  readonly pattern: RegExp;
  readonly what: string;
  readonly fix: string;
}

const ANYWHERE = 'the repository reads the same on every machine: use a relative path, or drop it';

const FOREIGN: readonly Foreign[] = [
  {
    pattern: /(?<![\w.-])\/(work|root|home|Users)\//,
    what: 'a path of one machine',
    fix: ANYWHERE,
  },
  {
    pattern: /registry\.(npmjs|yarnpkg)|\bnpmjs\.(com|org)\b/,
    what: 'a package host',
    fix: ANYWHERE,
  },
  {
    // Contract-2 section 19.2: the two have no other names.
    pattern: /(?<![0-9])(?:429|10028)_count(?!_5m)/,
    what: 'no name of a metric',
    fix: 'it counts five minutes, and its name says so: end it in _5m',
  },
];

export function checkWords(documents: readonly Document[]): Finding[] {
  const found: Finding[] = [];
  for (const { path, text } of documents) {
    text.split('\n').forEach((line, index) => {
      for (const { pattern, what, fix } of FOREIGN) {
        const hit = pattern.exec(line)?.[0];
        if (hit === undefined) continue;
        found.push({
          file: path,
          line: index + 1,
          rule: `'${hit}' is ${what}`,
          fix,
        });
      }
    });
  }
  return found;
}

/**
 * Every file under config/ is named in docs/, and every key of it stands there as a code span. A
 * part in angle brackets stands for any name: `limits.<coin>.max`.
 */
export function checkConfigDocumented(
  configs: readonly Document[],
  docs: readonly Document[],
): Finding[] {
  const spans = new Set<string>();
  for (const { text } of docs) {
    for (const [, span = ''] of text.matchAll(/`([^`\n]+)`/g)) spans.add(span);
  }
  const patterns = [...spans]
    .filter((span) => /^[\w./<>-]+$/.test(span) && span.includes('<'))
    .map((span) => new RegExp(`^${span.replaceAll('.', '\\.').replace(/<[^>]*>/g, '[^./]+')}$`));
  const isNamed = (name: string): boolean =>
    spans.has(name) || patterns.some((pattern) => pattern.test(name));
  const found: Finding[] = [];
  for (const { path, text } of configs) {
    if (!isNamed(path)) {
      found.push({
        file: path,
        line: 1,
        rule: 'a configuration file no document names',
        fix: `say in docs/ what \`${path}\` is for and who reads it`,
      });
    }
    for (const key of keysOf(JSON.parse(text))) {
      if (isNamed(key)) continue;
      const name = key.split('.').at(-1) ?? key;
      found.push({
        file: path,
        line: text.split('\n').findIndex((line) => line.includes(`"${name}"`)) + 1,
        rule: `configuration key '${key}' is not documented`,
        fix: 'give it a docstring where it is parsed and run `node scripts/generate-docs.ts`',
      });
    }
  }
  return found;
}

/** Dotted paths of the leaves; items of a list share the path of the list. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keysOf(item, path)))];
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    keysOf(inner, path === '' ? key : `${path}.${key}`),
  );
}
