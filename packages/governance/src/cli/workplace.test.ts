import { ENVIRONMENTS as RUNTIME_ENVIRONMENTS, operationsLockPath } from '@holdfast/runtime/config';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '../operations/declaration.ts';
import { lockPlaceOf, type Workplace } from './workplace.ts';

const PLACE: Workplace = { root: '/project', clock: () => 0, env: {}, actor: 'ana' };

describe('X-04 the lock an operation lays down', () => {
  it.each(ENVIRONMENTS)('is the one that the runtime of %s reads', (environment) => {
    const read = RUNTIME_ENVIRONMENTS.map((name) => operationsLockPath('/project', name));
    const { operationsLock } = lockPlaceOf(PLACE, environment);
    expect(read).toContain(operationsLock);
    expect(operationsLock).toBe(
      `/project/artifacts/operations/${environment.toLowerCase()}.lock.json`,
    );
  });

  it('is one of each environment, and none of the runtime is without', () => {
    const laid = ENVIRONMENTS.map((name) => lockPlaceOf(PLACE, name).operationsLock);
    expect(new Set(laid).size).toBe(RUNTIME_ENVIRONMENTS.length);
  });
});
