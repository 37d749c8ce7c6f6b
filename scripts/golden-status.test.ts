import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DRILLS } from './evidence/phase2/drill-list.ts';
import { validate } from './evidence/phase2/drill-run.ts';
import { differences } from './evidence/phase2/drills.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/status');

describe('golden statuses', () => {
  it.each([
    ['partial_fill_containment', 'partial_fill'],
    ['unknown_token_force_kill', 'unknown_token'],
  ])('%s keeps every rule, and is what drill %s must show', (file, name) => {
    const status = JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')) as object;
    const drill = DRILLS.find((each) => each.name === name);
    expect(validate(status)).toEqual([]);
    expect(differences(drill?.expected ?? {}, status as never)).toEqual([]);
    expect(validate({ ...status, mode_reasons: ['NOBODY_KNOWS'] })).not.toEqual([]);
  });

  it('the code nobody knows is told as a Kill, and not by its name', () => {
    const text = readFileSync(join(FOLDER, 'unknown_token_force_kill.json'), 'utf8');
    expect(text).not.toContain('NOBODY_KNOWS');
    expect(text).toContain('another build_id, certified');
  });
});
