import type { DiskMeasurement } from '../ports.ts';

/**
 * Three opinions of how full the disk is become the two readings of the guard: the worst and the
 * second worst (decision 0012). One alone can so take OPEN away, and Kill needs two that agree
 * (D-12). One that is missing is missed: no other stands in for it.
 * @param used of the file system's blocks. @param probed the same after writing a page.
 * @param counted our own books.
 */
export function combineOpinions(
  used: number | null,
  probed: number | null,
  counted: number | null,
): DiskMeasurement {
  const given = [used, probed, counted].filter((opinion) => opinion !== null);
  const [worst = null, second = null] = given.toSorted((a, b) => b - a);
  return {
    used: used === null ? null : worst,
    secondary: probed === null || counted === null ? null : second,
  };
}
