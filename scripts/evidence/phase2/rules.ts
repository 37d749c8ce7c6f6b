/** The acceptance tests of this phase, as the list of rules has them, and why one is still open. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../markdown.ts';
import type { Item } from '../pack.ts';
import { ofDocument } from '../provenance.ts';

export const RULES_PATH = 'acceptance_tests.md';

/** The rules of the stories S6.1 to S9.6 (phases section 3.2), ranges written out. */
const NUMBERS = `030 043 224 281 282 922 934 225 910 226 911 929 206 207 208 300 301 302 116 118 220
924 939 227 228 912 117 013 211 213 235 236 283 316 327 328 338 339 340 346 347 936 937 938 1049 229
221 953 955 956 957 001 112 295 296 315 336 337 348 349 350 413 416 417 918 991 992 1048 1050 1051
1052 1053 1054 1055 1065 1066 1067 1068 1069 012 020 021 294 410 423 005 105 107 214 215 304 307 308
309 310 334 335 404 414 415 422 923 969 115 205 209 267 268 298 345 045 119 231 284 285 286 288 289
290 291 292 293 418 420 204 232 299 132 203 237 297 003 023 024 025 026 027 028 029 212 342 351 352
353 403 405 406 407 412 419 907 927 967 968 022 951 952 954 958 959 963 990 1056 1057 106 133 238
239 919 240 330 409 202 271 272 408 941 010 011 110 120 305 306 401 402 411 430 917 121 122 123
124 210
303 329 946 947 948`.split(/\s+/);

interface Rule {
  readonly id: string;
  readonly profile: string;
  readonly title: string;
  readonly status: string;
  readonly tests: readonly string[];
}

export function rulesItem(root: string, buildId: string): Item {
  const rules = JSON.parse(readFileSync(join(root, 'docs/contract/rules.json'), 'utf8')) as Rule[];
  const text = rulesPage(rules);
  return { path: RULES_PATH, provenance: ofDocument(buildId), text };
}

export function rulesPage(rules: readonly Rule[]): string {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const rows = NUMBERS.map((number) => {
    const id = `AT-${number}`;
    const rule = byId.get(id);
    if (rule === undefined) return [id, '', 'UNKNOWN', 'not in the list of rules', ''];
    return [id, rule.profile, rule.status, reasonOf(rule), rule.title];
  });
  const tested = rows.filter(([, , status]) => status === 'tested').length;
  return `# Acceptance tests of phase 2

${tested} of ${rows.length} are tested. A rule is tested where a test of the tree cites it and fails
when it is broken (\`docs/contract/rules.json\`).

${table(['Rule', 'Profile', 'Status', 'Why not, or where', 'What must hold'], rows)}
`;
}

/** One reason: a rule of governance waits for governance, which no build links yet. */
function reasonOf({ status, profile, tests }: Rule): string {
  if (status === 'tested') return tests[0]?.split(': ')[0] ?? '';
  return profile === 'CSP' ? 'not built' : 'governance is in no build yet';
}

/** Planned rules are named and no fault; one that core safety must prove, or nobody knows, is. */
export function rulesFaults(text: string): readonly string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| AT-'));
  const faults = NUMBERS.filter(
    (number) => !rows.some((row) => row.startsWith(`| AT-${number} |`)),
  ).map((number) => `says nothing of AT-${number}`);
  return [
    ...faults,
    ...rows
      .filter((row) => /\| UNKNOWN \|/.test(row))
      .map((row) => `${row.split('|')[1]?.trim()} is no rule`),
  ];
}
