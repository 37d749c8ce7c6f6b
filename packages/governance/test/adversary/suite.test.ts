/** How much the suite holds, whoever takes something out of it. */
import { expect, it } from 'vitest';
import { COMMANDS } from './commands.ts';
import { DOCUMENTS } from './documents.ts';
import { ENVIRONMENT } from './environment.ts';
import { GATES } from './gates.ts';
import { PATHS } from './paths.ts';
import { RECORDS } from './records.ts';

const ALL = [...COMMANDS, ...DOCUMENTS, ...ENVIRONMENT, ...GATES, ...PATHS, ...RECORDS];

it('O-02 O-03 O-05 O-11 O-14 O-20 the suite is as large as it says, and no two are one', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(150);
  expect(ALL.filter(({ how }) => how === 'typed').length).toBeGreaterThanOrEqual(30);
  expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
});
