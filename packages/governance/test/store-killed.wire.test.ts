import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { surviveKills } from './killed-writers.ts';
import { createDatabase, isPostgresHere } from './postgres-database.fixture.ts';

const ROUNDS = 6;
/** Milliseconds, different for each, so that none dies where another did. */
const lifeOf = (round: number, writer: number): number => 20 + ((round * 37 + writer * 53) % 120);

describe('writers that are killed while they append', () => {
  it('leave a whole chain with all that was acknowledged in SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
    const { acknowledged, there, ...found } = await surviveKills(folder, ROUNDS, lifeOf);
    rmSync(folder, { recursive: true });
    expect(found).toEqual({ lost: [], faults: [], halves: 0, writers: 3 });
    expect(acknowledged).toBeGreaterThan(ROUNDS);
    // One append of each killed writer may have been written and not been heard of.
    expect(there - acknowledged).toBeGreaterThanOrEqual(0);
    expect(there - acknowledged).toBeLessThanOrEqual(ROUNDS * 3 * 3);
  });

  it.skipIf(!isPostgresHere)('and in PostgreSQL', async () => {
    const own = await createDatabase();
    const { acknowledged, there, ...found } = await surviveKills(own.url, ROUNDS / 2, lifeOf);
    await own.drop();
    expect(found).toEqual({ lost: [], faults: [], halves: 0, writers: 3 });
    expect(acknowledged).toBeGreaterThan(ROUNDS);
    expect(there).toBeGreaterThanOrEqual(acknowledged);
  });
});
