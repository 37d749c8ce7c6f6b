/** Texts that two readers would read differently, that grow when they are read, or never end. */
import * as fs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

/** A text, made from an honest declaration, that is refused before anything is on record. */
function text(
  title: string,
  name: string,
  edit: (honest: string, ground: Ground) => string | Uint8Array,
  says: string | RegExp,
  how: Attack['how'] = 'composed',
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    const declaration = ground.declaration(await ground.newId());
    const honest = name.endsWith('.json') ? JSON.stringify(declaration) : stringify(declaration);
    return [how === 'typed' ? 'lint' : 'declare', ground.put(name, edit(honest, ground))];
  };
  return { title, how, prepare, exit: 2, says };
}

const BOMB = Array.from({ length: 9 }, (_, level) => {
  const before = level === 0 ? '"lol"' : `*a${level - 1}`;
  return `x${level}: &a${level} [${Array.from({ length: 9 }, () => before).join(', ')}]`;
}).join('\n');

const YAML: readonly Attack[] = [
  text(
    'O-01 an alias stands for a part',
    'a.yaml',
    (honest) => {
      return honest.replace('requested_by: ana', 'requested_by: &who ana\napprover: *who');
    },
    'declaration_unreadable:anchor',
  ),
  text(
    'O-01 aliases of aliases',
    'a.yaml',
    (honest) => `${honest}\n${BOMB}\n`,
    'declaration_unreadable',
  ),
  text(
    'O-01 a map is merged into another',
    'a.yaml',
    (honest) => {
      return `${honest}\n<<: {trading_impact: none}\n`;
    },
    'declaration_malformed',
  ),
  text(
    'O-01 one key twice',
    'a.yaml',
    (honest) => {
      return `${honest}\nRISK_CLASS: READ_ONLY\n`;
    },
    'declaration_unreadable:duplicate_key',
  ),
  text(
    'O-01 a tag that makes something else of a value',
    'a.yaml',
    (honest) => {
      return honest.replace('requested_by: ana', 'requested_by: !!js/function "ana"');
    },
    'declaration_unreadable',
  ),
  text(
    'O-01 a second document behind the first',
    'a.yaml',
    (honest) => {
      return `${honest}\n---\nRISK_CLASS: READ_ONLY\n`;
    },
    'declaration_unreadable:multiple_documents',
  ),
  text(
    'O-01 a directive gives the words another meaning',
    'a.yaml',
    (honest) => {
      return `%TAG ! tag:yaml.org,2002:\n---\n${honest}`;
    },
    'declaration_unreadable',
  ),
  text(
    'O-01 a number that is another one elsewhere',
    'a.yaml',
    (honest) => {
      return honest.replace('requested_by: ana', 'requested_by: 0o17');
    },
    'declaration_unreadable:number_ambiguous',
  ),
  text(
    'O-01 brackets without end',
    'a.yaml',
    (honest) => {
      return `${honest}\nx: ${'['.repeat(20_000)}`;
    },
    'declaration_unreadable',
  ),
];

const JSON_TEXTS: readonly Attack[] = [
  text(
    'O-01 one key twice, in JSON',
    'a.json',
    (honest) => {
      return honest.replace('{', '{"RISK_CLASS":"READ_ONLY",');
    },
    'declaration_unreadable',
  ),
  text(
    'O-01 a key that is a prototype',
    'a.json',
    (honest) => {
      return honest.replace('{', '{"__proto__":{"RISK_CLASS":"READ_ONLY"},');
    },
    'declaration_malformed:/__proto__',
    'typed',
  ),
  text(
    'O-01 a key that is a constructor',
    'a.json',
    (honest) => {
      return honest.replace('{', '{"constructor":{"prototype":{"x":1}},');
    },
    'declaration_malformed:/constructor',
  ),
  text(
    'O-01 a key with a part that cannot be seen',
    'a.json',
    (honest) => {
      return honest.replace('"RISK_CLASS"', '"RISK_CLASS\\u200b"');
    },
    'declaration_missing_field:RISK_CLASS',
  ),
  text(
    'O-01 a comment that one reader drops',
    'a.json',
    (honest) => {
      return honest.replace('{', '{/* "x": */');
    },
    'declaration_unreadable',
  ),
  text(
    'O-01 bytes that are no text',
    'a.json',
    (honest) => {
      return Buffer.concat([Buffer.from(honest.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]);
    },
    'declaration_unreadable:not_utf8',
  ),
  text(
    'O-01 five megabytes',
    'a.json',
    (honest) => honest + ' '.repeat(5 << 20),
    'declaration_unreadable',
  ),
  text(
    'O-01 more steps than anybody reads',
    'a.json',
    (honest) => {
      const declaration = JSON.parse(honest) as { steps: unknown[] };
      const steps = Array.from({ length: 2_000 }, () => declaration.steps[0]);
      return JSON.stringify({ ...declaration, steps });
    },
    'declaration_malformed:/steps',
  ),
  text(
    'O-01 a moment that no calendar has',
    'a.json',
    (honest) => {
      return honest.replace(/"expires_at":"[^"]*"/, '"expires_at":"2999-02-30T00:00:00Z"');
    },
    'declaration_malformed:/expires_at',
  ),
  text(
    'O-01 an id of another day, and a folder in it',
    'a.json',
    (honest) => {
      return honest.replace(/"operation_id":"[^"]*"/, '"operation_id":"../../OPS-2026-01-01-001"');
    },
    'declaration_malformed:/operation_id',
  ),
  text(
    'O-01 an outcome of its own',
    'a.json',
    (honest) => {
      return honest.replace('{', '{"outcome":"SUCCESS",');
    },
    'declaration_malformed:/outcome',
  ),
];

/** What is no file at all. */
const ENDLESS: readonly Attack[] = [
  {
    title: 'O-01 a pipe nobody writes to',
    how: 'typed',
    prepare: (ground) => {
      const pipe = join(ground.app, 'pipe.json');
      execFileSync('mkfifo', [pipe]);
      return ['lint', pipe];
    },
    exit: 2,
    says: 'declaration_unreadable',
  },
  {
    title: 'O-01 a device without end',
    how: 'composed',
    prepare: () => ['declare', '/dev/zero'],
    exit: 2,
    says: 'declaration_unreadable',
  },
  {
    title: 'O-01 a file that is a hole of a terabyte',
    how: 'composed',
    prepare: (ground) => {
      const path = ground.put('hole.json', '{');
      fs.truncateSync(path, 2 ** 40);
      return ['declare', path];
    },
    exit: 2,
    says: 'declaration_unreadable',
  },
];

export const DOCUMENTS: readonly Attack[] = [...YAML, ...JSON_TEXTS, ...ENDLESS];
